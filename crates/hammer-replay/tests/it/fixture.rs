//! What tests make timelines with.

use std::fs;
use std::path::{Path, PathBuf};

use hammer_replay::Error;
use hammer_replay::compile::{BuildSummary, TimelineBuilder};
use hammer_replay::log::LogFormat;
use serde_json::Value;
use tempfile::TempDir;

/// A folder with logs, where a timeline is built.
pub(crate) struct LogFolder {
    pub(crate) folder: TempDir,
}

/// A timeline that was built.
pub(crate) struct BuiltTimeline {
    pub(crate) summary: BuildSummary,
    pub(crate) text: String,
}

impl LogFolder {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// Writes a log.
    pub(crate) fn write_log(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).expect("a file");
        path
    }

    /// Where the timeline is to be.
    pub(crate) fn output(&self) -> PathBuf {
        self.folder.path().join("out.jsonl")
    }

    /// Builds it.
    pub(crate) fn build(&self, build: &TimelineBuilder) -> Result<BuiltTimeline, Error> {
        let built = build.write(&self.output())?;
        let text = fs::read_to_string(self.output()).expect("the timeline");
        Ok(BuiltTimeline {
            summary: built,
            text,
        })
    }

    /// The names of all files in the folder.
    pub(crate) fn files(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.path()).expect("the folder");
        let name = |file: std::io::Result<fs::DirEntry>| file.expect("a file").file_name();
        let mut names: Vec<_> = files
            .map(|file| name(file).to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl BuiltTimeline {
    pub(crate) fn header(&self) -> Value {
        let line = self.text.lines().next().expect("a header");
        serde_json::from_str(line).expect("JSON")
    }

    /// The rows alone.
    pub(crate) fn rows(&self) -> Vec<Value> {
        let lines = self.text.lines().filter(|line| line.starts_with("{\"t\":"));
        lines
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }

    /// The rows without their times, as they are written.
    pub(crate) fn tails(&self) -> Vec<&str> {
        let lines = self.text.lines().filter(|line| line.starts_with("{\"t\":"));
        lines
            .map(|line| line.split_once(',').expect("a tail").1)
            .collect()
    }

    /// The times of the rows, in microseconds since 1970.
    pub(crate) fn arrivals(&self) -> Vec<i64> {
        let epoch = self.summary.first_arrival.as_microsecond();
        let t = |row: &Value| row["t"].as_i64().expect("a time");
        self.rows().iter().map(|row| epoch + t(row)).collect()
    }
}

/// A build of one log in a format with a name.
pub(crate) fn builder_for(log: &Path, format: &str) -> TimelineBuilder {
    let format = LogFormat::parse(format, None).expect(format);
    TimelineBuilder::new([log]).format(format)
}
