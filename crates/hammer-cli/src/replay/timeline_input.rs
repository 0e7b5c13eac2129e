//! The input of a replay: a timeline, or a log to build one from.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;
use hammer_diagnostic::chain;
use hammer_replay::ErrorKind;
use hammer_replay::compile::TimelineBuilder;
use hammer_replay::play::TimelinePlayer;
use hammer_replay::timeline::{TimelineHeader, TimelineReader};

use crate::error::Error;
use crate::timeline::{LogReadingArgs, url_hosts_text};

/// Maximum number of bytes of a timeline in a pipe. They are copied to the folder for temporary files.
const MAX_PIPE_BYTES: u64 = 16 << 30;
/// Number of bytes in which the first line of a timeline ends, compressed or not.
const START_BYTES: u64 = 2 << 20;

/// The timeline to replay.
pub(super) struct TimelineInput {
    location: TimelineLocation,
    name: String,
    header: TimelineHeader,
    warning: Option<String>,
}

#[derive(Clone)]
enum TimelineLocation {
    Path(PathBuf),
    /// Built from a log, or copied from a pipe. The file has no name, so that it never outlives the
    /// process.
    TempFile(Arc<File>),
}

impl TimelineInput {
    /// Opens a timeline. A file that is not a timeline is read as a log, with the flags `reading`.
    pub(super) fn open(
        file: &Path,
        reading: &LogReadingArgs,
        matches: &ArgMatches,
    ) -> Result<Self, Error> {
        let name = file.display().to_string();
        let piped = is_pipe(file);
        let location = if piped {
            TimelineLocation::TempFile(copy_to_temp_file(file, &name)?)
        } else {
            TimelineLocation::Path(file.to_owned())
        };
        let not_a_timeline = match location.reader(&name) {
            Ok(reader) => {
                if let Some(flag) = LogReadingArgs::first_given_flag(matches) {
                    return Err(Error::Usage(format!(
                        "{flag} applies to logs, and {name} is a timeline"
                    )));
                }
                let header = reader.header().clone();
                return Ok(Self {
                    location,
                    name,
                    header,
                    warning: None,
                });
            }
            Err(error) if error.kind() == ErrorKind::NotATimeline => error,
            Err(error) => return Err(replay_error(&error)),
        };
        if piped {
            return Err(Error::Run(format!(
                "{}; a log cannot be read from a pipe (try 'hammer timeline build' first)",
                chain(&not_a_timeline)
            )));
        }
        let build = reading.apply(TimelineBuilder::new([file]), &[file.to_owned()])?;
        let (summary, file) = build.write_unnamed().map_err(|error| {
            Error::Run(format!(
                "{}; as a log, failed to {}",
                chain(&not_a_timeline),
                chain(&error)
            ))
        })?;
        let location = TimelineLocation::TempFile(Arc::new(file));
        let reader = location
            .reader(&name)
            .map_err(|error| replay_error(&error))?;
        let header = reader.header().clone();
        Ok(Self {
            location,
            name,
            header,
            warning: (summary.url_hosts > 1).then(|| url_hosts_text(&summary)),
        })
    }

    /// Returns a warning about the log that the timeline was built from.
    pub(super) fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Creates a player of the whole timeline.
    pub(super) fn player(&self) -> TimelinePlayer {
        let (location, name) = (self.location.clone(), self.name.clone());
        TimelinePlayer::new(move || location.reader(&name))
    }

    pub(super) fn header(&self) -> &TimelineHeader {
        &self.header
    }
}

impl TimelineLocation {
    fn reader(&self, name: &str) -> Result<TimelineReader, hammer_replay::Error> {
        match self {
            Self::Path(path) => TimelineReader::open(path),
            Self::TempFile(file) => TimelineReader::from_file(Arc::clone(file), name),
        }
    }
}

/// Returns true if the file can be read only once. A timeline is read twice.
fn is_pipe(file: &Path) -> bool {
    let is_special = |found: fs::Metadata| !found.is_file() && !found.is_dir();
    file.as_os_str() == "-" || fs::metadata(file).is_ok_and(is_special)
}

/// Copies a pipe to a file without a name.
fn copy_to_temp_file(file: &Path, name: &str) -> Result<Arc<File>, Error> {
    let copied = if file.as_os_str() == "-" {
        copy_timeline(io::stdin().lock(), name, MAX_PIPE_BYTES)
    } else {
        File::open(file).and_then(|file| copy_timeline(file, name, MAX_PIPE_BYTES))
    };
    copied.map_err(|error| Error::Run(format!("failed to copy {name}: {error}")))
}

/// Copies a timeline, or only the start of something else, which the reader of the copy refuses.
fn copy_timeline(mut input: impl Read, name: &str, max_bytes: u64) -> io::Result<Arc<File>> {
    let copy = Arc::new(tempfile::tempfile()?);
    let start = io::copy(&mut input.by_ref().take(START_BYTES), &mut &*copy)?;
    if TimelineReader::from_file(Arc::clone(&copy), name).is_err() {
        return Ok(copy);
    }
    // On Windows, the reader has moved the position.
    (&*copy).seek(SeekFrom::End(0))?;
    let rest = max_bytes.saturating_sub(start);
    let copied = io::copy(&mut input.take(rest + 1), &mut &*copy)?;
    if copied > rest {
        let limit = max_bytes >> 30;
        let problem =
            format!("expected at most {limit} GiB in a pipe, found more (try a regular file)");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
    }
    Ok(copy)
}

fn replay_error(error: &hammer_replay::Error) -> Error {
    Error::Run(format!("failed to {}", chain(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "{\"schema\":\"hammer.timeline/1\",\"epoch\":\"2026-11-24T09:00:00Z\"}\n";

    fn length(copy: &File) -> u64 {
        copy.metadata().expect("a file").len()
    }

    /// A device without an end filled the disk.
    #[test]
    fn a_pipe_is_copied_if_it_is_a_timeline_and_within_the_limit() {
        let timeline = |rest| HEADER.as_bytes().chain(io::repeat(b'x').take(rest));
        let (max, header) = (3 << 20, HEADER.len() as u64);
        for rest in [0, START_BYTES, max - header] {
            let copy = copy_timeline(timeline(rest), "-", max).expect("short");
            assert_eq!(length(&copy), header + rest);
        }
        for rest in [max - header + 1, u64::MAX] {
            let error = copy_timeline(timeline(rest), "-", max).expect_err("long");
            assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        }
        let zero = copy_timeline(io::repeat(0), "-", max).expect("its start");
        assert_eq!(length(&zero), START_BYTES);
    }
}
