//! The rules of `cargo xtask tidy`.
//!
//! Every rule is a function from a [`SourceTree`] to findings, so each can be tested on a handful of
//! texts. No rule starts a program.

use std::fs;
use std::path::Path;

use finding::TidyFinding;
use selection::TidySelection;
use source_tree::SourceTree;

mod cli_interface;
mod code_map;
mod crate_graph;
mod dependencies;
mod descriptions;
mod doc_lines;
mod file_sizes;
mod finding;
mod first_lines;
mod flags;
mod function_lengths;
mod generated;
mod hammer_call;
mod help_files;
mod help_lines;
mod library_flags;
mod links;
mod manifest;
mod markdown;
mod module_layers;
mod names;
mod opening;
mod phrases;
mod rust;
mod selection;
mod source_paths;
mod source_tree;
mod todo_markers;
mod type_names;

/// The page that describes the crates and contains the generated tables.
const ARCHITECTURE_PAGE: &str = "docs/dev/ARCHITECTURE.md";

/// A check and the name that selects it with `--rule`.
struct TidyRule {
    name: &'static str,
    check: fn(&SourceTree) -> Vec<TidyFinding>,
}

const fn rule(name: &'static str, check: fn(&SourceTree) -> Vec<TidyFinding>) -> TidyRule {
    TidyRule { name, check }
}

const RULES: &[TidyRule] = &[
    rule("dependencies", dependencies::check),
    rule("code-map", code_map::check),
    rule("descriptions", descriptions::check),
    rule("doc-lines", doc_lines::check),
    rule("first-lines", first_lines::check),
    rule("flags", flags::check),
    rule("functions", function_lengths::check),
    rule("help-lines", help_lines::check),
    rule("layers", module_layers::check),
    rule("library-flags", library_flags::check),
    rule("links", links::check),
    rule("markers", todo_markers::check),
    rule("names", names::check),
    rule("phrases", phrases::check),
    rule("sizes", file_sizes::check),
    rule("source-paths", source_paths::check),
    rule("type-names", type_names::check),
];

/// Runs the selected rules, prints the findings, and fails if there are any.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<(), String> {
    let folder = std::env::current_dir()
        .map_err(|error| format!("failed to read the current folder: {error}"))?;
    let selection = TidySelection::parse(arguments, root, &folder)?;
    let mut tree = SourceTree::read(root)?;
    selection.check(&tree)?;
    if selection.fix && fix(root, &tree)? {
        println!("tidy: wrote {ARCHITECTURE_PAGE}");
        tree = SourceTree::read(root)?;
    }
    let mut findings: Vec<(TidyFinding, &str)> = Vec::new();
    for rule in RULES.iter().filter(|rule| selection.has_rule(rule.name)) {
        let found = (rule.check)(&tree).into_iter();
        let found = found.filter(|finding| selection.has(finding));
        findings.extend(found.map(|finding| (finding, rule.name)));
    }
    findings.sort();
    for (finding, rule) in &findings {
        eprintln!("{finding} [{rule}]");
    }
    if findings.is_empty() {
        println!("tidy: {} files, no findings", tree.text_count());
        return Ok(());
    }
    eprintln!();
    for TidyRule { name, .. } in RULES {
        let count = findings.iter().filter(|(_, rule)| rule == name).count();
        if count > 0 {
            eprintln!("{name:<13} {count:>5}");
        }
    }
    Err(format!("tidy: {} findings", findings.len()))
}

/// Writes the generated tables of ARCHITECTURE; returns true if they changed.
fn fix(root: &Path, tree: &SourceTree) -> Result<bool, String> {
    let text = code_map::with_current_tables(tree)?;
    if tree.text(ARCHITECTURE_PAGE) == Some(&text) {
        return Ok(false);
    }
    fs::write(root.join(ARCHITECTURE_PAGE), text)
        .map_err(|error| format!("failed to write {ARCHITECTURE_PAGE}: {error}"))?;
    Ok(true)
}
