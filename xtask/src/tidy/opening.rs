//! Words that a doc comment or a help text must not begin with.

/// Words that begin a clause instead of naming the thing described.
const REFUSED: &[&str] = &["What", "Which", "How", "Whether", "Where", "The same"];

/// The remedy for a finding.
pub(crate) const BETTER: &str =
    "begin with a verb in the third person (\"Opens …\"), \"True if …\", or a noun phrase";

/// The refused beginning of `text`, if it has one.
pub(crate) fn refused(text: &str) -> Option<&'static str> {
    let text = text.trim_start_matches([' ', '\t', '*', '_', '"', '(', '[']);
    REFUSED.iter().copied().find(|words| {
        let Some((start, rest)) = text.split_at_checked(words.len()) else {
            return false;
        };
        start.eq_ignore_ascii_case(words)
            && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-')
    })
}

#[cfg(test)]
mod tests {
    use super::refused;

    #[test]
    fn compares_whole_words() {
        let table = [
            ("What a slot does.", Some("What")),
            (" what's left", Some("What")),
            ("*How* it works", Some("How")),
            ("The same, of rows.", Some("The same")),
            ("Where", Some("Where")),
            ("However often", None),
            ("How-to for `x`.", None),
            ("`what` is a keyword.", None),
            ("The samples of a run.", None),
            ("Opens what is closed.", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(refused(text), expected, "{text}");
        }
    }
}
