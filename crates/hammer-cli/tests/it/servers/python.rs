//! Python with packages from PyPI that read the outputs.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::report_skipped;
use crate::command::{stderr, stdout};

/// Names the Python of an environment with the packages. Without it, the tests use `python3`.
const PYTHON: &str = "HAMMER_PYTHON";

/// Runs a script in `folder` with these arguments, and returns the JSON that it prints; `None` if the
/// package is missing and the test has to be skipped.
pub(super) fn run(package: &str, script: &str, folder: &Path, args: &[&str]) -> Option<Value> {
    let python = env::var_os(PYTHON).unwrap_or_else(|| OsString::from("python3"));
    let imported = Command::new(&python)
        .args(["-c", &format!("import {package}")])
        .output();
    if !imported.is_ok_and(|output| output.status.success()) {
        report_skipped(&format!("{} has no package {package}", python.display()));
        return None;
    }
    let mut command = Command::new(&python);
    command.args(["-c", script]).args(args).current_dir(folder);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    Some(serde_json::from_str(&stdout(&output)).unwrap())
}
