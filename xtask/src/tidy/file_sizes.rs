//! The size of rooms.

use super::finding::TidyFinding;
use super::source_tree::SourceTree;

const MAX_LINES: usize = 500;

/// Checks that no Rust file is longer than a reader can hold.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    tree.texts_ending_with(".rs")
        .filter_map(|(path, text)| {
            let lines = text.lines().count();
            (lines > MAX_LINES).then(|| {
                TidyFinding::new(
                    path,
                    MAX_LINES + 1,
                    format!("the file has {lines} lines"),
                    format!("split it by noun; {MAX_LINES} are the most, about 120 the habit"),
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
    fn allows_the_most_and_no_line_more() {
        for (lines, findings) in [(0, 0), (MAX_LINES, 0), (MAX_LINES + 1, 1)] {
            let tree = SourceTree::from_texts(&[("a.rs", &"\n".repeat(lines))]);
            assert_eq!(check(&tree).len(), findings, "{lines} lines");
        }
    }
}
