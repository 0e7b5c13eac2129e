use std::{error, fmt};

/// Why a text is no rate expression, where in the text, and what would be right; reads well after
/// "the rate".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeError {
    at: usize,
    what: &'static str,
    right: &'static str,
}

impl ShapeError {
    pub(super) fn new(at: usize, what: &'static str, right: &'static str) -> Self {
        Self { at, what, right }
    }

    /// The byte of the text at which it goes wrong; its length if something is missing at the end.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// What is wrong there, as a fragment.
    #[must_use]
    pub fn wrong(&self) -> &str {
        self.what
    }

    /// What would be right there; reads well after "right would be".
    #[must_use]
    pub fn right(&self) -> &str {
        self.right
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; right would be {}", self.what, self.right)
    }
}

impl error::Error for ShapeError {}
