//! Fixtures that build timelines.

use std::fs;
use std::path::{Path, PathBuf};

use hammer_replay::Error;
use hammer_replay::compile::{BuildSummary, TimelineBuilder};
use hammer_replay::log::LogFormat;
use serde_json::Value;
use tempfile::TempDir;

/// A temporary folder with logs and the timeline that is built from them.
pub(crate) struct LogFolder {
    pub(crate) dir: TempDir,
}

/// A timeline with the summary of its build.
pub(crate) struct BuiltTimeline {
    pub(crate) summary: BuildSummary,
    pub(crate) text: String,
}

impl LogFolder {
    pub(crate) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    /// Writes a log.
    pub(crate) fn write_log(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::write(&path, bytes).expect("a file");
        path
    }

    /// Returns the path of the timeline.
    pub(crate) fn output(&self) -> PathBuf {
        self.dir.path().join("out.jsonl")
    }

    /// Builds the timeline.
    pub(crate) fn build(&self, builder: &TimelineBuilder) -> Result<BuiltTimeline, Error> {
        let summary = builder.write(&self.output())?;
        let text = fs::read_to_string(self.output()).expect("the timeline");
        Ok(BuiltTimeline { summary, text })
    }

    /// Returns the names of all files in the folder.
    pub(crate) fn files(&self) -> Vec<String> {
        let files = fs::read_dir(self.dir.path()).expect("the folder");
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

    /// Returns the rows.
    pub(crate) fn rows(&self) -> Vec<Value> {
        let lines = self.text.lines().filter(|line| line.starts_with("{\"t\":"));
        lines
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }

    /// Returns the rows without their times, as written.
    pub(crate) fn tails(&self) -> Vec<&str> {
        let lines = self.text.lines().filter(|line| line.starts_with("{\"t\":"));
        lines
            .map(|line| line.split_once(',').expect("a tail").1)
            .collect()
    }

    /// Returns the arrivals of the rows, in microseconds since 1970.
    pub(crate) fn arrivals(&self) -> Vec<i64> {
        let epoch = self.summary.first_arrival.as_microsecond();
        let t = |row: &Value| row["t"].as_i64().expect("a time");
        self.rows().iter().map(|row| epoch + t(row)).collect()
    }
}

/// Makes a builder for one log in this format.
pub(crate) fn builder_for(log: &Path, format: &str) -> TimelineBuilder {
    let format = LogFormat::parse(format, None).expect(format);
    TimelineBuilder::new([log]).format(format)
}
