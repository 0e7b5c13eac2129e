//! What the built `hammer` says about its own command line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::hammer_call;
use crate::cargo;

/// The flags of each subcommand; those of `hammer` itself are under the empty name.
#[derive(Debug, Default)]
pub(crate) struct CliInterface {
    subcommands: BTreeMap<String, BTreeSet<String>>,
}

impl CliInterface {
    /// Builds the command and reads its `--help`, then that of each subcommand listed there.
    pub(crate) fn from_help(root: &Path) -> Result<Self, String> {
        build_hammer(root)?;
        let mut interface = Self::default();
        let help = help_text(root, &["--help"])?;
        let listed = listed_subcommands(&help);
        if listed.is_empty() {
            return Err("`hammer --help` lists no subcommands under `Commands:`".to_owned());
        }
        interface.add_subcommand("", &help);
        for name in listed {
            let mut help = self::help_text(root, &[&name, "--help"])?;
            // Flags of what is one level deeper are those of the subcommand.
            for inner in self::listed_subcommands(&help) {
                help.push_str(&self::help_text(root, &[&name, &inner, "--help"])?);
            }
            interface.add_subcommand(&name, &help);
        }
        Ok(interface)
    }

    /// Takes the flags of a subcommand from its help.
    pub(crate) fn add_subcommand(&mut self, subcommand: &str, help: &str) {
        self.subcommands.insert(
            subcommand.to_owned(),
            hammer_call::long_flags(help).into_iter().collect(),
        );
    }

    /// Whether some subcommand has this flag.
    pub(crate) fn has_flag(&self, flag: &str) -> bool {
        self.subcommands.values().any(|flags| flags.contains(flag))
    }

    /// Whether this subcommand has this flag; `None` if there is no such subcommand.
    pub(crate) fn subcommand_has_flag(&self, subcommand: &str, flag: &str) -> Option<bool> {
        self.subcommands
            .get(subcommand)
            .map(|flags| flags.contains(flag))
    }
}

/// Builds in sight: from scratch it takes minutes, and silence would look like a hang.
fn build_hammer(root: &Path) -> Result<(), String> {
    let status = cargo::cargo_command()
        .args(["build", "--package", "hammer-cli", "--bin", "hammer"])
        .current_dir(root)
        .status()
        .map_err(|error| format!("failed to start cargo to build `hammer`: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("the build of `hammer` ended with {status}"))
    }
}

fn help_text(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let line = format!("hammer {}", arguments.join(" "));
    let output = cargo::cargo_command()
        .args([
            "run",
            "--quiet",
            "--package",
            "hammer-cli",
            "--bin",
            "hammer",
            "--",
        ])
        .args(arguments)
        .current_dir(root)
        .output()
        .map_err(|error| format!("failed to start cargo for `{line}`: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{line}` ended with {}:\n{said}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{line}` printed no UTF-8"))
}

/// The subcommands under `Commands:`, without `help`, which is clap's own.
fn listed_subcommands(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| line.trim() != "Commands:")
        .skip(1)
        .take_while(|line| !line.trim().is_empty())
        // A description that wraps is indented deeper than a name.
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::listed_subcommands;

    #[test]
    fn lists_subcommands() {
        let help = "Load.\n\nUsage: hammer <COMMAND>\n\nCommands:\n  http  Hits a URL\n          \
                    and more\n  demo  Shows it\n  help  Print\n\nOptions:\n  -h, --help  Print\n";
        assert_eq!(listed_subcommands(help), ["http", "demo"]);
        assert_eq!(listed_subcommands("Usage: hammer\n"), Vec::<String>::new());
    }
}
