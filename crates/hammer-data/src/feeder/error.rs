//! Errors of feeders.

use std::{error, fmt, io};

/// The kind of a [`FeedError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FeedErrorKind {
    /// The file cannot be read.
    Unreadable,
    /// A row does not match its format or the first row.
    Malformed,
    /// There are fewer rows than required.
    TooFewRows,
    /// All rows are used up. This is the planned end of the run rather than a mistake.
    Exhausted,
    /// There is no token: none was fetched yet, or the row that it belongs to is used up.
    NoToken,
}

/// The reason that a feeder has no row.
#[derive(Debug)]
pub struct FeedError {
    kind: FeedErrorKind,
    message: String,
    source: Option<io::Error>,
}

impl FeedError {
    /// The error of a hit without a row. Like the next one, it is created without an allocation.
    pub(super) const EXHAUSTED: Self = Self::without_message(FeedErrorKind::Exhausted);
    /// The error of a hit without a token.
    pub(crate) const NO_TOKEN: Self = Self::without_message(FeedErrorKind::NoToken);

    const fn without_message(kind: FeedErrorKind) -> Self {
        Self {
            kind,
            message: String::new(),
            source: None,
        }
    }

    pub(super) fn new(kind: FeedErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    pub(super) fn malformed(line: u64, message: impl fmt::Display) -> Self {
        Self::new(FeedErrorKind::Malformed, format!("line {line}: {message}"))
    }

    pub(super) fn unreadable(source: io::Error) -> Self {
        Self {
            kind: FeedErrorKind::Unreadable,
            message: "cannot read the file".to_owned(),
            source: Some(source),
        }
    }

    /// Prefixes the message with the name of the file.
    pub(super) fn with_name(mut self, name: &str) -> Self {
        self.message = format!("{name}: {}", self.message);
        self
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> FeedErrorKind {
        self.kind
    }
}

impl fmt::Display for FeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            FeedErrorKind::Exhausted => f.write_str("all rows are used up"),
            FeedErrorKind::NoToken => f.write_str("no token for this hit"),
            _ => f.write_str(&self.message),
        }
    }
}

impl error::Error for FeedError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
