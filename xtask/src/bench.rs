//! Starts the benchmark program, a separate crate because it needs dependencies.

use std::path::Path;
use std::process::ExitCode;

use crate::cargo;

/// Builds the benchmark program, runs it with `arguments`, and returns its exit code.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> ExitCode {
    let status = cargo::cargo_command()
        .args(["run", "--quiet", "--release", "--package", "hammer-bench"])
        .args(["--bin", "bench", "--"])
        .args(arguments)
        .current_dir(root)
        .status();
    match status {
        Ok(status) => status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .map_or(ExitCode::FAILURE, ExitCode::from),
        Err(error) => {
            eprintln!("error: failed to start cargo: {error}");
            ExitCode::FAILURE
        }
    }
}
