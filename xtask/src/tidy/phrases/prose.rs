//! Splits sources and documents into words.

use crate::tidy::rust::{self, RustSourcePieceKind};

/// A word of a text, with the punctuation around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProseWord<'a> {
    pub(crate) line: usize,
    text: &'a str,
}

impl<'a> ProseWord<'a> {
    /// A word that no pattern matches, between two texts.
    const BREAK: Self = Self { line: 0, text: "" };

    pub(crate) fn new(line: usize, text: &'a str) -> Self {
        Self { line, text }
    }

    /// The word without the punctuation around it.
    pub(crate) fn bare(&self) -> &'a str {
        self.text.trim_matches(|c: char| !c.is_alphanumeric())
    }

    /// True if the word matches `pattern`, a word of a refused phrase.
    pub(crate) fn is(&self, pattern: &str) -> bool {
        let bare = self.bare();
        match pattern.strip_suffix('*') {
            _ if pattern == "_" => !bare.is_empty(),
            _ if pattern == "_;" => self.text.ends_with(';'),
            None => bare.eq_ignore_ascii_case(pattern),
            // Other characters after it make it an identifier or a file name.
            Some(start) => bare
                .split_at_checked(start.len())
                .is_some_and(|(found, rest)| {
                    found.eq_ignore_ascii_case(start)
                        && rest.chars().all(|c| c.is_alphabetic() || c == '\'')
                }),
        }
    }

    fn has_punctuation_before(&self) -> bool {
        !self.text.starts_with(char::is_alphanumeric)
    }

    fn has_punctuation_after(&self) -> bool {
        !self.text.ends_with(char::is_alphanumeric)
    }
}

/// True if the words at `at` are those of `pattern`, without other punctuation between them.
pub(crate) fn matches(words: &[ProseWord<'_>], at: usize, pattern: &[&str]) -> bool {
    let Some(found) = words.get(at..at + pattern.len()) else {
        return false;
    };
    let last = pattern.len() - 1;
    found
        .iter()
        .zip(pattern)
        .enumerate()
        .all(|(index, (word, pattern))| {
            word.is(pattern)
                && (index == last || *pattern == "_;" || !word.has_punctuation_after())
                && (index == 0 || !word.has_punctuation_before())
        })
}

/// The words of a document.
pub(crate) fn document_words(text: &str) -> Vec<ProseWord<'_>> {
    words((1..).zip(text.lines()), false)
}

/// The words of a source: of its comments, strings and names of functions.
///
/// No phrase matches across two of them.
pub(crate) fn rust_words(source: &str) -> Vec<ProseWord<'_>> {
    let mut all = Vec::new();
    for passage in rust::passages(source) {
        all.extend(words(
            passage.lines.into_iter(),
            passage.kind == RustSourcePieceKind::Text,
        ));
        all.push(ProseWord::BREAK);
    }
    for (line, name) in rust::function_names(source) {
        all.extend(name.split('_').map(|word| ProseWord::new(line, word)));
        all.push(ProseWord::BREAK);
    }
    all
}

/// The words of some lines; an empty line is an empty word. `escapes` is true for a string literal.
fn words<'a>(lines: impl Iterator<Item = (usize, &'a str)>, escapes: bool) -> Vec<ProseWord<'a>> {
    let mut words = Vec::new();
    for (line, text) in lines {
        let text = if escapes {
            text.trim_end_matches('\\')
        } else {
            text
        };
        for (index, part) in text.split("\\n").enumerate() {
            if index > 0 || part.trim().is_empty() {
                words.push(ProseWord::BREAK);
            }
            words.extend(
                part.split_whitespace()
                    .map(|text| ProseWord::new(line, text)),
            );
        }
    }
    words
}
