use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;
use hammer_replay::ErrorKind;
use hammer_replay::build::Build;
use hammer_replay::play::Player;
use hammer_replay::timeline::{Header, Reader};

use crate::error::{Error, chain};
use crate::timeline::ReadingArgs;

/// The timeline that is played.
pub(super) struct Source {
    place: Place,
    name: String,
    header: Header,
}

#[derive(Clone)]
enum Place {
    Named(PathBuf),
    /// Made of a log, or copied from a pipe. It has no name, so nothing is left of it however this
    /// process ends.
    Unnamed(Arc<File>),
}

impl Source {
    /// Opens a timeline; what is none is taken for a log, which `reading` says how to read.
    pub(super) fn open(
        file: &Path,
        reading: &ReadingArgs,
        matches: &ArgMatches,
    ) -> Result<Self, Error> {
        let name = file.display().to_string();
        let piped = is_pipe(file);
        let place = if piped {
            Place::Unnamed(copied(file, &name)?)
        } else {
            Place::Named(file.to_owned())
        };
        let no_timeline = match place.reader(&name) {
            Ok(reader) => {
                if let Some(flag) = ReadingArgs::given(matches) {
                    return Err(Error::Usage(format!(
                        "{flag} says how to read a log, and {name} is a timeline already"
                    )));
                }
                let header = reader.header().clone();
                return Ok(Self {
                    place,
                    name,
                    header,
                });
            }
            Err(error) if error.kind() == ErrorKind::NoTimeline => error,
            Err(error) => return Err(failed(&error)),
        };
        if piped {
            return Err(Error::Run(format!(
                "{}; a log is not read from a pipe here: 'hammer timeline build' makes a timeline of \
                 it, which is",
                chain(&no_timeline)
            )));
        }
        let build = reading.apply(Build::of([file]), &[file.to_owned()])?;
        let (_, file) = build.write_unnamed().map_err(|error| {
            Error::Run(format!(
                "{}; as a log it failed to {}",
                chain(&no_timeline),
                chain(&error)
            ))
        })?;
        let place = Place::Unnamed(Arc::new(file));
        let reader = place.reader(&name).map_err(|error| failed(&error))?;
        let header = reader.header().clone();
        Ok(Self {
            place,
            name,
            header,
        })
    }

    /// What plays all of it.
    pub(super) fn player(&self) -> Player {
        let (place, name) = (self.place.clone(), self.name.clone());
        Player::new(move || place.reader(&name))
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }
}

impl Place {
    fn reader(&self, name: &str) -> Result<Reader, hammer_replay::Error> {
        match self {
            Self::Named(path) => Reader::open(path),
            Self::Unnamed(file) => Reader::of_file(Arc::clone(file), name),
        }
    }
}

/// Whether it gives what is in it once, and a timeline is read twice.
fn is_pipe(file: &Path) -> bool {
    let other = |found: fs::Metadata| !found.is_file() && !found.is_dir();
    file.as_os_str() == "-" || fs::metadata(file).is_ok_and(other)
}

/// All that comes from a pipe.
fn copied(file: &Path, name: &str) -> Result<Arc<File>, Error> {
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

fn failed(error: &hammer_replay::Error) -> Error {
    Error::Run(format!("failed to {}", chain(error)))
}
