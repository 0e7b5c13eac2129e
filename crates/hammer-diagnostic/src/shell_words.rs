//! Command lines, written for a shell.

/// Writes words as a POSIX shell reads them: those with special characters in single quotes.
///
/// ```
/// use hammer_diagnostic::shell_words;
///
/// assert_eq!(shell_words(&["echo", "it's"]), r"echo 'it'\''s'");
/// ```
#[must_use]
pub fn shell_words(words: &[impl AsRef<str>]) -> String {
    let words = words.iter().map(|word| shell_word(word.as_ref()));
    words.collect::<Vec<_>>().join(" ")
}

fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        for (word, quoted) in [
            ("-r", "-r"),
            ("http://127.0.0.1:80/?a", "'http://127.0.0.1:80/?a'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
        ] {
            assert_eq!(shell_words(&[word]), quoted);
        }
        assert_eq!(shell_words(&["a b", "c"]), "'a b' c");
    }
}
