//! Foreign texts in columns of a table.

use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::clean_text::{clean, cut, fit_name};

/// Cleans a name and fits it into exactly `columns`, at the left.
pub(crate) fn left(name: &str, columns: usize) -> String {
    fit_name(&clean(name), columns)
}

/// Cuts a line to at most `columns`, with an ellipsis if something is missing.
pub(crate) fn cut_line(line: Line<'_>, columns: usize) -> Line<'_> {
    if line.width() <= columns {
        return line;
    }
    let Line {
        style,
        alignment,
        spans,
    } = line;
    let mut left = columns;
    let mut shown = vec![];
    let mut spans = spans.into_iter().peekable();
    while let Some(span) = spans.next() {
        // The ellipsis needs a column.
        let is_cut = span.width() > left || span.width() == left && spans.peek().is_some();
        if is_cut {
            let text = cut(&format!("{} ", span.content), left);
            shown.push(Span::styled(text, span.style));
            break;
        }
        left -= span.width();
        shown.push(span);
    }
    Line {
        style,
        alignment,
        spans: shown,
    }
}

/// Fits a number into exactly `columns`, at the right.
pub(crate) fn right(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    let missing = columns.saturating_sub(text.width());
    " ".repeat(missing) + &text
}

/// Cleans `text` and wraps it at spaces to lines of at most `columns`. A longer word is split.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(2);
    let text = clean(text);
    let mut lines = vec![];
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && line.width() + 1 + word.width() > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for char in word.chars() {
            if line.width() + char.width().unwrap_or_default() > columns {
                lines.push(std::mem::take(&mut line));
            }
            line.push(char);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_aligned_in_columns() {
        assert_eq!(left("日本語", 4), "日… ");
        assert_eq!(left("\u{1b}[31mred", 4), "red ");
        assert_eq!(right("ab", 4), "  ab");
        assert_eq!(right("abcde", 4), "abc…");
    }

    #[test]
    fn lines_are_cut_with_an_ellipsis() {
        let line = || Line::from(vec![Span::raw("abc"), Span::raw("de"), Span::raw("f")]);
        for (columns, shown) in [
            (6, "abcdef"),
            (5, "abcd…"),
            (4, "abc…"),
            (3, "ab…"),
            (1, "…"),
            (0, ""),
        ] {
            assert_eq!(cut_line(line(), columns).to_string(), shown, "{columns}");
        }
    }

    #[test]
    fn texts_are_wrapped_at_spaces_and_long_words_are_split() {
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("ab cd ef", 5), ["ab cd", "ef"]);
        assert_eq!(wrap("a bcdefgh", 5), ["a", "bcdef", "gh"]);
        assert_eq!(wrap("日本語 a", 4), ["日本", "語 a"]);
        assert_eq!(wrap("a\nb", 9), ["a\\nb"]);
    }
}
