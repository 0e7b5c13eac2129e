//! Errors of templates, with their positions.

use std::ops::Range;
use std::{error, fmt};

/// The reason that a text is not a template, with its position in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// `None` if the text may be a secret.
    text: Option<Box<str>>,
    span: Range<usize>,
    problem: String,
    expected: String,
}

impl TemplateError {
    pub(super) fn new(
        span: Range<usize>,
        problem: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self {
            text: None,
            span,
            problem: problem.into(),
            expected: expected.into(),
        }
    }

    pub(super) fn with_span(self, span: Range<usize>) -> Self {
        Self { span, ..self }
    }

    /// Creates the error of a hammer that cannot use a variable at this position of its text.
    #[must_use]
    pub fn misplaced(
        text: &str,
        span: Range<usize>,
        problem: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self::new(span, problem, expected).with_text(text)
    }

    pub(super) fn with_text(self, text: &str) -> Self {
        Self {
            text: Some(text.into()),
            ..self
        }
    }

    /// Removes the text and all excerpts of it, for a text that may be a secret.
    #[must_use]
    pub fn redacted(self) -> Self {
        Self {
            text: None,
            problem: "invalid expression".into(),
            ..self
        }
    }

    /// Returns the text, unless it may be a secret.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Returns the bytes of the text that are wrong. They begin and end between characters, and there
    /// is at least one.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Returns the problem, as a fragment.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// Returns a noun phrase that reads well after "expected".
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at byte {}; expected {}",
            self.problem, self.span.start, self.expected
        )
    }
}

impl error::Error for TemplateError {}
