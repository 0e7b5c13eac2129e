//! The error of a text that is not a valid plan.

use std::{error, fmt};

use hammer_diagnostic::{Diagnostic, printable};

/// An error in a plan, with its position: `FILE:LINE:COLUMN: problem; expected …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    name: String,
    line: usize,
    column: usize,
    diagnostic: Box<Diagnostic>,
}

impl PlanError {
    pub(crate) fn new(name: &str, (line, column): (usize, usize), diagnostic: Diagnostic) -> Self {
        Self {
            name: name.to_owned(),
            line,
            column,
            diagnostic: Box::new(diagnostic),
        }
    }

    pub(crate) fn with_expected(self, expected: impl Into<String>) -> Self {
        Self {
            diagnostic: Box::new(self.diagnostic.with_expected(expected.into())),
            ..self
        }
    }

    pub(crate) fn with_hint(self, hint: &'static str) -> Self {
        Self {
            diagnostic: Box::new(self.diagnostic.with_hint(hint)),
            ..self
        }
    }

    /// Returns the line, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// Returns the column in characters, counted from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// Returns the position in the file as a prefix of a message: `FILE:LINE:COLUMN`.
    #[must_use]
    pub fn place(&self) -> String {
        let name = printable(&self.name);
        format!("{name}:{}:{}", self.line, self.column)
    }

    /// Returns what is wrong. If it is about an expression in a value, such as a threshold, its text
    /// and its position are those of the expression.
    #[must_use]
    pub fn diagnostic(&self) -> &Diagnostic {
        &self.diagnostic
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.diagnostic)
    }
}

impl error::Error for PlanError {}
