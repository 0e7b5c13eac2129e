//! Programs of this workspace, built to be measured.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::error::Error;

/// What `cargo run` tells us about our package. Build scripts ask for the same variables: one that
/// finds ours builds its crate anew, and so does the next call without us.
const PACKAGE_VARIABLES: &[&str] = &[
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BIN_",
    "CARGO_CRATE_",
];

/// A program that is up to date.
#[derive(Debug)]
pub(crate) struct BuiltExecutable {
    /// Where it lies.
    pub(crate) path: PathBuf,
}

impl BuiltExecutable {
    /// Builds `name` of the workspace at `root` with cargo's profile `profile`: `release` is what
    /// users get.
    ///
    /// # Errors
    ///
    /// If it does not build.
    pub(crate) fn build(root: &Path, profile: &str, name: &str) -> Result<Self, Error> {
        eprintln!("… building {name}");
        // One package alone: with two, the features that either asks for go into both.
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
                "failed to build {name}: cargo ended with {}",
                output.status
            ))),
        }
    }
}

/// A call of cargo as a shell would make it.
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

/// Where cargo's messages, one a line, say that the binary `name` lies.
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
