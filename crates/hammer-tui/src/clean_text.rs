//! Foreign text made safe for a cell of the screen.

use std::iter::Peekable;
use std::str::Chars;

use hammer_diagnostic::printable;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The columns from which a name is cut in its middle.
const LEAST_NAME: usize = 5;

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

/// Cuts a name to at most `width` columns in its middle: long names often begin alike and end alike.
pub(crate) fn cut_name(name: &str, width: usize) -> String {
    if name.width() <= width || width < LEAST_NAME {
        return cut(name, width);
    }
    let mut begin = cut(name, width - (width - 1) / 2);
    let mut left = width - begin.width();
    let mut start = name.len();
    for (index, character) in name.char_indices().rev() {
        let columns = character.width().unwrap_or(0);
        if columns > left {
            break;
        }
        left -= columns;
        start = index;
    }
    begin.push_str(&name[start..]);
    begin
}

/// Cuts a name to `width` columns in its middle, or fills it up with spaces.
pub(crate) fn fit_name(name: &str, width: usize) -> String {
    let mut shown = cut_name(name, width);
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
    }

    #[test]
    fn names_are_cut_in_the_middle() {
        for (name, width, shown) in [
            ("checkout", 8, "checkout"),
            ("checkout-europe-1", 9, "chec…pe-1"),
            ("checkout-europe-2", 9, "chec…pe-2"),
            ("checkout-europe-2", 8, "chec…e-2"),
            ("checkout", 4, "che…"),
            ("日本語日本語", 7, "日…本語"),
            ("", 9, ""),
        ] {
            assert_eq!(cut_name(name, width), shown, "{name:?} {width}");
            assert!(cut_name(name, width).width() <= width, "{name:?} {width}");
        }
        assert_eq!(fit_name("日本語", 4), "日… ");
        assert_eq!(fit_name("a", 3), "a  ");
    }
}
