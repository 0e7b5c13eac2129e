//! Calls of cargo from a program that cargo itself started.

use std::process::Command;

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

/// A `cargo` command with the environment of a shell.
pub(crate) fn cargo_command() -> Command {
    without_package_variables("cargo")
}

/// A command with the environment of a shell, for a program that calls cargo.
pub(crate) fn without_package_variables(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if PACKAGE_VARIABLES
            .iter()
            .any(|prefix| text.starts_with(prefix))
        {
            command.env_remove(&name);
        }
    }
    command
}

#[cfg(test)]
mod tests {
    use super::cargo_command;

    #[test]
    fn package_variables_are_removed() {
        // Cargo sets it for this test.
        assert!(std::env::var_os("CARGO_PKG_NAME").is_some());
        let command = cargo_command();
        let removed: Vec<_> = command
            .get_envs()
            .filter(|(_, value)| value.is_none())
            .filter_map(|(name, _)| name.to_str())
            .collect();
        assert!(removed.contains(&"CARGO_PKG_NAME"), "{removed:?}");
        assert!(removed.contains(&"CARGO_MANIFEST_DIR"), "{removed:?}");
        assert!(!removed.contains(&"PATH"), "{removed:?}");
    }
}
