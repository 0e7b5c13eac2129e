//! Work left undone: macros that stand for code, tests that do not run.

use super::finding::TidyFinding;
use super::source_tree::SourceTree;

/// In two halves each, so that this file passes its own check.
const MARKERS: &[(&str, &str, &str)] = &[
    (
        "#[ign",
        "ore",
        "a test runs or does not exist; one that needs a server skips loudly",
    ),
    ("to", "do!(", "write it, or leave out what needs it"),
    (
        "unimpl",
        "emented!(",
        "return an error that says what is not supported",
    ),
];

/// Checks every line of Rust that is not a comment.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts_ending_with(".rs") {
        for (line, number) in text.lines().zip(1..) {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for (first, second, right) in MARKERS {
                let marker = [*first, *second].concat();
                if line.contains(&marker) {
                    findings.push(TidyFinding::new(
                        path,
                        number,
                        format!("`{marker}`"),
                        *right,
                    ));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{MARKERS, check};
    use crate::tidy::source_tree::SourceTree;

    #[test]
    fn finds_every_marker_outside_comments() {
        for (first, second, _) in MARKERS {
            let code = format!("    {first}{second}");
            assert_eq!(
                check(&SourceTree::from_texts(&[("a.rs", &code)])).len(),
                1,
                "{code}"
            );
            let comment = format!("    // {first}{second}");
            assert_eq!(
                check(&SourceTree::from_texts(&[("a.rs", &comment)])).len(),
                0,
                "{comment}"
            );
        }
    }
}
