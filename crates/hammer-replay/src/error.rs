//! The error of this crate and its kinds.

use hammer_diagnostic::opaque_error;

use hammer_core::StopHandle;

opaque_error! {
    /// An error with the file and the place that it concerns. The message reads well after "failed to".
    pub struct Error(ErrorKind);
}

/// The kind of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file could not be opened, read, written or renamed.
    Io,
    /// A log is empty, binary or corrupt, or contains no request.
    Log,
    /// The format of a log could not be detected.
    Format,
    /// A line of a log cannot become a row, and the build is strict.
    Strict,
    /// The file is not a timeline.
    NotATimeline,
    /// The timeline has a newer version than this program reads.
    Version,
    /// A line of the timeline is malformed.
    Row,
    /// A row has an earlier time than the row before it.
    Order,
    /// The rules for bodies are malformed.
    Bodies,
    /// The timeline does not match its trailer, or has no trailer.
    Truncated,
    /// The caller stopped the build.
    Stopped,
}

impl Error {
    /// Fails if `stop` was requested.
    #[inline]
    pub(crate) fn check_stop(stop: &StopHandle) -> Result<(), Self> {
        if stop.is_requested() {
            return Err(Self::new(ErrorKind::Stopped, "continue: stopped"));
        }
        Ok(())
    }
}
