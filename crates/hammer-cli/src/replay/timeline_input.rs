use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;
use hammer_diagnostic::chain;
use hammer_replay::ErrorKind;
use hammer_replay::compile::TimelineBuilder;
use hammer_replay::play::TimelinePlayer;
use hammer_replay::timeline::{TimelineHeader, TimelineReader};

use crate::error::Error;
use crate::timeline::LogReadingArgs;

/// The timeline that is played.
pub(super) struct TimelineInput {
    location: TimelineLocation,
    name: String,
    header: TimelineHeader,
}

#[derive(Clone)]
enum TimelineLocation {
    Path(PathBuf),
    /// Made of a log, or copied from a pipe. It has no name, so nothing is left of it however this
    /// process ends.
    TempFile(Arc<File>),
}

impl TimelineInput {
    /// Opens a timeline; what is none is taken for a log, which `reading` says how to read.
    pub(super) fn open(
        file: &Path,
        reading: &LogReadingArgs,
        matches: &ArgMatches,
    ) -> Result<Self, Error> {
        let name = file.display().to_string();
        let piped = is_pipe(file);
        let place = if piped {
            TimelineLocation::TempFile(copy_to_temp_file(file, &name)?)
        } else {
            TimelineLocation::Path(file.to_owned())
        };
        let no_timeline = match place.reader(&name) {
            Ok(reader) => {
                if let Some(flag) = LogReadingArgs::first_given_flag(matches) {
                    return Err(Error::Usage(format!(
                        "{flag} says how to read a log, and {name} is a timeline already"
                    )));
                }
                let header = reader.header().clone();
                return Ok(Self {
                    location: place,
                    name,
                    header,
                });
            }
            Err(error) if error.kind() == ErrorKind::NotATimeline => error,
            Err(error) => return Err(replay_error(&error)),
        };
        if piped {
            return Err(Error::Run(format!(
                "{}; a log is not read from a pipe here: 'hammer timeline build' makes a timeline of \
                 it, which is",
                chain(&no_timeline)
            )));
        }
        let build = reading.apply(TimelineBuilder::new([file]), &[file.to_owned()])?;
        let (_, file) = build.write_unnamed().map_err(|error| {
            Error::Run(format!(
                "{}; as a log it failed to {}",
                chain(&no_timeline),
                chain(&error)
            ))
        })?;
        let place = TimelineLocation::TempFile(Arc::new(file));
        let reader = place.reader(&name).map_err(|error| replay_error(&error))?;
        let header = reader.header().clone();
        Ok(Self {
            location: place,
            name,
            header,
        })
    }

    /// What plays all of it.
    pub(super) fn player(&self) -> TimelinePlayer {
        let (place, name) = (self.location.clone(), self.name.clone());
        TimelinePlayer::new(move || place.reader(&name))
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

/// Whether it gives what is in it once, and a timeline is read twice.
fn is_pipe(file: &Path) -> bool {
    let other = |found: fs::Metadata| !found.is_file() && !found.is_dir();
    file.as_os_str() == "-" || fs::metadata(file).is_ok_and(other)
}

/// All that comes from a pipe.
fn copy_to_temp_file(file: &Path, name: &str) -> Result<Arc<File>, Error> {
    let copy = || {
        let mut copy = tempfile::tempfile()?;
        if file.as_os_str() == "-" {
            io::copy(&mut io::stdin().lock(), &mut copy)?;
        } else {
            io::copy(&mut File::open(file)?, &mut copy)?;
        }
        Ok(Arc::new(copy))
    };
    copy().map_err(|error: io::Error| Error::Run(format!("failed to copy {name}: {error}")))
}

fn replay_error(error: &hammer_replay::Error) -> Error {
    Error::Run(format!("failed to {}", chain(error)))
}
