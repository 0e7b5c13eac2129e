//! Parts of a text, with their positions.

use std::borrow::Cow;
use std::ops::Range;

use hammer_diagnostic::{Diagnostic, is_control};

pub(crate) type ThresholdParseResult<T> = std::result::Result<T, Diagnostic>;

/// A part of a text with its position in it, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct TextSlice<'a> {
    pub(crate) text: &'a str,
    pub(crate) start: usize,
}

impl<'a> TextSlice<'a> {
    pub(crate) fn span(self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    pub(crate) fn end_span(self) -> Range<usize> {
        self.span().end..self.span().end
    }

    pub(crate) fn error<T>(
        self,
        problem: impl Into<Cow<'static, str>>,
        expected: impl Into<Cow<'static, str>>,
    ) -> ThresholdParseResult<T> {
        Err(Diagnostic::new(self.span(), problem).with_expected(expected))
    }

    pub(crate) fn trim(self) -> Self {
        let text = self.text.trim_start();
        Self {
            text: text.trim_end(),
            start: self.span().end - text.len(),
        }
    }

    /// Splits at a byte position of the slice, which is a character boundary.
    pub(crate) fn split_at(self, byte: usize) -> (Self, Self) {
        let (before, after) = self.text.split_at(byte);
        let (start, after_start) = (self.start, self.start + byte);
        (
            Self {
                text: before,
                start,
            },
            Self {
                text: after,
                start: after_start,
            },
        )
    }

    pub(crate) fn split_once(self, separator: char) -> Option<(Self, Self)> {
        let (before, after) = self.split_at(self.text.find(separator)?);
        Some((before, after.split_at(separator.len_utf8()).1))
    }
}

/// Returns `text` if an error can repeat it without quotes: if it is short, not empty and
/// printable.
pub(crate) fn quotable(text: &str) -> Option<&str> {
    const MAX_BYTES: usize = 60;
    (1..=MAX_BYTES)
        .contains(&text.len())
        .then_some(text)
        .filter(|text| !text.contains(is_control))
}

/// Replaces each run of white space by one space.
pub(crate) fn collapse_whitespace(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
