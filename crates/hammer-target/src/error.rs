//! What is wrong with a knob or a certificate.

use std::{error, fmt};

type BoxError = Box<dyn error::Error + Send + Sync>;

/// A target was asked for something that no target can do.
///
/// The message is a fragment that reads well after "failed to".
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<BoxError>,
}

/// What an [`Error`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// [`TargetBehavior::status`](crate::TargetBehavior::status).
    Status,
    /// [`TargetBehavior::fail_share`](crate::TargetBehavior::fail_share).
    FailShare,
    /// [`TargetBehavior::close_after`](crate::TargetBehavior::close_after).
    CloseAfter,
    /// [`PeriodicStall::new`](crate::PeriodicStall::new).
    Stall,
    /// The certificate of a [`ServerCertificate`](crate::ServerCertificate).
    Certificate,
    /// The key of a [`ServerCertificate`](crate::ServerCertificate).
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

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
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
