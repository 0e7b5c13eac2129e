//! Generates the diagram and the tables of ARCHITECTURE: dependencies and files of the crates.

use std::collections::BTreeMap;

use super::ARCHITECTURE_PAGE;
use super::crate_graph::CrateGraph;
use super::finding::TidyFinding;
use super::first_lines;
use super::generated::{self, GeneratedBlock};
use super::source_tree::SourceTree;

/// Checks that the tables match the sources and manifests.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    match tree.text(ARCHITECTURE_PAGE) {
        Some(text) => generated::differences(text, &blocks(tree))
            .into_iter()
            .map(|(line, problem)| {
                let remedy = "run `cargo xtask tidy --fix`";
                TidyFinding::new(ARCHITECTURE_PAGE, line, problem, remedy)
            })
            .collect(),
        None if tree.crate_manifests().next().is_none() => Vec::new(),
        None => vec![TidyFinding::new(
            ARCHITECTURE_PAGE,
            1,
            "the file is missing",
            "create it; `cargo xtask tidy --fix` adds the tables",
        )],
    }
}

/// The text of ARCHITECTURE with all tables up to date.
pub(crate) fn with_current_tables(tree: &SourceTree) -> Result<String, String> {
    let text = tree
        .text(ARCHITECTURE_PAGE)
        .ok_or_else(|| format!("{ARCHITECTURE_PAGE} is missing"))?;
    generated::with_blocks(text, &blocks(tree))
        .map_err(|line| format!("{ARCHITECTURE_PAGE}:{line}: the generated block has no end"))
}

/// The diagram and the table of dependencies, then one table of files per crate.
fn blocks(tree: &SourceTree) -> Vec<GeneratedBlock> {
    let graph = CrateGraph::read(tree);
    let heading = "Dependencies of crates";
    let mut blocks = vec![
        // A missing block is added below its heading, so the last one becomes the first.
        GeneratedBlock {
            name: "dependencies of crates".to_owned(),
            heading: heading.to_owned(),
            text: graph.table(),
        },
        GeneratedBlock {
            name: "diagram of crates".to_owned(),
            heading: heading.to_owned(),
            text: graph.diagram(),
        },
    ];
    let mut files: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
    for source in tree.sources() {
        let (_, sentence) = first_lines::first_line(source.text).unwrap_or((1, ""));
        files
            .entry(source.krate)
            .or_default()
            .push((source.file.to_owned(), cell(sentence)));
    }
    for (krate, mut files) in files {
        // `lib.rs`, `main.rs` and `mod.rs` come before the files that they declare.
        files.sort_by_key(|(file, _)| {
            let roots = ["lib.rs", "main.rs", "mod.rs"];
            let root = roots.iter().find_map(|root| file.strip_suffix(root));
            root.unwrap_or(file).to_owned()
        });
        let rows: String = files
            .iter()
            .map(|(file, sentence)| format!("| `{file}` | {sentence} |\n"))
            .collect();
        blocks.push(GeneratedBlock {
            name: format!("files of {krate}"),
            heading: format!("Code map of {krate}"),
            text: format!("| file | purpose |\n|---|---|\n{rows}"),
        });
    }
    blocks
}

