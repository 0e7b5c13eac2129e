//! The checks of `cargo xtask tidy`: rules that a reviewer would otherwise have to repeat.
//!
//! Every rule is a function from the [`tree::Tree`] of files to findings, so that each can be
//! tested on a handful of texts. None starts a program.

use std::fs;
use std::path::Path;

use finding::Finding;
use selection::Selection;
use tree::Tree;

mod arrows;
mod code_map;
mod descriptions;
mod doc_lines;
mod finding;
mod first_lines;
mod flags;
mod generated;
mod hammer_call;
mod help_files;
mod help_lines;
mod interface;
mod links;
mod manifest;
mod markdown;
mod markers;
mod names;
mod opening;
mod phrases;
mod rust;
mod selection;
mod sizes;
mod tree;
mod type_names;

/// The document that describes the crates, with its generated tables.
const ARCHITECTURE: &str = "docs/dev/ARCHITECTURE.md";

/// A check and its name, which `--rule` takes.
struct Rule {
    name: &'static str,
    check: fn(&Tree) -> Vec<Finding>,
}

const fn rule(name: &'static str, check: fn(&Tree) -> Vec<Finding>) -> Rule {
    Rule { name, check }
}

const RULES: &[Rule] = &[
    rule("arrows", arrows::check),
    rule("code-map", code_map::check),
    rule("descriptions", descriptions::check),
    rule("doc-lines", doc_lines::check),
    rule("first-lines", first_lines::check),
    rule("flags", flags::check),
    rule("help-lines", help_lines::check),
    rule("links", links::check),
    rule("markers", markers::check),
    rule("names", names::check),
    rule("phrases", phrases::check),
    rule("sizes", sizes::check),
    rule("type-names", type_names::check),
];

/// Runs the rules that the `arguments` select, prints the findings, and fails if there is one.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<(), String> {
    let folder = std::env::current_dir()
        .map_err(|error| format!("failed to read the current folder: {error}"))?;
    let selection = Selection::parse(arguments, root, &folder)?;
    let mut tree = Tree::read(root)?;
    selection.check(&tree)?;
    if selection.fix && fix(root, &tree)? {
        println!("tidy: wrote {ARCHITECTURE}");
        tree = Tree::read(root)?;
    }
    let mut findings: Vec<(Finding, &str)> = Vec::new();
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
        println!("tidy: {} files, no findings", tree.len());
        return Ok(());
    }
    eprintln!();
    for Rule { name, .. } in RULES {
        let count = findings.iter().filter(|(_, rule)| rule == name).count();
        if count > 0 {
            eprintln!("{name:<13} {count:>5}");
        }
    }
    Err(format!("tidy found {}", findings.len()))
}

/// Writes the generated tables of ARCHITECTURE; returns true if they have changed.
fn fix(root: &Path, tree: &Tree) -> Result<bool, String> {
    let text = code_map::fixed(tree)?;
    if tree.text(ARCHITECTURE) == Some(&text) {
        return Ok(false);
    }
    fs::write(root.join(ARCHITECTURE), text)
        .map_err(|error| format!("failed to write {ARCHITECTURE}: {error}"))?;
    Ok(true)
}
