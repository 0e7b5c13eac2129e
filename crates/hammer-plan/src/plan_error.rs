//! The error of a text that is not a valid plan.

use std::{error, fmt};

use crate::ThresholdError;

/// An error in a plan, with its position: `FILE:LINE:COLUMN: problem; expected …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    name: String,
    line: usize,
    column: usize,
    problem: String,
    expected: Option<String>,
    /// The invalid threshold and its error, if the error is about a threshold.
    threshold: Option<Box<(String, ThresholdError)>>,
}

impl PlanError {
    pub(crate) fn new(name: &str, line: usize, column: usize, problem: String) -> Self {
        Self {
            name: name.to_owned(),
            line,
            column,
            problem,
            expected: None,
            threshold: None,
        }
    }

    pub(crate) fn with_expected(self, expected: impl Into<String>) -> Self {
        Self {
            expected: Some(expected.into()),
            ..self
        }
    }

    /// Adds the threshold `text` and its error.
    pub(crate) fn with_threshold(self, text: &str, error: ThresholdError) -> Self {
        Self {
            expected: Some(error.expected().to_owned()),
            threshold: Some(Box::new((text.to_owned(), error))),
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

    /// Returns the problem after its position: `FILE:LINE:COLUMN: problem`.
    #[must_use]
    pub fn problem(&self) -> String {
        let Self {
            name,
            line,
            column,
            problem,
            ..
        } = self;
        format!("{name}:{line}:{column}: {problem}")
    }

    /// Returns a noun phrase that reads well after "expected ", if there is one.
    #[must_use]
    pub fn expected(&self) -> Option<&str> {
        self.expected.as_deref()
    }

    /// Returns the text of the invalid threshold and its error, or `None` if the error is not about
    /// a threshold.
    #[must_use]
    pub fn threshold(&self) -> Option<(&str, &ThresholdError)> {
        let (text, error) = &**self.threshold.as_ref()?;
        Some((text, error))
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem())?;
        match &self.expected {
            Some(expected) => write!(f, "; expected {expected}"),
            None => Ok(()),
        }
    }
}

impl error::Error for PlanError {}
