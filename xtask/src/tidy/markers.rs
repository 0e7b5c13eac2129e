//! Work left undone: macros that stand for code, tests that do not run.

use super::finding::Finding;
use super::tree::Tree;

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
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(".rs") {
        for (line, number) in text.lines().zip(1..) {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for (first, second, right) in MARKERS {
                let marker = [*first, *second].concat();
                if line.contains(&marker) {
                    findings.push(Finding::new(path, number, format!("`{marker}`"), *right));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{MARKERS, check};
    use crate::tidy::tree::Tree;

    #[test]
    fn finds_every_marker_outside_comments() {
        for (first, second, _) in MARKERS {
            let code = format!("    {first}{second}");
            assert_eq!(check(&Tree::of(&[("a.rs", &code)])).len(), 1, "{code}");
            let comment = format!("    // {first}{second}");
            assert_eq!(
                check(&Tree::of(&[("a.rs", &comment)])).len(),
                0,
                "{comment}"
            );
        }
    }
}
