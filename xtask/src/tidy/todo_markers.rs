//! Finds placeholder macros and ignored tests.

use super::finding::TidyFinding;
use super::source_tree::SourceTree;

/// Each marker in two halves, so that this file passes its own check, and the remedy.
const MARKERS: &[(&str, &str, &str)] = &[
    (
        "#[ign",
        "ore",
        "run the test or delete it; a test that needs a server prints that it is skipped",
    ),
    ("to", "do!(", "write the code, or leave out its caller"),
    (
        "unimpl",
        "emented!(",
        "return an error that names the missing feature",
    ),
];

/// Checks every line of Rust code that is not a comment.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts_ending_with(".rs") {
        for (line, number) in text.lines().zip(1..) {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for (first, second, remedy) in MARKERS {
                let marker = [*first, *second].concat();
                if line.contains(&marker) {
                    findings.push(TidyFinding::new(
                        path,
                        number,
                        format!("`{marker}`"),
                        *remedy,
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
