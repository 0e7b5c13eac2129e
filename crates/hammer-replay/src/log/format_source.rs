//! The text of a log format, and positions of errors in it.

use std::borrow::Cow;
use std::ops::Range;

use hammer_diagnostic::{Diagnostic, excerpt};

/// The text of a log format or of its columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FormatSource<'t>(pub(crate) &'t str);

impl FormatSource<'_> {
    /// Describes an error at the first occurrence of `fragment`, which is a part of the format after
    /// its quotation marks and escapes are resolved. If the text does not contain it literally, the
    /// error is about the whole text.
    pub(crate) fn error(
        self,
        fragment: &str,
        problem: impl Into<Cow<'static, str>>,
        expected: impl Into<Cow<'static, str>>,
    ) -> Diagnostic {
        Diagnostic::new(self.position(fragment), problem).with_expected(expected)
    }

    /// Describes an error at the start of `rest`, which is the rest of the format.
    pub(crate) fn error_at_rest(
        self,
        rest: &[u8],
        problem: impl Into<Cow<'static, str>>,
        expected: impl Into<Cow<'static, str>>,
    ) -> Diagnostic {
        let rest = std::str::from_utf8(rest).ok();
        let found = rest.and_then(|rest| self.0.rfind(rest).zip(rest.chars().next()));
        let position = found.map_or(0..self.0.len(), |(at, first)| at..at + first.len_utf8());
        Diagnostic::new(position, problem).with_expected(expected)
    }

    /// Describes an error in the whole text.
    pub(crate) fn whole_error(
        self,
        problem: impl Into<Cow<'static, str>>,
        expected: impl Into<Cow<'static, str>>,
    ) -> Diagnostic {
        self.error(self.0, problem, expected)
    }

    /// Returns the position of the first occurrence of `fragment`, or that of the whole text.
    pub(crate) fn position(self, fragment: &str) -> Range<usize> {
        let found = self.0.find(fragment).filter(|_| !fragment.is_empty());
        found.map_or(0..self.0.len(), |at| at..at + fragment.len())
    }
}

/// Shortens a name of a variable for a message, without quotes.
pub(crate) fn shortened(name: &str) -> String {
    let quoted = excerpt(name);
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::FormatSource;

    #[test]
    fn an_error_in_the_rest_is_not_at_an_earlier_occurrence() {
        for (rest, position) in [("$", 6..7), ("$b$", 4..5), ("", 0..7), ("$c", 0..7)] {
            let error = FormatSource("a $ $b$").error_at_rest(rest.as_bytes(), "wrong", "right");
            assert_eq!(error.position(), position, "{rest}");
        }
    }

    #[test]
    fn an_error_is_at_its_fragment_or_about_the_whole_text() {
        for (fragment, position) in [("$b", 4..6), ("", 0..6), ("$c", 0..6)] {
            let error = FormatSource("a $ $b").error(fragment, "wrong", "right");
            assert_eq!(error.position(), position, "{fragment}");
        }
    }
}
