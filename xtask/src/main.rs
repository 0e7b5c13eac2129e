//! The chores of the workspace: the gate, and the checks of `tidy`.
//!
//! It depends on nothing but the standard library, so that the gate builds in seconds and never
//! breaks because of a release of another project.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing its findings is the purpose of this program"
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
  bench  Measure the release build; `cargo xtask bench --help` lists the flags
  ci     Run the whole gate: format, lints, docs, tests, tidy, licenses
  fuzz   Fuzz the parsers with libFuzzer; needs a nightly toolchain and cargo-fuzz
  tidy   Check names, wording, dependencies, file sizes and docs: [--fix] [--rule NAME]… [PATH]…
  help   Print this text
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        ["bench", arguments @ ..] => return bench::run(&root(), arguments),
        ["fuzz", arguments @ ..] => fuzz::run(&root(), arguments),
        ["ci"] => ci::run(&root()),
        ["tidy", arguments @ ..] => tidy::run(&root(), arguments),
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
fn root() -> PathBuf {
    let xtask = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    xtask
        .parent()
        .map_or_else(|| xtask.clone(), Path::to_path_buf)
}
