//! Checks how doc comments and descriptions in JSON schemas begin.

use super::finding::TidyFinding;
use super::opening;
use super::rust::{self, RustSourcePieceKind};
use super::source_tree::SourceTree;

/// Checks the first line of every doc comment, on public and private items, and of every
/// description in a schema.
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
    for (path, text) in tree.texts_ending_with(".schema.json") {
        for (line, description) in descriptions(text) {
            if let Some(words) = opening::refused(description) {
                findings.push(TidyFinding::new(
                    path,
                    line,
                    format!("the description begins with `{words}`"),
                    opening::BETTER,
                ));
            }
        }
    }
    findings
}

/// The descriptions in a schema, each with its line and up to the end of that line.
fn descriptions(schema: &str) -> impl Iterator<Item = (usize, &str)> {
    let key = "\"description\"";
    (1..).zip(schema.lines()).flat_map(move |(line, text)| {
        text.match_indices(key).filter_map(move |(at, _)| {
            let value = text[at + key.len()..].trim_start().strip_prefix(':')?;
            Some((line, value.trim_start().strip_prefix('"')?))
        })
    })
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

    #[test]
    fn finds_descriptions_in_schemas() {
        let table = [
            ("{ \"description\": \"What it is.\" }", 1),
            (
                "{\"description\":\"How.\"}\n{\"description\" : \"Where.\"}",
                2,
            ),
            ("{ \"description\": \"The rate. What it is.\" }", 0),
            ("{ \"description\": { \"title\": \"What\" } }", 0),
        ];
        for (text, findings) in table {
            let tree = SourceTree::from_texts(&[("a.schema.json", text)]);
            assert_eq!(check(&tree).len(), findings, "{text}");
        }
    }
}
