//! The binary that users get.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::error::Error;

/// What `cargo run` tells us about our package. Build scripts ask for the same variables, and what
/// they build would be built anew by us and again by the next call without us.
const OF_OUR_PACKAGE: [&str; 4] = [
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BIN_",
    "CARGO_CRATE_",
];

/// Builds it from the tree at `root` and tells where it is.
///
/// # Errors
///
/// If it does not build.
pub(crate) fn build(root: &Path) -> Result<PathBuf, Error> {
    eprintln!("… building the release binary");
    let output = cargo()
        .args(["build", "--release", "--package", "hammer-cli"])
        .args(["--bin", "hammer", "--message-format"])
        .arg("json-render-diagnostics")
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Error::failed(format!("failed to start cargo: {error}")))?;
    if !output.status.success() {
        let message = format!("the build of hammer ended with {}", output.status);
        return Err(Error::failed(message));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let executable = messages.lines().rev().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    });
    executable.ok_or_else(|| Error::failed("cargo did not tell where it put hammer"))
}

/// A call of cargo as a shell would make it.
fn cargo() -> Command {
    let mut command = Command::new("cargo");
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if OF_OUR_PACKAGE.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
}
