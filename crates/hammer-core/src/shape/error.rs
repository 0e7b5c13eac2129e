use std::{error, fmt};

/// Why a text is no rate expression, where in the text, and what would be right; reads well after
/// "the rate".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeError {
    position: usize,
    problem: &'static str,
    expected: &'static str,
}

impl ShapeError {
    pub(super) fn new(position: usize, problem: &'static str, expected: &'static str) -> Self {
        Self {
            position,
            problem,
            expected,
        }
    }

    /// The byte of the text at which it goes wrong; its length if something is missing at the end.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// What is wrong there, as a fragment.
    #[must_use]
    pub fn problem(&self) -> &str {
        self.problem
    }

    /// What would be right there; reads well after "right would be".
    #[must_use]
    pub fn expected(&self) -> &str {
        self.expected
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; right would be {}", self.problem, self.expected)
    }
}

impl error::Error for ShapeError {}
