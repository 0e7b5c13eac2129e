//! Excerpts of a text with carets under the part that is wrong.

use std::ops::Range;
use std::str::FromStr;
use std::{error, fmt};

use hammer_diagnostic::{Diagnostic, printable};

/// Indentation of all lines, in columns.
const INDENT: usize = 4;
/// Maximum width of the excerpt, in columns.
const MAX_SHOWN: usize = 72;
/// Maximum line width, in columns. A longer hint goes below the carets.
const WIDTH: usize = 100;

/// Shows `text` with carets under `span` (in bytes), followed by `hint`.
///
/// Returns two or three indented lines without a newline at the end. A span at or beyond the end of
/// the text gets one caret at the end. A long text is cut to the part around the span. Control
/// characters are escaped.
///
/// ```text
///     p99 < 250
///           ^^^ expected 250ms
/// ```
fn underline(text: &str, span: Range<usize>, hint: &str) -> String {
    let chars: Vec<char> = printable(text).chars().collect();
    // A bound inside a character counts as its start.
    let column = |byte: usize| {
        text.char_indices()
            .take_while(|(index, c)| index + c.len_utf8() <= byte)
            .map(|(_, c)| printable(c.encode_utf8(&mut [0; 4])).chars().count())
            .sum::<usize>()
    };
    let start = column(span.start);
    let width = column(span.end).saturating_sub(start).max(1);

    let first = match start.checked_sub(MAX_SHOWN / 2) {
        Some(first) if chars.len() > MAX_SHOWN => first.min(chars.len() - MAX_SHOWN),
        _ => 0,
    };
    let mut shown: Vec<char> = chars.iter().skip(first).take(MAX_SHOWN).copied().collect();
    if first > 0
        && let Some(leading) = shown.first_mut()
    {
        *leading = '…';
    }
    if first + shown.len() < chars.len()
        && let Some(last) = shown.last_mut()
    {
        *last = '…';
    }
    let start = start - first;
    let width = width.min(shown.len().saturating_sub(start).max(1));

    let shown: String = shown.into_iter().collect();
    let (indent, carets) = (" ".repeat(INDENT), "^".repeat(width));
    let pad = " ".repeat(INDENT + start);
    let columns = INDENT + start + width + 1 + hint.chars().count();
    if columns <= WIDTH {
        format!("{indent}{}\n{pad}{carets} {hint}", shown.trim_end())
    } else {
        format!(
            "{indent}{}\n{pad}{carets}\n{indent}{hint}",
            shown.trim_end()
        )
    }
}

/// Writes a diagnostic for a terminal: the problem, and the text with carets under the part that is
/// wrong. Without a text, it is one line.
pub(crate) fn show(error: &Diagnostic) -> String {
    let text = error.input().filter(|text| !text.trim().is_empty());
    let Some(text) = text else {
        return error.to_string();
    };
    let hint = match (error.expected(), error.hint()) {
        (Some(expected), _) => format!("expected {expected}"),
        (None, hint) => hint.unwrap_or_default().to_owned(),
    };
    let shown = underline(text, error.position(), &hint);
    format!("{}\n\n{}", error.problem(), shown.trim_end())
}

/// Writes an error and its sources in one line, up to a diagnostic, which is shown with carets.
#[cfg(feature = "http")]
pub(crate) fn show_chain(error: &(dyn error::Error + 'static)) -> String {
    let mut shown = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let separator = if shown.is_empty() { "" } else { ": " };
        shown.push_str(separator);
        if let Some(diagnostic) = error.downcast_ref() {
            return shown + &show(diagnostic);
        }
        shown.push_str(&error.to_string());
        next = error.source();
    }
    shown
}

/// A diagnostic that is displayed with carets, for clap.
#[derive(Debug)]
pub(crate) struct CaretError(Diagnostic);

impl fmt::Display for CaretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&show(&self.0))
    }
}

impl error::Error for CaretError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&self.0)
    }
}

/// Parses the value of a flag. The error has carets under the part that is wrong.
pub(crate) fn parse<T: FromStr<Err = Diagnostic>>(text: &str) -> Result<T, CaretError> {
    text.parse().map_err(CaretError)
}

