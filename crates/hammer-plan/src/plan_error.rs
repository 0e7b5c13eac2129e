use std::{error, fmt};

use crate::ThresholdError;

/// Why a text is no plan, and where: `FILE:LINE:COLUMN: what is wrong; what would be right`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    name: String,
    line: usize,
    column: usize,
    message: String,
    /// The threshold that is wrong, if it is one.
    threshold: Option<Box<(String, ThresholdError)>>,
}

impl PlanError {
    pub(crate) fn new(name: &str, line: usize, column: usize, message: String) -> Self {
        Self {
            name: name.to_owned(),
            line,
            column,
            message,
            threshold: None,
        }
    }

    /// The same about a threshold, of which `error` says more than stands in `what`.
    pub(crate) fn with_threshold(self, text: &str, error: ThresholdError) -> Self {
        let threshold = Some(Box::new((text.to_owned(), error)));
        Self { threshold, ..self }
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

    /// Where it is and what is wrong, without what would be right if [`threshold`](Self::threshold)
    /// tells that.
    #[must_use]
    pub fn problem(&self) -> String {
        let Self {
            name,
            line,
            column,
            message: what,
            ..
        } = self;
        format!("{name}:{line}:{column}: {what}")
    }

    /// The threshold that is wrong, as it was read, and what is wrong with it; none if something
    /// else is.
    #[must_use]
    pub fn threshold(&self) -> Option<(&str, &ThresholdError)> {
        let (text, error) = &**self.threshold.as_ref()?;
        Some((text, error))
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem())?;
        match self.threshold() {
            Some((_, error)) => write!(f, "; right would be {}", error.expected()),
            None => Ok(()),
        }
    }
}

impl error::Error for PlanError {}
