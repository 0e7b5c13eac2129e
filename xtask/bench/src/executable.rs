//! Builds programs of this workspace with cargo.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::error::Error;

/// Prefixes of the variables that `cargo run` sets for the package it runs.
///
/// Build scripts read the same variables. If they inherited ours, their crates would be rebuilt,
/// and rebuilt again by the next call from a shell.
const PACKAGE_VARIABLES: &[&str] = &[
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BIN_",
    "CARGO_CRATE_",
];

/// A program that has just been built.
#[derive(Debug)]
pub(crate) struct BuiltExecutable {
    pub(crate) path: PathBuf,
}

impl BuiltExecutable {
    /// Builds the binary `name` of the workspace at `root` with a profile of cargo.
    ///
    /// # Errors
    ///
    /// If the build fails.
    pub(crate) fn build(root: &Path, profile: &str, name: &str) -> Result<Self, Error> {
        eprintln!("… building {name}");
        // One package at a time: cargo unifies the features of packages that it builds together.
        let package = if name == "hammer" {
            "hammer-cli"
        } else {
            "hammer-bench"
        };
        let output = cargo_command()
            .args(["build", "--quiet", "--profile", profile])
            .args(["--package", package, "--bin", name])
            .arg("--message-format=json-render-diagnostics")
            .current_dir(root)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .map_err(Error::io("start", "cargo"))?;
        let path = executable_path(&String::from_utf8_lossy(&output.stdout), name);
        match path.filter(|_| output.status.success()) {
            Some(path) => Ok(Self { path }),
            None => Err(Error::failed(format!(
                "failed to build {name}: cargo failed with {}",
                output.status
            ))),
        }
    }
}

/// A `cargo` command with the environment of a shell.
fn cargo_command() -> Command {
    let mut command = Command::new("cargo");
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if PACKAGE_VARIABLES
            .iter()
            .any(|start| text.starts_with(start))
        {
            command.env_remove(&name);
        }
    }
    command
}

/// Finds the path of the binary `name` in cargo's JSON messages.
fn executable_path(messages: &str, name: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::executable_path;

    #[test]
    fn finds_the_executable() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"hammer"},"executable":null}
not json
{"reason":"compiler-artifact","target":{"name":"hammer-cpu"},"executable":"/t/hammer-cpu"}
{"reason":"compiler-artifact","target":{"name":"hammer"},"executable":"/t/hammer"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(
            executable_path(messages, "hammer").as_deref(),
            Some(Path::new("/t/hammer"))
        );
        assert_eq!(executable_path(messages, "hammer-heap"), None);
    }
}
