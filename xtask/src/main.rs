//! Drives cargo and the built binary: the gate, and the checks of the house itself.
//!
//! It depends on nothing but the standard library, so that the gate builds in seconds and never
//! breaks because of somebody else's release.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what this program is for is to tell a person what it found"
)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod bench;
mod cargo;
mod ci;
mod fuzz;
mod tidy;

const HELP: &str = "\
The chores of the Hammer workspace.

Usage: cargo xtask [COMMAND]

Commands:
  bench  What the release build costs and how true it is; `cargo xtask bench --help` has the flags
  ci     The whole gate, as it runs before a merge: format, lints, docs, tests, tidy, licences
  fuzz   What reads texts, driven by libFuzzer; needs a nightly toolchain and cargo-fuzz
  tidy   The checks of the house: arrows between crates, file sizes, links and flags in the docs
  help   This text
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        ["bench", arguments @ ..] => return bench::run(&workspace_root(), arguments),
        ["fuzz", arguments @ ..] => fuzz::run(&workspace_root(), arguments),
        ["ci"] => ci::run(&workspace_root()),
        ["tidy"] => tidy::run(&workspace_root()),
        unknown => {
            let unknown = unknown.join(" ");
            eprintln!("error: `cargo xtask` has no command `{unknown}`\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace: the folder that holds this crate's folder.
fn workspace_root() -> PathBuf {
    let xtask = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    xtask
        .parent()
        .map_or_else(|| xtask.clone(), Path::to_path_buf)
}
