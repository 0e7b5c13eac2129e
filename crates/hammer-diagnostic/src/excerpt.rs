//! Foreign text, made safe to repeat in a message.

use std::borrow::Cow;

/// The longest excerpt, in characters, with its ellipsis and without its quotes.
const MAX_CHARS: usize = 60;

/// Quotes the beginning of `text`: at most 60 characters, all printable.
///
/// A text that is cut ends in an ellipsis inside the quotes.
///
/// ```
/// assert_eq!(hammer_diagnostic::excerpt("10 x"), "'10 x'");
/// ```
#[must_use]
pub fn excerpt(text: &str) -> String {
    let cut = text.char_indices().nth(MAX_CHARS).is_some();
    let kept = if cut { MAX_CHARS - 1 } else { MAX_CHARS };
    let mut quoted = String::from("'");
    quoted.extend(text.chars().take(kept).map(replace_control));
    if cut {
        quoted.push('…');
    }
    quoted.push('\'');
    quoted
}

/// Replaces control characters and marks of text direction by U+FFFD.
///
/// Line ends are control characters too. A text without any is borrowed.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.contains(is_control) {
        Cow::Owned(text.chars().map(replace_control).collect())
    } else {
        Cow::Borrowed(text)
    }
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

fn replace_control(character: char) -> char {
    if is_control(character) {
        char::REPLACEMENT_CHARACTER
    } else {
        character
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{excerpt, printable};

    #[test]
    fn an_excerpt_is_short_and_has_no_control_characters() {
        let long = "é".repeat(61);
        for (text, quoted) in [
            ("", "''".to_owned()),
            ("µ\u{1b}[1m\n", "'µ\u{fffd}[1m\u{fffd}'".to_owned()),
            (&long[2..], format!("'{}'", "é".repeat(60))),
            (&long, format!("'{}…'", "é".repeat(59))),
        ] {
            assert_eq!(excerpt(text), quoted, "{text:?}");
        }
    }

    #[test]
    fn printable_text_is_borrowed_and_other_text_is_cleaned() {
        assert!(matches!(printable("a b"), Cow::Borrowed("a b")));
        assert_eq!(
            printable("a\u{9b}b\n\u{202e}\u{e4}"),
            "a\u{fffd}b\u{fffd}\u{fffd}\u{e4}"
        );
    }
}
