//! Compares the description of each crate with its sentence in ARCHITECTURE.

use super::ARCHITECTURE_PAGE;
use super::finding::TidyFinding;
use super::manifest::CargoManifest;
use super::markdown;
use super::source_tree::SourceTree;

/// Checks that the `description` of each crate equals its sentence in the table of crates.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    let Some(architecture) = tree.text(ARCHITECTURE_PAGE) else {
        return Vec::new();
    };
    let sentences = crate_sentences(architecture);
    let mut findings = Vec::new();
    for (path, text) in tree.crate_manifests() {
        let CargoManifest {
            name, description, ..
        } = CargoManifest::parse(text);
        let (line, description) = description.unwrap_or((1, String::new()));
        match sentences.iter().find(|(of, _)| *of == name) {
            None => findings.push(TidyFinding::new(
                path,
                line,
                format!("`{name}` is missing from the table of crates in {ARCHITECTURE_PAGE}"),
                "add a row with this description",
            )),
            Some((_, sentence)) if *sentence != description => findings.push(TidyFinding::new(
                path,
                line,
                format!("the description differs from {ARCHITECTURE_PAGE}"),
                format!("expected \"{sentence}\""),
            )),
            Some(_) => {}
        }
    }
    findings
}

/// Name and sentence of each row in the tables whose first column is `crate`.
fn crate_sentences(text: &str) -> Vec<(String, String)> {
    let mut sentences = Vec::new();
    let mut inside = false;
    for line in markdown::lines(text)
        .iter()
        .filter(|line| !line.in_code_block)
    {
        match markdown::table_cells(line.text).as_deref() {
            Some([first, sentence, ..]) if inside => {
                sentences.push((cell_name(first).to_owned(), (*sentence).to_owned()));
            }
            Some([first, ..]) => inside = first.eq_ignore_ascii_case("crate"),
            _ => inside = false,
        }
    }
    sentences
}

/// The name in a cell, without code marks or a link.
fn cell_name(cell: &str) -> &str {
    cell.trim_start_matches('[')
        .split(']')
        .next()
        .unwrap_or(cell)
        .trim_matches('`')
}

#[cfg(test)]
mod tests {
    use super::{ARCHITECTURE_PAGE, check};
    use crate::tidy::source_tree::SourceTree;

    #[test]
    fn compares_descriptions() {
        let table = [
            ("| hammer-x | A sentence. |", 0),
            ("| `hammer-x` | A sentence. |", 0),
            (
                "| [`hammer-x`](../crates/hammer-x) | A sentence. | more |",
                0,
            ),
            ("| hammer-x | Another sentence. |", 1),
            ("| hammer-y | A sentence. |", 1),
        ];
        for (row, findings) in table {
            let text = format!("# A\n\n| Crate | sentence |\n|---|---|\n{row}\n");
            let tree = SourceTree::from_texts(&[
                (ARCHITECTURE_PAGE, &text),
                (
                    "crates/hammer-x/Cargo.toml",
                    "[package]\nname = \"hammer-x\"\ndescription = \"A sentence.\"\n",
                ),
            ]);
            assert_eq!(check(&tree).len(), findings, "{row}");
        }
    }
}
