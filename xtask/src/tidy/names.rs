//! Finds file and module names that carry no information.

use super::finding::TidyFinding;
use super::source_tree::SourceTree;

const FORBIDDEN_NAMES: &[&str] = &["utils", "util", "common", "helpers", "helper"];

/// Checks the names of Rust files, of their folders, and of the modules inside them.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts_ending_with(".rs") {
        let stem = path.strip_suffix(".rs").unwrap_or(path);
        let in_path = stem.split('/').map(|name| (1, name));
        let inside = text.lines().zip(1..).filter_map(|(line, number)| {
            Some(number).zip(module_name(line).filter(|_| line.trim_end().ends_with('{')))
        });
        for (line, name) in in_path.chain(inside) {
            if FORBIDDEN_NAMES.contains(&name) {
                findings.push(TidyFinding::new(
                    path,
                    line,
                    format!("the name `{name}` carries no information"),
                    "use the noun it defines",
                ));
            }
        }
    }
    findings
}

/// The name of the module that this line declares.
fn module_name(line: &str) -> Option<&str> {
    let mut words = line
        .split_whitespace()
        .skip_while(|word| word.starts_with("pub"));
    let name = (words.next()? == "mod").then(|| words.next())??;
    Some(name.trim_end_matches([';', '{']))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::source_tree::SourceTree;

    #[test]
    fn finds_names_in_paths_and_in_text() {
        let table = [
            ("crates/a/src/clock.rs", "mod wheel;", 0),
            ("crates/a/src/utils.rs", "", 1),
            ("crates/a/src/common/clock.rs", "", 1),
            ("crates/a/tests/it/helpers/mod.rs", "", 1),
            ("crates/a/src/clock.rs", "pub(crate) mod helpers {\n}", 1),
            ("crates/a/src/clock.rs", "// mod utils {", 0),
            ("crates/a/src/commons.rs", "", 0),
        ];
        for (path, text, findings) in table {
            assert_eq!(
                check(&SourceTree::from_texts(&[(path, text)])).len(),
                findings,
                "{path}: {text}"
            );
        }
    }
}
