//! Cargo, called from a program that cargo itself has started.

use std::process::Command;

/// What `cargo run` tells the program that it runs about its package. Build scripts ask for the same
/// variables: one that finds ours builds its crate anew, and so does the next call without us.
const PACKAGE_VARIABLES: &[&str] = &[
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BIN_",
    "CARGO_CRATE_",
];

/// A call of cargo as a shell would make it.
pub(crate) fn cargo_command() -> Command {
    without_package_variables("cargo")
}

/// A call of a program that calls cargo, as a shell would make it.
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
    fn cargo_does_not_hear_of_the_package_that_calls_it() {
        // Cargo, which runs this test, has set it.
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