/// Parses the value of a flag with `parser`, whose positions are those in `text`. The error has carets under the part that is wrong.
#[cfg(feature = "demo")]
pub(crate) fn parse_with<T>(
    text: &str,
    parser: impl FnOnce(&str) -> Result<T, Diagnostic>,
) -> Result<T, CaretError> {
    parser(text).map_err(|error| CaretError(error.in_input(text)))
}

#[cfg(test)]
mod tests {
    use hammer_core::Shape;

    use super::*;

    #[test]
    fn carets_are_under_the_span() {
        for (text, span, shown) in [
            ("p99 < 250", 6..9, "    p99 < 250\n          ^^^ expected x"),
            ("p99 <", 5..5, "    p99 <\n         ^ expected x"),
            ("", 0..0, "    \n    ^ expected x"),
            ("a", 7..9, "    a\n     ^ expected x"),
            ("µs µx", 4..7, "    µs µx\n       ^^ expected x"),
            ("µs", 1..2, "    µs\n    ^ expected x"),
            (
                "a\nb\x1b[1m",
                2..3,
                "    a\\nb\\u{1b}[1m\n       ^ expected x",
            ),
        ] {
            assert_eq!(underline(text, span, "expected x"), shown, "{text:?}");
        }
    }

    #[test]
    fn an_invalid_rate_has_a_caret() {
        let error = |text| parse::<Shape>(text).expect_err(text).to_string();
        let shown = "not a number\n\n    100..10x0/5m\n         ^^^^ expected ";
        assert!(error("100..10x0/5m").starts_with(shown));
        assert!(!error("").contains('^'));
        assert_eq!(parse::<Shape>("10k").expect("a rate").to_string(), "10k");
    }

    #[test]
    fn a_diagnostic_is_shown_with_what_it_has() {
        let error = || Diagnostic::new(4..6, "wrong");
        for (error, shown) in [
            (error(), "wrong"),
            (error().with_hint("try b"), "wrong (try b)"),
            (
                error().in_input("a = ba"),
                "wrong\n\n    a = ba\n        ^^",
            ),
            (
                error().with_hint("try b").in_input("a = ba"),
                "wrong\n\n    a = ba\n        ^^ try b",
            ),
            (
                error().with_expected("b").in_input("a = ba"),
                "wrong\n\n    a = ba\n        ^^ expected b",
            ),
            (
                error().with_expected("b").in_input("a = ba").redacted(),
                "wrong at byte 4; expected b",
            ),
        ] {
            assert_eq!(show(&error), shown);
        }
    }

    #[test]
    fn a_diagnostic_ends_a_chain() {
        #[derive(Debug)]
        struct Outer(Diagnostic);
        impl fmt::Display for Outer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("outer")
            }
        }
        impl error::Error for Outer {
            fn source(&self) -> Option<&(dyn error::Error + 'static)> {
                Some(&self.0)
            }
        }
        let error = Outer(
            Diagnostic::new(1..2, "inner")
                .with_hint("try b")
                .in_input("ac"),
        );
        assert_eq!(show_chain(&error), "outer: inner\n\n    ac\n     ^ try b");
        assert_eq!(show_chain(&fmt::Error), fmt::Error.to_string());
    }

    #[test]
    fn a_long_text_is_cut_around_the_span() {
        let text = format!("{}HERE{}", "a".repeat(500), "z".repeat(500));
        for (span, word) in [(500..504, "HERE"), (0..4, "aaaa"), (1000..1004, "zzzz")] {
            let shown = underline(&text, span, "expected x");
            let [line, carets] = shown.lines().collect::<Vec<_>>()[..] else {
                panic!("{shown}")
            };
            assert!(line.chars().count() <= INDENT + MAX_SHOWN, "{shown}");
            let columns: Vec<_> = line.chars().zip(carets.chars()).collect();
            let marked: String = columns
                .iter()
                .filter(|(_, c)| *c == '^')
                .map(|(c, _)| c)
                .collect();
            assert!(
                marked.trim_end_matches('…').len() >= 3
                    && word.contains(marked.trim_end_matches('…')),
                "{shown}"
            );
        }
        assert_eq!(
            underline(&text, 0..1004, "expected x").matches('^').count(),
            MAX_SHOWN
        );
    }

    #[test]
    fn a_long_hint_goes_below_the_carets() {
        let shown = underline("p99", 0..3, &"word ".repeat(20));
        assert_eq!(shown.lines().count(), 3, "{shown}");
    }
}
