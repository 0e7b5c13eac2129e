//! Finds phrases that are hard to read, and proposes better wordings.
//!
//! It searches comments and strings in Rust, the docs, JSON schemas and Cargo manifests, across line
//! ends. This file is the only one that may contain the phrases.

use super::finding::TidyFinding;
use super::rust::{self, RustSourcePieceKind};
use super::source_tree::SourceTree;

/// The file that is not checked.
const OWN_FILE: &str = "xtask/src/tidy/phrases.rs";

/// A refused phrase.
///
/// In a phrase, `_` matches any one word, and `word*` any word that starts with `word`.
struct RefusedPhrase {
    words: &'static str,
    better: &'static str,
    /// Longer phrases that contain it and are allowed.
    except: &'static [&'static str],
}

const fn phrase(words: &'static str, better: &'static str) -> RefusedPhrase {
    RefusedPhrase {
        words,
        better,
        except: &[],
    }
}

impl RefusedPhrase {
    const fn except(self, except: &'static [&'static str]) -> Self {
        Self { except, ..self }
    }
}

const REFUSED: &[RefusedPhrase] = &[
    phrase(
        "right would be",
        "write \"expected …, found …\", or \"(try …)\"",
    ),
    phrase("is told", "write \"is reported\"").except(&["is told to"]),
    phrase("are told", "write \"are reported\"").except(&["are told to"]),
    phrase("be told", "write \"be reported\"").except(&["be told to", "be told apart"]),
    phrase("turned to hits", "write \"started hits\""),
    phrase("turns to hits", "write \"starts hits\""),
    phrase("turn to hits", "write \"start hits\""),
    phrase("looked into", "write \"inspected\""),
    phrase("looks into", "write \"inspects\""),
    phrase("for want of", "write \"without\""),
    phrase("so many", "write \"that many\", or the number").except(&["so many that"]),
    phrase("so long", "write \"that long\", or the time").except(&["so long as", "so long that"]),
    phrase("so often", "write \"that often\", or the number").except(&["so often that"]),
    phrase("whom*", "name the thing, or use \"that\""),
    phrase(
        "nobody*",
        "write \"not … by anyone\", \"no user\", or the passive voice",
    )
    .except(&["user nobody"]),
    phrase("a _ more", "write \"another …\", or \"one more …\"").except(&[
        "a few more",
        "a little more",
        "a bit more",
        "a lot more",
        "a _ more than",
    ]),
    phrase("is no", "write \"is not a …\"").except(&["there is no", "is no longer", "is no more"]),
    phrase("goes with", "write \"can be combined with\""),
    phrase("stands", "write \"is\"").except(&["stands for", "stands still"]),
    phrase("stand", "write \"be\" or \"appear\"").except(&["stand for", "stand still", "stand in"]),
    phrase("has its say", "write \"decides\""),
    phrase("have their say", "write \"decide\""),
    phrase("such a", "write \"this\", or \"a … like this\""),
    phrase("thereby", "split the sentence"),
    phrase("whereby", "write \"by which\", or split the sentence"),
    phrase("wherein", "write \"in which\""),
    phrase("all of it", "write \"the whole …\""),
    phrase("no more than that", "leave it out"),
    phrase("behind the other", "write \"after the other\""),
    phrase("behind one another", "write \"after one another\""),
    phrase("swing", "write \"run\""),
    phrase("swings", "write \"runs\""),
    phrase("swinging", "write \"running\""),
    phrase("swung", "write \"run\""),
    phrase("sheet", "write \"buffer\" or \"table\"").except(&["data sheet"]),
    phrase("sheets", "write \"buffers\" or \"tables\""),
    phrase("desk", "write \"buffer\""),
    phrase("shelf", "write \"queue\""),
    phrase("shelves", "write \"queues\""),
    phrase("deck", "write \"queue\""),
    phrase("the house", "write \"the workspace\", or \"tidy\""),
    phrase("rows of the report", "write \"groups of the report\""),
    phrase(
        "six verdicts",
        "write \"six results\"; a verdict is about the generator",
    ),
    // American spelling, as in the ecosystem.
    phrase("behaviour*", "write \"behavior\""),
    phrase("colour*", "write \"color\""),
    phrase("favour*", "write \"favor\""),
    phrase("honour*", "write \"honor\""),
    phrase("neighbour*", "write \"neighbor\""),
    phrase("licence*", "write \"license\""),
    phrase("cancelled", "write \"canceled\""),
    phrase("cancelling", "write \"canceling\""),
    phrase("labelled", "write \"labeled\""),
    phrase("modelled", "write \"modeled\""),
    phrase("centre", "write \"center\""),
    phrase("catalogue", "write \"catalog\""),
    phrase("artefact*", "write \"artifact\""),
    phrase("optimis*", "write \"optimiz…\"").except(&["optimism", "optimistic*"]),
    phrase("unoptimised", "write \"unoptimized\""),
    phrase("recognis*", "write \"recogniz…\""),
    phrase("serialis*", "write \"serializ…\""),
    phrase("normalis*", "write \"normaliz…\""),
    phrase("initialis*", "write \"initializ…\""),
    phrase("parametris*", "write \"parametriz…\""),
];

