//! The sentence of each crate, in its manifest and in ARCHITECTURE.

use super::ARCHITECTURE;
use super::finding::Finding;
use super::manifest::Manifest;
use super::markdown;
use super::tree::Tree;

/// Checks that each crate's `description` is its sentence in the table of crates.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(architecture) = tree.text(ARCHITECTURE) else {
        return Vec::new();
    };
    let sentences = sentences(architecture);
    let mut findings = Vec::new();
    for (path, text) in tree.crate_manifests() {
        let Manifest {
            name, description, ..
        } = Manifest::parse(text);
        let (line, description) = description.unwrap_or((1, String::new()));
        match sentences.iter().find(|(of, _)| *of == name) {
            None => findings.push(Finding::new(
                path,
                line,
                format!("`{name}` is missing in the table of crates in {ARCHITECTURE}"),
                "give it a row there, with this description as its sentence",
            )),
            Some((_, sentence)) if *sentence != description => findings.push(Finding::new(
                path,
                line,
                format!("the description differs from {ARCHITECTURE}"),
                format!("there it says: {sentence}"),
            )),
            Some(_) => {}
        }
    }
    findings
}

/// Name and sentence of each row in the tables whose first column is headed `crate`.
fn sentences(text: &str) -> Vec<(String, String)> {
    let mut sentences = Vec::new();
    let mut inside = false;
    for line in markdown::lines(text).iter().filter(|line| !line.in_block) {
        match markdown::cells(line.text).as_deref() {
            Some([first, sentence, ..]) if inside => {
                sentences.push((name(first).to_owned(), (*sentence).to_owned()));
            }
            Some([first, ..]) => inside = first.eq_ignore_ascii_case("crate"),
            _ => inside = false,
        }
    }
    sentences
}

/// The name in a cell that may dress it as code, as a link, or as both.
fn name(cell: &str) -> &str {
    cell.trim_start_matches('[')
        .split(']')
        .next()
        .unwrap_or(cell)
        .trim_matches('`')
}

#[cfg(test)]
mod tests {
    use super::{ARCHITECTURE, check};
    use crate::tidy::tree::Tree;

    #[test]
    fn compares_the_words() {
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
            let tree = Tree::of(&[
                (ARCHITECTURE, &text),
                (
                    "crates/hammer-x/Cargo.toml",
                    "[package]\nname = \"hammer-x\"\ndescription = \"A sentence.\"\n",
                ),
            ]);
            assert_eq!(check(&tree).len(), findings, "{row}");
        }
    }
}
