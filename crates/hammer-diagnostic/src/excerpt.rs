//! Foreign text, made safe to repeat in a message.

use std::borrow::Cow;
use std::path::Path;

/// The longest excerpt, in characters, with its ellipsis and without its quotes.
const MAX_CHARS: usize = 60;

/// Quotes the beginning of `text`: at most 60 characters, all printable.
///
/// Control characters are escaped as in [`printable`]. A text that is cut ends in an ellipsis inside the
/// quotes.
///
/// ```
/// assert_eq!(hammer_diagnostic::excerpt("10 x"), "'10 x'");
/// ```
#[must_use]
pub fn excerpt(text: &str) -> String {
    let mut quoted = String::from("'");
    let (mut length, mut cut) = (0, 1);
    for character in text.chars() {
        let start = quoted.len();
        push_printable(&mut quoted, character);
        length += quoted[start..].chars().count();
        if length > MAX_CHARS {
            quoted.truncate(cut);
            quoted.push('…');
            break;
        }
        if length < MAX_CHARS {
            cut = quoted.len();
        }
    }
    quoted.push('\'');
    quoted
}

/// Returns the beginning of `text`, at most 60 characters as written in Rust: `{:?}` of it is short.
///
/// A text that is cut ends in an ellipsis.
///
/// ```
/// assert_eq!(hammer_diagnostic::shortened("10 x"), "10 x");
/// ```
#[must_use]
pub fn shortened(text: &str) -> Cow<'_, str> {
    let (mut length, mut cut) = (0, 0);
    for (at, character) in text.char_indices() {
        if length < MAX_CHARS {
            cut = at;
        }
        length += character.escape_debug().count();
        if length > MAX_CHARS {
            return Cow::Owned(format!("{}…", &text[..cut]));
        }
    }
    Cow::Borrowed(text)
}

/// Escapes control characters and marks of text direction: `\n`, `\u{1b}`.
///
/// Line ends are control characters too. A text without any is borrowed.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_control) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    text.chars()
        .for_each(|character| push_printable(&mut shown, character));
    Cow::Owned(shown)
}

/// Writes a path for a message, with control characters [escaped](printable): the name of a file can have
/// line ends.
#[must_use]
pub fn printable_path(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

/// Escapes control characters and marks of text direction, except line ends.
#[must_use]
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    let is_escaped = |character: char| character != '\n' && is_control(character);
    if !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let lines: Vec<_> = text.split('\n').map(printable).collect();
    Cow::Owned(lines.join("\n"))
}

/// Returns true for a control character or a mark of text direction.
///
/// The marks are Unicode's implicit marks, embeddings, overrides and isolates (UAX #9, section 2).
#[must_use]
pub fn is_control(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    ) || character.is_control()
}

fn push_printable(to: &mut String, character: char) {
    if is_control(character) {
        to.extend(character.escape_default());
    } else {
        to.push(character);
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{excerpt, printable, printable_lines, printable_path, shortened};

    #[test]
    fn an_excerpt_is_short_and_has_no_control_characters() {
        let long = "é".repeat(61);
        for (text, quoted) in [
            ("", "''".to_owned()),
            ("µ\u{1b}[1m\n", r"'µ\u{1b}[1m\n'".to_owned()),
            (&"\u{18}".repeat(10), format!("'{}'", r"\u{18}".repeat(10))),
            (&"\u{18}".repeat(11), format!("'{}…'", r"\u{18}".repeat(9))),
            (&long[2..], format!("'{}'", "é".repeat(60))),
            (&long, format!("'{}…'", "é".repeat(59))),
        ] {
            assert_eq!(excerpt(text), quoted, "{text:?}");
        }
    }

    #[test]
    fn a_text_is_shortened_so_that_its_quoted_form_is_short() {
        for (text, expected) in [
            ("a".repeat(60), "a".repeat(60)),
            ("a".repeat(61), format!("{}…", "a".repeat(59))),
            ("\u{18}".repeat(100), format!("{}…", "\u{18}".repeat(9))),
        ] {
            assert_eq!(shortened(&text), expected);
        }
    }

    #[test]
    fn a_path_is_one_line() {
        assert_eq!(printable_path("a\n/b".as_ref()), "a\\n/b");
    }

    #[test]
    fn line_ends_are_kept_where_a_message_has_lines() {
        assert!(matches!(printable_lines("a\nb"), Cow::Borrowed("a\nb")));
        assert_eq!(printable_lines("a\u{1b}\n\tb"), "a\\u{1b}\n\\tb");
    }

    #[test]
    fn printable_text_is_borrowed_and_other_text_is_cleaned() {
        assert!(matches!(printable("a b"), Cow::Borrowed("a b")));
        assert_eq!(
            printable("a\u{9b}b\n\u{202e}\u{e4}"),
            "a\\u{9b}b\\n\\u{202e}\u{e4}"
        );
    }
}
