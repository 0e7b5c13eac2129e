//! Checks how doc comments begin.

use super::finding::TidyFinding;
use super::opening;
use super::rust::{self, RustSourcePieceKind};
use super::source_tree::SourceTree;

/// Checks the first line of every doc comment, on public and private items.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts_ending_with(".rs") {
        for passage in rust::passages(text) {
            if !matches!(
                passage.kind,
                RustSourcePieceKind::OuterDoc | RustSourcePieceKind::InnerDoc
            ) {
                continue;
            }
            let first = passage
                .lines
                .iter()
                .find(|(_, line)| !line.trim_matches([' ', '\t', '*']).is_empty());
            if let Some((line, words)) =
                first.and_then(|(line, text)| Some(*line).zip(opening::refused(text)))
            {
                findings.push(TidyFinding::new(
                    path,
                    line,
                    format!("the doc comment begins with `{words}`"),
                    opening::BETTER,
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::source_tree::SourceTree;

    #[test]
    fn finds_first_lines_of_blocks() {
        let table = [
            ("/// What it is.\nfn a() {}", 1),
            ("struct A {\n    /// How large.\n    b: u8,\n}", 1),
            ("//! Which files there are.", 1),
            ("///\n/// Where it is.", 1),
            ("/**\n * Whether it is.\n */", 1),
            ("#[doc = \"The same, again.\"]", 1),
            ("/// A file.\n/// What it is.", 0),
            ("/// A file.\n///\n/// What it is.", 0),
            ("// What a plain comment says.", 0),
            ("let text = \"/// What\";", 0),
            ("/// True if it is.", 0),
        ];
        for (text, findings) in table {
            let tree = SourceTree::from_texts(&[("a.rs", text)]);
            assert_eq!(check(&tree).len(), findings, "{text}");
        }
    }
}
