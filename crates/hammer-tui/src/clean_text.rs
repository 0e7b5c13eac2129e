//! Foreign text made safe for a cell of the screen.

use std::iter::Peekable;
use std::str::Chars;

use hammer_diagnostic::printable;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Removes escape sequences, and escapes all other control characters; tabs become spaces.
pub(crate) fn clean(text: &str) -> String {
    let mut without = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => skip_escape_sequence(&mut characters),
            // The one-character form of ESC [.
            '\u{9b}' => skip_control_sequence(&mut characters),
            '\t' => without.push_str("  "),
            other => without.push(other),
        }
    }
    printable(without.trim_end_matches(['\r', '\n'])).into_owned()
}

/// Skips the rest of an escape sequence (ECMA-48, sections 5.3 to 5.6).
fn skip_escape_sequence(characters: &mut Peekable<Chars<'_>>) {
    match characters.next_if(|next| !next.is_control()) {
        Some('[') => skip_control_sequence(characters),
        // Strings, such as the title of the window, end with BEL or ESC \.
        Some(']' | 'P' | 'X' | '^' | '_') => {
            while let Some(next) = characters.next() {
                match next {
                    '\u{7}' | '\u{9c}' => return,
                    '\u{1b}' => {
                        characters.next_if_eq(&'\\');
                        return;
                    }
                    _ => {}
                }
            }
        }
        Some(' '..='/') => {
            characters.next();
        }
        _ => {}
    }
}

/// Skips parameters and the final character of a control sequence.
fn skip_control_sequence(characters: &mut Peekable<Chars<'_>>) {
    while characters
        .next_if(|next| (' '..='?').contains(next))
        .is_some()
    {}
    characters.next_if(|next| ('@'..='~').contains(next));
}

/// Cuts a text to at most `width` columns, with an ellipsis if something is missing.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut left = width.saturating_sub(1);
    for character in text.chars() {
        let columns = character.width().unwrap_or(0);
        if columns > left {
            break;
        }
        left -= columns;
        shown.push(character);
    }
    if width > 0 {
        shown.push('…');
    }
    shown
}

/// Cuts a text to `width` columns, or fills it up with spaces.
pub(crate) fn fit(text: &str, width: usize) -> String {
    let mut shown = cut(text, width);
    let missing = width.saturating_sub(shown.width());
    shown.extend(std::iter::repeat_n(' ', missing));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_are_removed() {
        for (text, shown) in [
            ("plain", "plain"),
            ("\u{1b}[2m\u{1b}[31mWARN\u{1b}[0m late", "WARN late"),
            ("\u{1b}]0;title\u{7}a\u{1b}]8;;x\u{1b}\\b", "ab"),
            ("\u{9b}31mred", "red"),
            ("\u{1b}(Ba\u{1b}cb\u{1b}", "ab"),
            ("a\tb\r\n", "a  b"),
            ("a\u{7}\u{202e}b", "a\\u{7}\\u{202e}b"),
            ("\u{1b}[", ""),
            ("\u{1b}]never ends", ""),
        ] {
            assert_eq!(clean(text), shown, "{text:?}");
        }
    }

    #[test]
    fn texts_are_cut_by_columns() {
        for (text, width, shown) in [
            ("hammer", 6, "hammer"),
            ("hammer", 5, "hamm…"),
            ("", 0, ""),
            ("a", 0, ""),
            ("日本語", 6, "日本語"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("e\u{301}e\u{301}", 2, "e\u{301}e\u{301}"),
        ] {
            assert_eq!(cut(text, width), shown, "{text:?}");
        }
        assert_eq!(fit("日本語", 4), "日… ");
        assert_eq!(fit("a", 3), "a  ");
    }
}
