//! Errors of feeders.

use std::{fmt, io};

use hammer_diagnostic::opaque_error;

/// The kind of a [`FeedError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FeedErrorKind {
    /// The file cannot be read.
    Unreadable,
    /// A row does not match its format or the first row.
    Malformed,
    /// There are more rows than memory for them.
    TooManyRows,
    /// There are fewer rows than required.
    TooFewRows,
    /// All rows are used up. This is the planned end of the run rather than a mistake.
    Exhausted,
    /// There is no token: none was fetched yet, or the row that it belongs to is used up.
    NoToken,
}

opaque_error! {
    /// The reason that a feeder has no row.
    pub struct FeedError(FeedErrorKind);
}

impl FeedError {
    /// The error of a hit without a row. Like the next one, it is created without an allocation.
    pub(super) const EXHAUSTED: Self =
        Self::from_static(FeedErrorKind::Exhausted, "all rows are used up");
    /// The error of a hit without a token.
    pub(crate) const NO_TOKEN: Self =
        Self::from_static(FeedErrorKind::NoToken, "no token for this hit");

    pub(super) fn malformed(line: u64, message: impl fmt::Display) -> Self {
        Self::new(FeedErrorKind::Malformed, format!("line {line}: {message}"))
    }

    pub(super) fn unreadable(source: io::Error) -> Self {
        Self::new(FeedErrorKind::Unreadable, "cannot read the file").with_source(source)
    }

    /// Prefixes the message with the name of the file.
    pub(super) fn with_name(mut self, name: &str) -> Self {
        self.message = format!("{name}: {}", self.message).into();
        self
    }
}
