use std::ops::Range;

use super::ThresholdError;

pub(crate) type ThresholdResult<T> = std::result::Result<T, ThresholdError>;

/// A part of the text that knows where it stands.
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
        wrong: impl Into<String>,
        right: impl Into<String>,
    ) -> ThresholdResult<T> {
        Err(ThresholdError::new(self.span(), wrong, right))
    }

    pub(crate) fn trim(self) -> Self {
        let text = self.text.trim_start();
        Self {
            text: text.trim_end(),
            start: self.span().end - text.len(),
        }
    }

    /// At a byte that a search in the text has given.
    pub(crate) fn split_at(self, byte: usize) -> (Self, Self) {
        let (before, behind) = self.text.split_at(byte);
        let (start, behind_start) = (self.start, self.start + byte);
        (
            Self {
                text: before,
                start,
            },
            Self {
                text: behind,
                start: behind_start,
            },
        )
    }

    pub(crate) fn split_once(self, separator: char) -> Option<(Self, Self)> {
        let (before, behind) = self.split_at(self.text.find(separator)?);
        Some((before, behind.split_at(separator.len_utf8()).1))
    }
}

/// White space of any kind and length as one blank.
pub(crate) fn collapse_whitespace(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
