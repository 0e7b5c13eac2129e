//! Replacement of control characters in output.

use hammer_diagnostic::{is_control, printable};

/// Replaces control characters and marks of text direction by U+FFFD.
pub(crate) fn sanitize(text: &str) -> String {
    printable(text).into_owned()
}

/// Replaces control characters and marks of text direction, except line ends.
pub(crate) fn sanitize_lines(text: &str) -> String {
    let sanitize = |char| match char {
        '\n' => '\n',
        char if is_control(char) => char::REPLACEMENT_CHARACTER,
        char => char,
    };
    text.chars().map(sanitize).collect()
}

#[cfg(test)]
mod tests {
    use super::{sanitize, sanitize_lines};

    #[test]
    fn control_characters_are_replaced() {
        let text = "a\u{1b}[2J\u{9b}b\n\u{202e}\u{e4}";
        let expected = "a\u{fffd}[2J\u{fffd}b\n\u{fffd}\u{e4}";
        assert_eq!(sanitize_lines(text), expected);
        assert_eq!(sanitize(text), expected.replace('\n', "\u{fffd}"));
    }
}
