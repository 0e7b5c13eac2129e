//! Developer commands of the workspace, run as `cargo xtask`.
//!
//! The crate depends on nothing but the standard library, so it builds in seconds and cannot be
//! broken by a release of another project.
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
mod features;
mod fuzz;
mod tidy;

const HELP: &str = "\
Developer commands of the Hammer workspace.

Usage: cargo xtask [COMMAND]

Commands:
  bench     Measure the release build; `cargo xtask bench --help` lists the flags
  ci        Run all checks: format, lints, docs, tests, features, tidy, licenses
  features  Lint each cargo feature on its own, and none
  fuzz      Fuzz the parsers with libFuzzer; needs a nightly toolchain and cargo-fuzz
  tidy      Check names, wording, dependencies, file sizes and docs: [--fix] [--rule NAME]… [PATH]…
  help      Print this text
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        ["bench", arguments @ ..] => return bench::run(&workspace_root(), arguments),
        ["fuzz", arguments @ ..] => fuzz::run(&workspace_root(), arguments),
        ["features"] => features::run(&workspace_root()),
        ["ci"] => ci::run(&workspace_root()),
        ["tidy", arguments @ ..] => tidy::run(&workspace_root(), arguments),
        unknown => {
            let unknown = unknown.join(" ");
            eprintln!("error: unknown command `{unknown}`\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace, which is the parent of this crate's folder.
fn workspace_root() -> PathBuf {
    let xtask = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    xtask
        .parent()
        .map_or_else(|| xtask.clone(), Path::to_path_buf)
}
