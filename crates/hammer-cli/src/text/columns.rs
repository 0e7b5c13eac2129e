//! Widths of texts in columns of a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The number of columns that `text` needs: two for a wide character, none for a combining one.
pub(crate) fn column_count(text: &str) -> usize {
    text.width()
}

/// Cuts `text` to at most `columns`, with an ellipsis in place of the rest.
pub(crate) fn cut_to_columns(text: &str, columns: usize) -> String {
    if column_count(text) <= columns {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut used = 1;
    for char in text.chars() {
        used += char.width().unwrap_or_default();
        if used > columns {
            break;
        }
        cut.push(char);
    }
    cut + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_columns() {
        for (text, columns, cut) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("日本", 4, "日本"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("e\u{301}e\u{301}e", 2, "e\u{301}…"),
        ] {
            assert_eq!(cut_to_columns(text, columns), cut, "{text} {columns}");
            assert!(column_count(cut) <= columns);
        }
    }
}
