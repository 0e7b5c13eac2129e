//! What is wrong with a knob.

use std::fmt;

/// A knob was set to something that no target can do.
///
/// The message is a fragment that reads well after "failed to".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// Which knob an [`Error`] is about.
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
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// Which knob it is about.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
