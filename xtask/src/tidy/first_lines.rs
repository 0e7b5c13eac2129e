//! First lines of source files, from which the code map is made.

use super::finding::Finding;
use super::tree::Tree;

/// As many characters as a cell of a table shows well.
const MOST_CHARACTERS: usize = 100;

/// Checks that each source file begins with one sentence on itself.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    tree.sources()
        .filter_map(|(_, path, text)| {
            let (line, wrong, right) = objection(text)?;
            Some(Finding::new(path, line, wrong, right))
        })
        .collect()
}

/// The first `//!` line of a source, without the mark, and its number.
pub(crate) fn first_line(text: &str) -> Option<(usize, &str)> {
    let (line, number) = text
        .lines()
        .zip(1..)
        .find(|(line, _)| !line.trim().is_empty())?;
    Some((number, line.strip_prefix("//!")?.trim()))
}

/// Line, problem and remedy, if the first line is not a sentence for the map.
fn objection(text: &str) -> Option<(usize, String, &'static str)> {
    let Some((line, sentence)) = first_line(text) else {
        return Some((
            1,
            "the file has no `//!` line at its top".to_owned(),
            "begin it with one sentence on the file, for the code map",
        ));
    };
    let length = sentence.chars().count();
    let (wrong, right) = if !sentence.ends_with('.') {
        (
            "the first `//!` line does not end with a period".to_owned(),
            "make it one whole sentence; the rest goes into a second paragraph",
        )
    } else if several(sentence) {
        (
            "the first `//!` line has several sentences".to_owned(),
            "move all but the first into a second paragraph",
        )
    } else if sentence.contains('|') {
        (
            "the first `//!` line contains `|`".to_owned(),
            "leave it out: the line becomes a table cell",
        )
    } else if length > MOST_CHARACTERS {
        (
            format!("the first `//!` line has {length} characters, limit {MOST_CHARACTERS}"),
            "shorten it: the line becomes a table cell",
        )
    } else {
        return None;
    };
    Some((line, wrong, right))
}

/// True if a sentence ends before the end of the text.
fn several(text: &str) -> bool {
    text.match_indices(". ").any(|(at, _)| {
        !text[..at].ends_with("e.g")
            && text[at + 2..].starts_with(|c: char| c.is_uppercase() || c == '`' || c == '[')
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tree::Tree;

    #[test]
    fn wants_one_sentence() {
        let long = format!("//! {}.", "x".repeat(100));
        let table = [
            ("//! The `hammer` command.\n", 0),
            (
                "//! Reads HTTP/1.1 and HTTP/2 heads.\n//!\n//! More of it. Much.\n",
                0,
            ),
            ("//! A match, e.g. `a`.\n", 0),
            ("mod a;\n", 1),
            ("", 1),
            ("/// A thing.\nstruct A;\n", 1),
            ("//! A sentence that goes on\n//! in the next line.\n", 1),
            ("//! One sentence. Another one.\n", 1),
            ("//! Reads `a|b`.\n", 1),
            (&long, 1),
        ];
        for (text, findings) in table {
            for path in ["crates/hammer-x/src/a/b.rs", "xtask/src/a.rs"] {
                let tree = Tree::of(&[(path, text)]);
                assert_eq!(check(&tree).len(), findings, "{path}: {text}");
            }
        }
    }

    #[test]
    fn leaves_tests_alone() {
        for path in [
            "crates/hammer-x/tests/it/a.rs",
            "crates/hammer-x/src/a/tests.rs",
        ] {
            assert_eq!(check(&Tree::of(&[(path, "mod a;")])), [], "{path}");
        }
    }
}
