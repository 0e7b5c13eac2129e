//! Checks the first line of source files, which goes into the code map.

use super::finding::TidyFinding;
use super::source_tree::SourceTree;

/// Characters that fit into a table cell.
const MAX_CHARACTERS: usize = 100;

/// Checks that each source file begins with one sentence about it.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    tree.sources()
        .filter_map(|source| {
            let (line, problem, remedy) = first_line_violation(source.text)?;
            Some(TidyFinding::new(source.path, line, problem, remedy))
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

/// Line, problem and remedy if the first line is not a sentence for the code map.
fn first_line_violation(text: &str) -> Option<(usize, String, &'static str)> {
    let Some((line, sentence)) = first_line(text) else {
        return Some((
            1,
            "the file does not begin with a `//!` line".to_owned(),
            "begin it with one sentence about the file, for the code map",
        ));
    };
    let length = sentence.chars().count();
    let (problem, remedy) = if !sentence.ends_with('.') {
        (
            "the first `//!` line does not end with a period".to_owned(),
            "make it one sentence and move the rest to a second paragraph",
        )
    } else if has_several_sentences(sentence) {
        (
            "the first `//!` line has several sentences".to_owned(),
            "move all but the first to a second paragraph",
        )
    } else if sentence.contains('|') {
        (
            "the first `//!` line contains `|`".to_owned(),
            "remove it; the line becomes a table cell",
        )
    } else if length > MAX_CHARACTERS {
        (
            format!("the first `//!` line has {length} characters, limit {MAX_CHARACTERS}"),
            "shorten it; the line becomes a table cell",
        )
    } else {
        return None;
    };
    Some((line, problem, remedy))
}

/// True if a sentence ends before the end of the text.
fn has_several_sentences(text: &str) -> bool {
    text.match_indices(". ").any(|(at, _)| {
        !text[..at].ends_with("e.g")
            && text[at + 2..].starts_with(|c: char| c.is_uppercase() || c == '`' || c == '[')
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::source_tree::SourceTree;

    #[test]
    fn requires_one_sentence() {
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
            for path in [
                "crates/hammer-x/src/a/b.rs",
                "xtask/src/a.rs",
                "xtask/bench/src/a.rs",
                "xtask/fuzz/targets/a.rs",
            ] {
                let tree = SourceTree::from_texts(&[(path, text)]);
                assert_eq!(check(&tree).len(), findings, "{path}: {text}");
            }
        }
    }

    #[test]
    fn skips_tests() {
        for path in [
            "crates/hammer-x/tests/it/a.rs",
            "crates/hammer-x/src/a/tests.rs",
            "xtask/bench/tests/it/main.rs",
        ] {
            assert_eq!(
                check(&SourceTree::from_texts(&[(path, "mod a;")])),
                [],
                "{path}"
            );
        }
    }
}
