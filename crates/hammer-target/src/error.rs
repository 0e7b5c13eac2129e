//! What is wrong with a knob or a certificate.

use std::{error, fmt};

type Cause = Box<dyn error::Error + Send + Sync>;

/// A target was asked for something that no target can do.
///
/// The message is a fragment that reads well after "failed to".
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Cause>,
}

/// What an [`Error`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// [`Knobs::status`](crate::Knobs::status).
    Status,
    /// [`Knobs::fail_share`](crate::Knobs::fail_share).
    FailShare,
    /// [`Knobs::close_after`](crate::Knobs::close_after).
    CloseAfter,
    /// [`Stall::new`](crate::Stall::new).
    Stall,
    /// The certificate of a [`Certificate`](crate::Certificate).
    Certificate,
    /// The key of a [`Certificate`](crate::Certificate).
    Key,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    pub(crate) fn because(mut self, source: impl Into<Cause>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What it is about.
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
