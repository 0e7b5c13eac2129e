use std::ops::Range;
use std::{error, fmt};

/// Why a text is no template, where in the text, and what would be right; reads well after "the
/// template".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// None if it may be a secret.
    text: Option<Box<str>>,
    span: Range<usize>,
    problem: String,
    expected: String,
}

impl TemplateError {
    pub(super) fn new(
        span: Range<usize>,
        wrong: impl Into<String>,
        right: impl Into<String>,
    ) -> Self {
        Self {
            text: None,
            span,
            problem: wrong.into(),
            expected: right.into(),
        }
    }

    pub(super) fn with_span(self, place: Range<usize>) -> Self {
        Self {
            span: place,
            ..self
        }
    }

    /// For an embedder that has no room for something at this place of its text.
    #[must_use]
    pub fn misplaced(
        text: &str,
        span: Range<usize>,
        problem: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self::new(span, problem, expected).with_text(text)
    }

    /// Wrong in this text.
    pub(super) fn with_text(self, text: &str) -> Self {
        Self {
            text: Some(text.into()),
            ..self
        }
    }

    /// The same of a text that is nobody's business: neither it nor parts of it are kept.
    #[must_use]
    pub fn redacted(self) -> Self {
        Self {
            text: None,
            problem: "can't be read".into(),
            ..self
        }
    }

    /// The text, unless it is a secret.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The bytes of the text that are wrong, on bounds of characters and never empty, except where
    /// something is missing at the end of the text.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// What is wrong there, as a fragment.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// What would be right there; reads well after "right would be".
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

/// What is repeated of a text that somebody wrote: not all of it, and nothing that moves a cursor.
pub(super) fn abbreviated(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at byte {}; right would be {}",
            self.problem, self.span.start, self.expected
        )
    }
}

impl error::Error for TemplateError {}
