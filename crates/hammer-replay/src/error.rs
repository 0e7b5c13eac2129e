use hammer_diagnostic::opaque_error;

use hammer_core::StopHandle;

opaque_error! {
    /// A fault of a file and its place. The message reads well after "failed to".
    pub struct Error(ErrorKind);
}

/// The kind of an [`Error`].
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
    /// That it was stopped, if it was.
    #[inline]
    pub(crate) fn check_stop(stop: &StopHandle) -> Result<(), Self> {
        if stop.is_requested() {
            return Err(Self::new(ErrorKind::Stopped, "go on: it was stopped"));
        }
        Ok(())
    }
}
