//! Texts for tests of parsers, and mutations of them.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::{fs, io};

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The maximum number of mutations of one text.
const MAX_MUTATIONS: u64 = 4;
/// The longest piece that is doubled or removed, in characters.
const MAX_PIECE_CHARS: usize = 40;
/// Tokens that often cause trouble in parsers.
const DIFFICULT_TOKENS: [&str; 24] = [
    "0",
    "-1",
    "00000",
    "1e9",
    "0.000000001",
    "999999999",
    "18446744073709551616",
    ".",
    "..",
    ",",
    "/",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "\\u0000",
    "\n",
    "\0",
    "µ",
    "\u{301}",
    "🦀",
    "\u{2028}",
];

/// Texts for tests of a parser, and mutations of them.
///
/// The texts found by a fuzzer are kept in a folder, one file each. From then on, every test tries
/// them, together with texts that differ by a few mutations: a piece that is missing, doubled,
/// replaced, or taken from another text.
#[derive(Debug, Clone)]
pub struct TextCorpus {
    texts: Vec<String>,
    /// The words, numbers and signs of the texts.
    words: Vec<String>,
}

impl TextCorpus {
    /// Reads every file in `folder`, in the order of their names.
    ///
    /// # Errors
    ///
    /// If the folder is empty, or the folder or a file cannot be read, or a file is not UTF-8.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let files = fs::read_dir(folder)?.map(|file| file.map(|file| file.path()));
        let mut files = files.collect::<io::Result<Vec<_>>>()?;
        files.sort();
        let texts = files.iter().map(fs::read_to_string);
        let texts = texts.collect::<io::Result<Vec<_>>>()?;
        if texts.is_empty() {
            return Err(io::Error::other("the folder is empty"));
        }
        Ok(Self::from_texts(texts))
    }

    /// Creates a corpus of these texts.
    ///
    /// # Panics
    ///
    /// If there are none.
    #[must_use]
    pub fn from_texts(texts: Vec<String>) -> Self {
        assert!(!texts.is_empty(), "the corpus must have a text");
        let mut words: Vec<String> = texts.iter().flat_map(|text| words(text)).collect();
        words.extend(DIFFICULT_TOKENS.map(str::to_owned));
        words.sort_unstable();
        words.dedup();
        Self { texts, words }
    }

    /// The texts without mutations.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Iterates over `count` mutations, the same ones each time.
    pub fn mutations(&self, count: usize) -> impl Iterator<Item = String> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        (0..count).map(move |index| {
            let mut text: Vec<char> = self.texts[index % self.texts.len()].chars().collect();
            for _ in 0..=rng.next_u64() % MAX_MUTATIONS {
                self.mutate(&mut text, &mut rng);
            }
            text.into_iter().collect()
        })
    }

    /// Calls `check` with each text and with `count` mutations.
    ///
    /// # Panics
    ///
    /// If `check` does; the message then begins with the text.
    pub fn check_each(&self, count: usize, check: impl Fn(&str)) {
        for text in self.texts.iter().cloned().chain(self.mutations(count)) {
            let checked = catch_unwind(AssertUnwindSafe(|| check(&text)));
            if let Err(panic) = checked {
                let message = panic.downcast_ref::<String>().map(String::as_str);
                let message = message.or_else(|| panic.downcast_ref::<&str>().copied());
                match message {
                    Some(message) => panic!("the text {text:?}: {message}"),
                    None => resume_unwind(panic),
                }
            }
        }
    }

    fn mutate(&self, text: &mut Vec<char>, rng: &mut impl Rng) {
        let mut below = |bound: usize| (rng.next_u64() % bound.max(1) as u64) as usize;
        let start = below(text.len() + 1);
        let end = text.len().min(start + 1 + below(MAX_PIECE_CHARS));
        let word = &self.words[below(self.words.len())];
        match below(6) {
            // Small mutations are as likely as large ones.
            0 => drop(text.splice(start..text.len().min(start + 1), None)),
            1 => drop(text.splice(start..end, None)),
            2 => drop(text.splice(start..start, word.chars())),
            3 => drop(text.splice(start..text.len().min(start + 1), word.chars())),
            4 => {
                let piece = text[start..end].to_vec();
                drop(text.splice(start..start, piece));
            }
            _ => {
                let other: Vec<char> = self.texts[below(self.texts.len())].chars().collect();
                let from = below(other.len() + 1);
                let to = other.len().min(from + 1 + below(MAX_PIECE_CHARS));
                drop(text.splice(start..end, other[from..to].iter().copied()));
            }
        }
    }
}

/// Splits a text into runs of letters, runs of digits, and single other characters.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![];
    let kind = |c: char| match c {
        c if c.is_alphabetic() || c == '_' => 1,
        c if c.is_numeric() => 2,
        _ => 0,
    };
    let mut last = 0;
    for c in text.chars() {
        match words.last_mut() {
            Some(word) if kind(c) != 0 && kind(c) == last => word.push(c),
            _ => words.push(c.to_string()),
        }
        last = kind(c);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_split_into_words() {
        assert_eq!(words("a_b=12.5 é"), ["a_b", "=", "12", ".", "5", " ", "é"]);
    }

    #[test]
    fn mutations_are_reproducible_and_differ_from_the_texts() {
        let corpus =
            TextCorpus::from_texts(vec!["0..500/1m, 500/5m".into(), "p99 < 250 µs".into()]);
        let texts: Vec<String> = corpus.mutations(300).collect();
        assert!(corpus.mutations(300).eq(texts.iter().cloned()));
        let same = texts.iter().filter(|text| corpus.texts().contains(text));
        assert!(same.count() < 30);
    }

    #[test]
    fn a_panic_message_begins_with_the_text() {
        let corpus = TextCorpus::from_texts(vec!["fine".into(), "bad".into()]);
        let check = |text: &str| assert!(text != "bad", "rejected");
        let panic = catch_unwind(|| corpus.check_each(0, check)).expect_err("a bad text");
        let message = panic.downcast_ref::<String>().expect("a message");
        assert_eq!(message, "the text \"bad\": rejected");
    }
}
