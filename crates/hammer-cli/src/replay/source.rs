use std::path::{Path, PathBuf};

use hammer_replay::ErrorKind;
use hammer_replay::build::Build;
use hammer_replay::timeline::{Header, Reader};
use tempfile::TempDir;

use crate::error::{Error, chain};

/// What a timeline is called that was made here.
const MADE: &str = "timeline.jsonl.zst";

/// The timeline that is played.
pub(super) struct Source {
    place: Place,
    header: Header,
}

enum Place {
    Named(PathBuf),
    /// Made of a log, in a folder that goes when this is dropped.
    Made(TempDir),
}

impl Source {
    /// Opens a timeline; what is none is taken for a log.
    pub(super) fn open(file: &Path) -> Result<Self, Error> {
        let failed =
            |error: &hammer_replay::Error| Error::Run(format!("failed to {}", chain(error)));
        let no_timeline = match Reader::open(file) {
            Ok(reader) => return Ok(Self::at(Place::Named(file.to_owned()), &reader)),
            Err(error) if error.kind() == ErrorKind::NoTimeline => error,
            Err(error) => return Err(failed(&error)),
        };
        let folder = tempfile::tempdir()
            .map_err(|error| Error::Run(format!("failed to make a folder: {error}")))?;
        let path = folder.path().join(MADE);
        let built = Build::of(&[file.to_owned()]).write(&path);
        built.map_err(|error| {
            Error::Run(format!(
                "{}; as a log it failed to {}",
                chain(&no_timeline),
                chain(&error)
            ))
        })?;
        let reader = Reader::open(&path).map_err(|error| failed(&error))?;
        Ok(Self::at(Place::Made(folder), &reader))
    }

    fn at(place: Place, reader: &Reader) -> Self {
        let header = reader.header().clone();
        Self { place, header }
    }

    pub(super) fn path(&self) -> PathBuf {
        match &self.place {
            Place::Named(path) => path.clone(),
            Place::Made(folder) => folder.path().join(MADE),
        }
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }
}