/// A rustdoc sentence as a table cell; links become their text.
fn cell(sentence: &str) -> String {
    let mut cell = String::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('[') {
        let Some((text, after)) = after.split_once(']') else {
            break;
        };
        cell.push_str(before);
        cell.push_str(text);
        rest = match after
            .strip_prefix('(')
            .and_then(|link| link.split_once(')'))
        {
            Some((_, after)) => after,
            None => after,
        };
    }
    cell.push_str(rest);
    cell.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::{ARCHITECTURE_PAGE, cell, check, with_current_tables};
    use crate::tidy::source_tree::SourceTree;

    const FILES: [(&str, &str); 11] = [
        (
            "crates/x-net/Cargo.toml",
            "[package]\nname = \"x-net\"\n[dependencies]\nx-stats = \"1\"\nbytes = \"1\"\n",
        ),
        ("crates/x-net/src/lib.rs", "//! The network.\n"),
        (
            "crates/x-net/src/proxy/auth.rs",
            "//! Logs in at a [`Proxy`](super).\n",
        ),
        ("crates/x-net/src/proxy/mod.rs", "//! Proxies.\n"),
        ("crates/x-net/src/proxy/tests.rs", "//! Tests.\n"),
        ("crates/x-net/tests/it/main.rs", "//! Tests.\n"),
        (
            "crates/x-stats/Cargo.toml",
            "[package]\nname = \"x-stats\"\n[dev-dependencies]\nx-net = \"1\"\n",
        ),
        ("xtask/bench/src/peers/wrk.rs", "//! wrk.\n"),
        ("xtask/bench/tests/it/main.rs", "//! Tests.\n"),
        ("xtask/fuzz/targets/rates.rs", "//! Fuzzes rates.\n"),
        ("xtask/src/main.rs", "//! Commands.\n"),
    ];

    const TABLES: &str = "# A

## Dependencies of crates

<!-- generated: diagram of crates -->

```text
┌─────────────────────┐
│ x-net   ──► x-stats │
├─────────────────────┤
│ x-stats             │
└─────────────────────┘
```

<!-- end of generated -->

<!-- generated: dependencies of crates -->

| crate | depends on | used by |
|---|---|---|
| x-stats | – | x-net |
| x-net | x-stats | – |

<!-- end of generated -->

## Code map of x-net

<!-- generated: files of x-net -->

| file | purpose |
|---|---|
| `lib.rs` | The network. |
| `proxy/mod.rs` | Proxies. |
| `proxy/auth.rs` | Logs in at a `Proxy`. |

<!-- end of generated -->

## Code map of xtask

<!-- generated: files of xtask -->

| file | purpose |
|---|---|
| `main.rs` | Commands. |

<!-- end of generated -->

## Code map of xtask/bench

<!-- generated: files of xtask/bench -->

| file | purpose |
|---|---|
| `peers/wrk.rs` | wrk. |

<!-- end of generated -->

## Code map of xtask/fuzz

<!-- generated: files of xtask/fuzz -->

| file | purpose |
|---|---|
| `targets/rates.rs` | Fuzzes rates. |

<!-- end of generated -->
";

    fn tree(architecture: &str) -> SourceTree {
        let mut files = FILES.to_vec();
        files.push((ARCHITECTURE_PAGE, architecture));
        SourceTree::from_texts(&files)
    }

    #[test]
    fn writes_the_tables() {
        assert_eq!(with_current_tables(&tree("# A\n")).as_deref(), Ok(TABLES));
        assert_eq!(with_current_tables(&tree(TABLES)).as_deref(), Ok(TABLES));
        assert_eq!(check(&tree(TABLES)), []);
    }

    #[test]
    fn finds_stale_tables() {
        let table = [
            (TABLES.replace("Proxies.", "Tunnels."), 1),
            (TABLES.replace("| `main.rs` | Commands. |\n", ""), 1),
            (TABLES.replace("| x-net | x-stats |", "| x-net | – |"), 1),
            (TABLES.replace("files of x-net", "files of x-nit"), 2),
            (TABLES.replace("──► x-stats", "──► x-state"), 1),
            (TABLES.replace("| wrk. |", "| hey. |"), 1),
            ("# A\n".to_owned(), 6),
        ];
        for (text, findings) in table {
            assert_eq!(check(&tree(&text)).len(), findings, "{text}");
        }
        assert_eq!(check(&SourceTree::from_texts(&FILES)).len(), 1);
    }

    #[test]
    fn converts_rustdoc_to_cells() {
        let table = [
            ("A `b`.", "A `b`."),
            ("A [`b`] and [c](d::e).", "A `b` and c."),
            ("An open [ here.", "An open [ here."),
        ];
        for (sentence, expected) in table {
            assert_eq!(cell(sentence), expected);
        }
    }
}