/// Checks every text that users or developers read.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    let rust = tree
        .texts_ending_with(".rs")
        .filter(|(path, _)| *path != OWN_FILE)
        .map(|(path, text)| (path, rust_words(text)));
    let rest = tree
        .texts()
        .filter(|(path, _)| is_read(path))
        .map(|(path, text)| (path, words((1..).zip(text.lines()), false)));
    let split = |phrase: &'static RefusedPhrase| (phrase, phrase.words.split(' ').collect());
    let refused: Vec<(&RefusedPhrase, Vec<&str>)> = REFUSED.iter().map(split).collect();
    let mut findings = Vec::new();
    for (path, words) in rust.chain(rest) {
        for at in 0..words.len() {
            for (phrase, pattern) in &refused {
                let excused = |text: &&str| excuses(text, pattern, &words, at);
                if !matches(&words, at, pattern) || phrase.except.iter().any(excused) {
                    continue;
                }
                let found = &words[at..at + pattern.len()];
                let found: Vec<&str> = found.iter().map(|word| word.bare).collect();
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
        || path.rsplit('/').next() == Some("Cargo.toml")
}

/// A word of a text.
#[derive(Debug)]
struct ProseWord<'a> {
    line: usize,
    /// The word without the punctuation around it.
    bare: &'a str,
    /// True if punctuation precedes it.
    opens: bool,
    /// True if punctuation follows it.
    closes: bool,
}

impl<'a> ProseWord<'a> {
    fn new(line: usize, text: &'a str) -> Self {
        Self {
            line,
            bare: text.trim_matches(|c: char| !c.is_alphanumeric()),
            opens: !text.starts_with(char::is_alphanumeric),
            closes: !text.ends_with(char::is_alphanumeric),
        }
    }

    fn is(&self, pattern: &str) -> bool {
        let bare = self.bare;
        match pattern.strip_suffix('*') {
            _ if pattern == "_" => !bare.is_empty(),
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
    (0..longer.len().min(at + 1)).any(|from| contains(from) && matches(words, at - from, &longer))
}

/// True if the words at `at` are those of `pattern`, without punctuation between them.
fn matches(words: &[ProseWord<'_>], at: usize, pattern: &[&str]) -> bool {
    let Some(found) = words.get(at..at + pattern.len()) else {
        return false;
    };
    let last = pattern.len() - 1;
    found
        .iter()
        .zip(pattern)
        .enumerate()
        .all(|(index, (word, pattern))| {
            word.is(pattern) && (index == last || !word.closes) && (index == 0 || !word.opens)
        })
}

/// The words of the comments and strings of a source. No phrase matches across two of them.
fn rust_words(source: &str) -> Vec<ProseWord<'_>> {
    let mut all = Vec::new();
    for passage in rust::passages(source) {
        all.extend(words(
            passage.lines.into_iter(),
            passage.kind == RustSourcePieceKind::Text,
        ));
        all.push(ProseWord::new(0, ""));
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
                words.push(ProseWord::new(line, ""));
            }
            words.extend(
                part.split_whitespace()
                    .map(|text| ProseWord::new(line, text)),
            );
        }
    }
    words
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
            ("a.rs", "fn whom() {}", 0),
            ("a.rs", "// (whom)", 1),
            ("a.rs", "// is told that, so long as it is told to", 1),
            ("a.rs", "// what it is. No hit", 0),
            ("a.rs", "// it is \"no\"", 0),
            ("a.rs", "// Nobody's hit", 1),
            ("a.rs", "// see nobody.csv", 0),
            ("a.rs", "// a rate more than 10", 0),
            ("docs/dev/A.md", "right\nwould be", 1),
            ("crates/a/CHANGES.md", "right would be", 0),
            (
                "docs/schemas/a.schema.json",
                "{\"description\": \"For whom\"}",
                1,
            ),
            ("crates/a/Cargo.toml", "# for whom", 1),
            ("deny.toml", "# for whom", 0),
            ("xtask/src/tidy/phrases.rs", "// whom", 0),
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
            "a.rs:2: \"Right would be\"; write \"expected …, found …\", or \"(try …)\""
        );
    }
}
