//! The checks of the house: what a reviewer would otherwise have to repeat.
//!
//! Every check is a function from the [`tree::SourceTree`] of files to findings, so that each can be
//! tested on a handful of texts. Only [`interface`] starts a program, to ask `hammer` for its flags.

use std::path::Path;

mod cli_interface;
mod dependencies;
mod descriptions;
mod file_sizes;
mod finding;
mod flags;
mod hammer_call;
mod links;
mod manifest;
mod markdown;
mod names;
mod source_tree;
mod todo_markers;

/// Runs every check, prints the findings in the order of their files, and fails if there is one.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let tree = source_tree::SourceTree::read(root)?;
    let interface = cli_interface::CliInterface::from_help(root)?;
    let mut findings = [
        dependencies::check(&tree),
        descriptions::check(&tree),
        flags::check(&tree, &interface),
        links::check(&tree),
        todo_markers::check(&tree),
        names::check(&tree),
        file_sizes::check(&tree),
    ]
    .concat();
    findings.sort();
    for finding in &findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => {
            println!("tidy: {} files, nothing to say", tree.text_count());
            Ok(())
        }
        1 => Err("the house is not tidy: 1 finding".to_owned()),
        several => Err(format!("the house is not tidy: {several} findings")),
    }
}
