//! The error of a text that is not a valid threshold.

use std::ops::Range;
use std::{error, fmt};

/// An error in a threshold, with its position: `problem; expected …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThresholdError {
    span: Range<usize>,
    problem: String,
    expected: String,
}

impl ThresholdError {
    pub(crate) fn new(
        span: Range<usize>,
        problem: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self {
            span,
            problem: problem.into(),
            expected: expected.into(),
        }
    }

    /// Moves the span from `shown` to the same characters of `written`, which differs only in white
    /// space.
    pub(crate) fn rebased(self, shown: &str, written: &str) -> Self {
        let is_visible = |c: &char| !c.is_whitespace();
        let visible_before = |byte: usize| {
            let before = shown.get(..byte).unwrap_or(shown);
            before.chars().filter(is_visible).count()
        };
        let mut visible = written.char_indices().filter(|(_, c)| is_visible(c));
        let (from, upto) = (
            visible_before(self.span.start),
            visible_before(self.span.end),
        );
        let start = visible.clone().nth(from).map(|(at, _)| at);
        let start = start.unwrap_or(written.trim_end().len());
        let last = upto.checked_sub(1).and_then(|last| visible.nth(last));
        let end = last.map_or(start, |(at, c)| at + c.len_utf8());
        Self {
            span: start..end.max(start),
            ..self
        }
    }

    /// Returns the invalid bytes of the text, or an empty range where something is missing.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Returns the problem as a phrase that needs no context.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// Returns a noun phrase that reads well after "expected ".
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

impl fmt::Display for ThresholdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; expected {}", self.problem, self.expected)
    }
}

impl error::Error for ThresholdError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rebased_span_covers_the_same_word() {
        let written = "\u{3000}[ µ ,  stage\n2 ]p99<1 s ";
        let shown = "[ µ , stage 2 ] p99 < 1s";
        for (word, found) in [
            ("[ µ , stage 2 ]", "[ µ ,  stage\n2 ]"),
            ("µ", "µ"),
            ("stage 2", "stage\n2"),
            ("p99", "p99"),
            ("1s", "1 s"),
        ] {
            let at = shown.find(word).expect(word);
            let error = ThresholdError::new(at..at + word.len(), "", "");
            assert_eq!(&written[error.rebased(shown, written).span()], found);
        }
        let end = ThresholdError::new(shown.len()..shown.len(), "", "");
        let span = end.rebased(shown, written).span();
        assert_eq!(span, written.len() - 1..written.len() - 1);
    }
}
