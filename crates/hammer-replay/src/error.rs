use std::{error, fmt};

use hammer_core::StopHandle;

type BoxError = Box<dyn error::Error + Send + Sync>;

/// What is wrong with a file, and where; a fragment that reads well after "failed to".
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<BoxError>,
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file could not be opened, read, written or renamed.
    Io,
    /// A log is no log, is broken, or has no hit in it.
    Log,
    /// The format of a log could not be told.
    Format,
    /// A line of a log is no row, and all should be.
    Strict,
    /// The file is no timeline.
    NotATimeline,
    /// The timeline is of a version that is newer than this program.
    Version,
    /// A line of the timeline is malformed.
    Row,
    /// A row is due before the one above it.
    Order,
    /// The rules for bodies are malformed.
    Bodies,
    /// The timeline is shorter than, or differs from, what its trailer says; or there is none.
    Truncated,
    /// It was stopped from outside.
    Stopped,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// That it was stopped, if it was.
    #[inline]
    pub(crate) fn check_stop(stop: &StopHandle) -> Result<(), Self> {
        if stop.is_requested() {
            return Err(Self::new(ErrorKind::Stopped, "go on: it was stopped"));
        }
        Ok(())
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}
