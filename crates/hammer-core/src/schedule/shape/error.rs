//! Errors in the text of a rate expression.

use std::{error, fmt};

/// An error in a rate expression: its place, the problem and the valid input.
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

    /// The byte at which the text is wrong; its length if something is missing at the end.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// The problem, as a fragment.
    #[must_use]
    pub fn problem(&self) -> &str {
        self.problem
    }

    /// The valid input; reads well after "expected ".
    #[must_use]
    pub fn expected(&self) -> &str {
        self.expected
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; expected {}", self.problem, self.expected)
    }
}

impl error::Error for ShapeError {}
