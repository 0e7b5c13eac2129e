/// `text` without what a terminal would obey, or show in another order than it stands.
pub(crate) fn sanitize(text: &str) -> String {
    text.chars()
        .map(|char| sanitize_char(char, false))
        .collect()
}

/// The same for a text of several lines.
pub(crate) fn sanitize_lines(text: &str) -> String {
    text.chars().map(|char| sanitize_char(char, true)).collect()
}

fn sanitize_char(char: char, lines: bool) -> char {
    match char {
        '\n' if lines => char,
        // Unicode's marks, embeddings, overrides and isolates of the direction of writing.
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        char if char.is_control() => '\u{fffd}',
        char => char,
    }
}

#[cfg(test)]
mod tests {
    use super::{sanitize, sanitize_lines};

    #[test]
    fn nothing_is_left_that_a_terminal_obeys() {
        let text = "a\u{1b}[2J\u{9b}b\n\u{202e}\u{e4}";
        let expected = "a\u{fffd}[2J\u{fffd}b\n\u{fffd}\u{e4}";
        assert_eq!(sanitize_lines(text), expected);
        assert_eq!(sanitize(text), expected.replace('\n', "\u{fffd}"));
    }
}
