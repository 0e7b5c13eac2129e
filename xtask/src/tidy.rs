//! The checks of the house: what a reviewer would otherwise have to repeat.
//!
//! Every check is a function from the [`tree::Tree`] of files to findings, so that each can be
//! tested on a handful of texts. Only [`interface`] starts a program, to ask `hammer` for its flags.

use std::path::Path;

mod arrows;
mod command;
mod descriptions;
mod finding;
mod flags;
mod interface;
mod links;
mod manifest;
mod markdown;
mod markers;
mod names;
mod sizes;
mod tree;

/// Runs every check, prints the findings in the order of their files, and fails if there is one.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let tree = tree::Tree::read(root)?;
    let interface = interface::Interface::ask(root)?;
    let mut findings = [
        arrows::check(&tree),
        descriptions::check(&tree),
        flags::check(&tree, &interface),
        links::check(&tree),
        markers::check(&tree),
        names::check(&tree),
        sizes::check(&tree),
    ]
    .concat();
    findings.sort();
    for finding in &findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => {
            println!("tidy: {} files, nothing to say", tree.len());
            Ok(())
        }
        1 => Err("the house is not tidy: 1 finding".to_owned()),
        several => Err(format!("the house is not tidy: {several} findings")),
    }
}
