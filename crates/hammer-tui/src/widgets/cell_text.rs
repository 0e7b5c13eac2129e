//! Foreign texts in columns of a table.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::clean_text::{clean, cut, fit};

/// Cleans `text` and fits it into exactly `columns`, at the left.
pub(crate) fn left(text: &str, columns: usize) -> String {
    fit(&clean(text), columns)
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
    fn texts_are_wrapped_at_spaces_and_long_words_are_split() {
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("ab cd ef", 5), ["ab cd", "ef"]);
        assert_eq!(wrap("a bcdefgh", 5), ["a", "bcdef", "gh"]);
        assert_eq!(wrap("日本語 a", 4), ["日本", "語 a"]);
        assert_eq!(wrap("a\nb", 9), ["a\\nb"]);
    }
}
