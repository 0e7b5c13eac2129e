//! Limits the number of lines per Rust file.

use super::finding::TidyFinding;
use super::source_tree::SourceTree;

const MAX_LINES: usize = 500;

/// Checks that no Rust file has more than [`MAX_LINES`] lines.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    tree.texts_ending_with(".rs")
        .filter_map(|(path, text)| {
            let lines = text.lines().count();
            (lines > MAX_LINES).then(|| {
                TidyFinding::new(
                    path,
                    MAX_LINES + 1,
                    format!("the file has {lines} lines, limit {MAX_LINES}"),
                    "split it by topic; most files have about 120 lines",
                )
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{MAX_LINES, check};
    use crate::tidy::source_tree::SourceTree;

    #[test]
    fn allows_the_limit_and_refuses_one_line_more() {
        for (lines, findings) in [(0, 0), (MAX_LINES, 0), (MAX_LINES + 1, 1)] {
            let tree = SourceTree::from_texts(&[("a.rs", &"\n".repeat(lines))]);
            assert_eq!(check(&tree).len(), findings, "{lines} lines");
        }
    }
}
