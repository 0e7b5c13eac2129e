//! The size of files.

use super::finding::Finding;
use super::tree::Tree;

const MOST_LINES: usize = 500;

/// Checks that no Rust file has more lines than a reader can keep in mind.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    tree.ending(".rs")
        .filter_map(|(path, text)| {
            let lines = text.lines().count();
            (lines > MOST_LINES).then(|| {
                Finding::new(
                    path,
                    MOST_LINES + 1,
                    format!("the file has {lines} lines"),
                    format!("split it by noun; {MOST_LINES} are the most, about 120 the habit"),
                )
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{MOST_LINES, check};
    use crate::tidy::tree::Tree;

    #[test]
    fn allows_the_most_and_no_line_more() {
        for (lines, findings) in [(0, 0), (MOST_LINES, 0), (MOST_LINES + 1, 1)] {
            let tree = Tree::of(&[("a.rs", &"\n".repeat(lines))]);
            assert_eq!(check(&tree).len(), findings, "{lines} lines");
        }
    }
}
