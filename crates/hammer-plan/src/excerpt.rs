/// How much of a text that somebody else wrote an error repeats, in characters.
const MAX_CHARS: usize = 80;

/// `text` in one line that can be read.
pub(crate) fn excerpt(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_CHARS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short.replace(char::is_control, "?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_and_moves_no_cursor() {
        assert_eq!(excerpt("µ\x1b[1m\n"), "µ?[1m?");
        assert_eq!(excerpt(&"é".repeat(80)), "é".repeat(80));
        assert_eq!(excerpt(&"é".repeat(81)), "é".repeat(80) + "…");
    }
}
