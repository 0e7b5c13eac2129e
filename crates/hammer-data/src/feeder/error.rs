use std::{error, fmt, io};

/// What kind of trouble a feeder has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FeedErrorKind {
    /// The file can't be read.
    Unreadable,
    /// A row is not as its format or its header says.
    Malformed,
    /// There are fewer rows than it takes.
    TooFewRows,
    /// Each row was used once, and there are no more. Not an error of anybody: the run ends.
    Exhausted,
    /// There is no token: none has come yet, or it would be one of a row that is gone.
    NoToken,
}

/// Why a feeder has no row; reads well after "failed to feed".
#[derive(Debug)]
pub struct FeedError {
    kind: FeedErrorKind,
    message: String,
    source: Option<io::Error>,
}

impl FeedError {
    /// Allocates nothing, as the next: it is what a hit gets when the rows are gone.
    pub(super) const EXHAUSTED: Self = Self::bare(FeedErrorKind::Exhausted);
    pub(crate) const NO_TOKEN: Self = Self::bare(FeedErrorKind::NoToken);

    const fn bare(kind: FeedErrorKind) -> Self {
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
        Self::new(FeedErrorKind::Malformed, format!("line {line} {message}"))
    }

    pub(super) fn unreadable(source: io::Error) -> Self {
        Self {
            kind: FeedErrorKind::Unreadable,
            message: "can't be read".to_owned(),
            source: Some(source),
        }
    }

    /// With the name of what was read in front.
    pub(super) fn with_name(mut self, name: &str) -> Self {
        self.message = format!("{name}: {}", self.message);
        self
    }

    /// What kind of trouble it is.
    #[must_use]
    pub fn kind(&self) -> FeedErrorKind {
        self.kind
    }
}

impl fmt::Display for FeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            FeedErrorKind::Exhausted => {
                f.write_str("each row was used once, and there are no more")
            }
            FeedErrorKind::NoToken => f.write_str("there is no token for this hit"),
            _ => f.write_str(&self.message),
        }
    }
}

impl error::Error for FeedError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
