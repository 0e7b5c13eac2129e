//! The bench: a program of its own, since measuring needs libraries and this crate has none.

use std::path::Path;
use std::process::ExitCode;

use crate::cargo;

/// Builds the bench and runs it with `arguments`; its exit code is this one's.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> ExitCode {
    let status = cargo::command()
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
            eprintln!("error: failed to start cargo for the bench: {error}");
            ExitCode::FAILURE
        }
    }
}
