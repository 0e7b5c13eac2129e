use std::ops::Range;
use std::{error, fmt};

use crate::excerpt::excerpt;

/// Why a text is no threshold: where, what is wrong there, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThresholdError {
    span: Range<usize>,
    problem: String,
    expected: String,
}

impl ThresholdError {
    pub(crate) fn new(
        span: Range<usize>,
        wrong: impl Into<String>,
        right: impl Into<String>,
    ) -> Self {
        Self {
            span,
            problem: excerpt(&wrong.into()),
            expected: excerpt(&right.into()),
        }
    }

    /// The same about `written`, which differs from `shown` by white space alone.
    pub(crate) fn rebased(self, shown: &str, written: &str) -> Self {
        let is_black = |c: &char| !c.is_whitespace();
        let black = |byte: usize| {
            let before = shown.get(..byte).unwrap_or(shown);
            before.chars().filter(is_black).count()
        };
        let mut places = written.char_indices().filter(|(_, c)| is_black(c));
        let (from, upto) = (black(self.span.start), black(self.span.end));
        let start = places.clone().nth(from).map(|(at, _)| at);
        let start = start.unwrap_or(written.trim_end().len());
        let last = upto.checked_sub(1).and_then(|last| places.nth(last));
        let end = last.map_or(start, |(at, c)| at + c.len_utf8());
        Self {
            span: start..end.max(start),
            ..self
        }
    }

    /// The bytes of the text that are wrong; empty where something is missing.
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

impl fmt::Display for ThresholdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; right would be {}", self.problem, self.expected)
    }
}

impl error::Error for ThresholdError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_moves_to_the_same_word_of_the_text_as_it_was_written() {
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
        let place = end.rebased(shown, written).span();
        assert_eq!(place, written.len() - 1..written.len() - 1);
    }
}
