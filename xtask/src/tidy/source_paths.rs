//! Finds names of source files in the docs that do not exist.

use super::finding::TidyFinding;
use super::markdown;
use super::source_tree::SourceTree;

/// The remedy for every finding.
const REMEDY: &str = "name an existing file, such as `engine/worker/driver.rs`";

/// Checks the code spans of every Markdown file that are paths of Rust files.
///
/// A path can begin at any folder, because the text around it usually names the crate.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts_ending_with(".md") {
        let lines = markdown::lines(text).into_iter();
        for line in lines.filter(|line| !line.in_code_block) {
            for span in markdown::code_spans(line.text) {
                if is_source_path(span) && !exists(tree, span) {
                    let problem = format!("the file `{span}` does not exist");
                    findings.push(TidyFinding::new(path, line.number, problem, REMEDY));
                }
            }
        }
    }
    findings
}

/// True for the path of one Rust file, not for a pattern or a command.
fn is_source_path(span: &str) -> bool {
    span.ends_with(".rs") && !span.contains([' ', '*', '<', '{'])
}

/// True if the path of a file is `end`, or ends with it at the border of a folder.
fn exists(tree: &SourceTree, end: &str) -> bool {
    tree.texts().any(|(path, _)| {
        let folders = path.strip_suffix(end);
        folders.is_some_and(|folders| folders.is_empty() || folders.ends_with('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::source_tree::SourceTree;

    #[test]
    fn finds_names_of_files_that_were_moved() {
        let source = ("crates/hammer-core/src/engine/clock.rs", "");
        for (text, is_dead) in [
            ("`engine/clock.rs`", false),
            ("`hammer-core/src/engine/clock.rs`", false),
            ("`crates/hammer-core/src/engine/clock.rs`", false),
            ("`clock.rs`", false),
            ("`lock.rs`", true),
            ("`worker/clock.rs`", true),
            ("`engine/clocks.rs` and `clock.rs`", true),
            ("`engine/*_args.rs`", false),
            ("`rustfmt src/none.rs`", false),
            ("none.rs", false),
            ("```text\n`none.rs`\n```", false),
        ] {
            let tree = SourceTree::from_texts(&[source, ("docs/A.md", text)]);
            assert_eq!(check(&tree).len(), usize::from(is_dead), "{text}");
        }
    }
}
