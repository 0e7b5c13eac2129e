use std::{error, fmt};

/// Why a text is no plan, and where: `FILE:LINE:COLUMN: what is wrong; what would be right`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    name: String,
    line: usize,
    column: usize,
    what: String,
}

impl PlanError {
    pub(crate) fn new(name: &str, line: usize, column: usize, what: String) -> Self {
        Self {
            name: name.to_owned(),
            line,
            column,
            what,
        }
    }

    /// The line, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in characters, counted from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            line,
            column,
            what,
        } = self;
        write!(f, "{name}:{line}:{column}: {what}")
    }
}

impl error::Error for PlanError {}
