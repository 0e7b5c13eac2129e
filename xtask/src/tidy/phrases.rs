//! Finds phrases that are hard to read, and proposes better wordings.
//!
//! It searches comments, strings and names of functions in Rust, the docs, the golden help files, JSON
//! schemas and TOML files, across line ends. Only the files of this module may contain the phrases.

use prose::ProseWord;
use refused::{REFUSED, RefusedPhrase};

use super::finding::TidyFinding;
use super::help_files;
use super::source_tree::{CI_SCRIPT, SourceTree};

mod prose;
mod refused;

/// The files that are not checked.
const OWN_FILES: &str = "xtask/src/tidy/phrases";

/// Checks every text that users or developers read.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    let rust = tree
        .texts_ending_with(".rs")
        .filter(|(path, _)| !path.starts_with(OWN_FILES))
        .map(|(path, text)| (path, prose::rust_words(text)));
    let rest = tree
        .texts()
        .filter(|(path, _)| is_read(path))
        .map(|(path, text)| (path, prose::document_words(text)));
    let split = |phrase: &'static RefusedPhrase| (phrase, phrase.words.split(' ').collect());
    let refused: Vec<(&RefusedPhrase, Vec<&str>)> = REFUSED.iter().map(split).collect();
    let mut findings = Vec::new();
    for (path, words) in rust.chain(rest) {
        for at in 0..words.len() {
            for (phrase, pattern) in &refused {
                let excused = |text: &&str| excuses(text, pattern, &words, at);
                if !prose::matches(&words, at, pattern) || phrase.except.iter().any(excused) {
                    continue;
                }
                let found = &words[at..at + pattern.len()];
                let found: Vec<String> = found
                    .iter()
                    .zip(pattern)
                    .map(|(word, pattern)| {
                        let semicolon = if *pattern == "_;" { ";" } else { "" };
                        format!("{}{semicolon}", word.bare())
                    })
                    .collect();
                findings.push(TidyFinding::new(
                    path,
                    words[at].line,
                    format!("\"{}\"", found.join(" ")),
                    phrase.better,
                ));
            }
        }
    }
    findings
}

/// True for the files other than Rust that are checked.
fn is_read(path: &str) -> bool {
    path == "README.md"
        || path == "CHANGELOG.md"
        || path.starts_with("docs/") && path.ends_with(".md")
        || path.ends_with(".schema.json")
        || path.ends_with(".toml") && !path.contains("/tests/")
        || path.starts_with(help_files::HELP_FOLDER)
        || path == CI_SCRIPT
}

/// True if the phrase at `at` is part of the longer phrase `exception`.
fn excuses(exception: &str, phrase: &[&str], words: &[ProseWord<'_>], at: usize) -> bool {
    let longer: Vec<&str> = exception.split(' ').collect();
    let contains = |from: usize| {
        let part = &longer[from..];
        part.len() >= phrase.len()
            && part.iter().zip(phrase).all(|(text, pattern)| {
                let text = text.trim_end_matches('*');
                text == *pattern || ProseWord::new(0, text).is(pattern)
            })
    };
    (0..longer.len().min(at + 1))
        .any(|from| contains(from) && prose::matches(words, at - from, &longer))
}

#[cfg(test)]
mod tests {
    use super::{REFUSED, check};
    use crate::tidy::source_tree::SourceTree;

    #[test]
    fn finds_every_phrase() {
        for phrase in REFUSED {
            let text = phrase.words.replace('_', "feeder").replace('*', "");
            let tree =
                SourceTree::from_texts(&[("README.md", &format!("It says: {text}, and more."))]);
            assert_eq!(check(&tree).len(), 1, "{text}");
            for exception in phrase.except {
                let text = exception.replace('_', "feeder").replace('*', "");
                let tree =
                    SourceTree::from_texts(&[("README.md", &format!("it says {text} others"))]);
                let found = check(&tree);
                assert!(found.is_empty(), "{text}: {found:?}");
            }
        }
    }

    #[test]
    fn matches_phrases_in_context() {
        let table = [
            ("a.rs", "// right\n// would be", 1),
            ("a.rs", "/// right\n///\n/// would be", 0),
            ("a.rs", "/// right\nfn x() {}\n/// would be", 0),
            ("a.rs", "let a = \"x; right \\\n    would be {y}\";", 1),
            ("a.rs", "let a = \"right\\nwould be\";", 0),
            ("a.rs", "let whom = 1;", 0),
            ("a.rs", "fn whom() {}", 1),
            (
                "a.rs",
                "fn flags_are_told_at_once() {}\nfn told_apart() {}",
                1,
            ),
            ("a.rs", "fn is() {}\nfn told() {}", 0),
            ("a.rs", "/// The rate; none\n/// without an end.", 1),
            ("a.rs", "/// The rate, none; without an end.", 0),
            ("a.rs", "// there are no hits and it was no longer there", 0),
            ("a.rs", "// it was no hit", 1),
            ("a.rs", "// (whom)", 1),
            ("a.rs", "// is told that, so long as it is told to", 1),
            ("a.rs", "// what it is. No hit", 0),
            ("a.rs", "// it is \"no\"", 0),
            ("a.rs", "// Nobody's hit", 1),
            ("a.rs", "// see nobody.csv", 0),
            ("a.rs", "// a rate more than 10", 0),
            ("docs/dev/A.md", "right\nwould be", 1),
            ("crates/a/CHANGES.md", "for whom", 0),
            (
                "docs/schemas/a.schema.json",
                "{\"description\": \"For whom\"}",
                1,
            ),
            ("crates/a/Cargo.toml", "# for whom", 1),
            ("crates/a/src/example.toml", "# for whom", 1),
            ("crates/a/tests/fuzz/plans/a.toml", "# for whom", 0),
            (
                "crates/hammer-cli/tests/it/golden/help/run.txt",
                "For whom",
                1,
            ),
            (".ci/run", "# for whom", 1),
            ("xtask/src/tidy/phrases.rs", "// whom", 0),
            ("xtask/src/tidy/phrases/refused.rs", "// whom", 0),
        ];
        for (path, text, findings) in table {
            assert_eq!(
                check(&SourceTree::from_texts(&[(path, text)])).len(),
                findings,
                "{path}: {text}"
            );
        }
    }

    #[test]
    fn names_the_line_and_a_better_wording() {
        let tree = SourceTree::from_texts(&[("a.rs", "\n// Right\n// would be 3")]);
        assert_eq!(
            check(&tree)[0].to_string(),
            concat!(
                "a.rs:2: \"Right would",
                " be\"; write \"expected …, found …\", or \"(try …)\""
            )
        );
    }
}
