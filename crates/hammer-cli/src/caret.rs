use std::ops::Range;

use hammer_core::{Shape, ShapeError};

/// How far both lines are indented.
const INDENT: usize = 4;
/// The most of a text that is shown, in columns.
const MAX_SHOWN: usize = 72;
/// The widest line, in columns; what is longer goes below the carets.
const WIDTH: usize = 100;

/// `text` with carets under `place` (in bytes) and what would be `right` behind them.
///
/// Two or three indented lines without a newline at the end. A place at the end of the text, or
/// beyond it, has its caret there. Of a long text the part around the place is shown; characters
/// that would move the cursor are shown as `?`.
///
/// ```text
///     p99 < 250
///           ^^^ right would be 250ms
/// ```
pub(crate) fn underline(text: &str, span: Range<usize>, right: &str) -> String {
    let chars: Vec<char> = text
        .chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect();
    // Bounds inside of a character count as its start.
    let column = |byte: usize| {
        text.char_indices()
            .take_while(|(index, c)| index + c.len_utf8() <= byte)
            .count()
    };
    let start = column(span.start);
    let width = column(span.end).saturating_sub(start).max(1);

    let first = match start.checked_sub(MAX_SHOWN / 2) {
        Some(first) if chars.len() > MAX_SHOWN => first.min(chars.len() - MAX_SHOWN),
        _ => 0,
    };
    let mut shown: Vec<char> = chars.iter().skip(first).take(MAX_SHOWN).copied().collect();
    if first > 0
        && let Some(before) = shown.first_mut()
    {
        *before = '…';
    }
    if first + shown.len() < chars.len()
        && let Some(behind) = shown.last_mut()
    {
        *behind = '…';
    }
    let start = start - first;
    let width = width.min(shown.len().saturating_sub(start).max(1));

    let shown: String = shown.into_iter().collect();
    let (indent, carets) = (" ".repeat(INDENT), "^".repeat(width));
    let pad = " ".repeat(INDENT + start);
    let behind = INDENT + start + width + 1 + right.chars().count();
    if behind <= WIDTH {
        format!("{indent}{}\n{pad}{carets} {right}", shown.trim_end())
    } else {
        format!(
            "{indent}{}\n{pad}{carets}\n{indent}{right}",
            shown.trim_end()
        )
    }
}

/// A rate expression, or what is wrong with it and where.
pub(crate) fn parse_shape(text: &str) -> Result<Shape, String> {
    text.parse().map_err(|error: ShapeError| {
        if text.trim().is_empty() {
            return error.to_string();
        }
        let right = format!("right would be {}", error.expected());
        let shown = underline(text, error.position()..error.position(), &right);
        format!("{}\n\n{shown}", error.problem())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_under_the_place() {
        for (text, place, shown) in [
            ("p99 < 250", 6..9, "    p99 < 250\n          ^^^ R"),
            ("p99 <", 5..5, "    p99 <\n         ^ R"),
            ("", 0..0, "    \n    ^ R"),
            ("a", 7..9, "    a\n     ^ R"),
            ("µs µx", 4..7, "    µs µx\n       ^^ R"),
            ("µs", 1..2, "    µs\n    ^ R"),
            ("a\nb\x1b[1m", 2..3, "    a?b?[1m\n      ^ R"),
        ] {
            assert_eq!(underline(text, place, "R"), shown, "{text:?}");
        }
    }

    #[test]
    fn a_rate_has_its_caret_too() {
        let wrong = parse_shape("100..10x0/5m").expect_err("no number");
        let start = "not a number\n\n    100..10x0/5m\n         ^ ";
        assert!(wrong.starts_with(start), "{wrong}");
        assert!(!parse_shape("").expect_err("empty").contains('^'));
        assert_eq!(
            parse_shape("10k").map(|shape| shape.to_string()),
            Ok("10k".into())
        );
    }

    #[test]
    fn a_long_text_is_shown_around_the_place() {
        let text = format!("{}HERE{}", "a".repeat(500), "z".repeat(500));
        for (place, word) in [(500..504, "HERE"), (0..4, "aaaa"), (1000..1004, "zzzz")] {
            let shown = underline(&text, place, "R");
            let [line, carets] = shown.lines().collect::<Vec<_>>()[..] else {
                panic!("{shown}")
            };
            assert!(line.chars().count() <= INDENT + MAX_SHOWN, "{shown}");
            let at: Vec<_> = line.chars().zip(carets.chars()).collect();
            let under: String = at
                .iter()
                .filter(|(_, c)| *c == '^')
                .map(|(c, _)| c)
                .collect();
            assert!(
                under.trim_end_matches('…').len() >= 3
                    && word.contains(under.trim_end_matches('…')),
                "{shown}"
            );
        }
        assert_eq!(
            underline(&text, 0..1004, "R").matches('^').count(),
            MAX_SHOWN
        );
    }

    #[test]
    fn what_does_not_fit_behind_the_carets_goes_below() {
        let shown = underline("p99", 0..3, &"word ".repeat(20));
        assert_eq!(shown.lines().count(), 3, "{shown}");
    }
}
