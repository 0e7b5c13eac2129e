//! Cargo, called from a program that cargo itself has started.

use std::process::Command;

/// Prefixes of the variables that `cargo run` sets for the package it runs.
///
/// Build scripts read the same variables: with ours, their crates are rebuilt, and once more by the
/// next call without ours.
const OF_A_PACKAGE: &[&str] = &[
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BIN_",
    "CARGO_CRATE_",
];

/// A call of cargo as a shell would make it.
pub(crate) fn command() -> Command {
    through("cargo")
}

/// A call of a program that calls cargo, as a shell would make it.
pub(crate) fn through(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if OF_A_PACKAGE.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn cargo_does_not_hear_of_the_package_that_calls_it() {
        // Cargo, which runs this test, has set it.
        assert!(std::env::var_os("CARGO_PKG_NAME").is_some());
        let command = command();
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
