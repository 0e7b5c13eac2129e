//! The flags of `hammer`, as its golden help files have them.

use std::collections::{BTreeMap, BTreeSet};

use super::hammer_call;
use super::help_files;
use super::tree::Tree;

/// The flags of each subcommand; those of `hammer` itself are under the empty name.
#[derive(Debug, Default)]
pub(crate) struct Interface {
    subcommands: BTreeMap<String, BTreeSet<String>>,
}

impl Interface {
    /// Reads the golden help files. Flags of a nested subcommand are those of the outermost.
    pub(crate) fn of(tree: &Tree) -> Self {
        let mut interface = Self::default();
        for (commands, help) in help_files::all(tree) {
            interface.learn(commands.first().unwrap_or(&""), help);
        }
        interface
    }

    /// Takes the flags of a subcommand from its help.
    pub(crate) fn learn(&mut self, subcommand: &str, help: &str) {
        self.subcommands
            .entry(subcommand.to_owned())
            .or_default()
            .extend(hammer_call::flags(help));
    }

    /// True if some subcommand has this flag.
    pub(crate) fn knows(&self, flag: &str) -> bool {
        self.subcommands.values().any(|flags| flags.contains(flag))
    }

    /// True if this subcommand has this flag; `None` if there is no subcommand of this name.
    pub(crate) fn accepts(&self, subcommand: &str, flag: &str) -> Option<bool> {
        self.subcommands
            .get(subcommand)
            .map(|flags| flags.contains(flag))
    }
}

#[cfg(test)]
mod tests {
    use super::Interface;
    use crate::tidy::help_files::FOLDER;
    use crate::tidy::tree::Tree;

    #[test]
    fn reads_golden_help() {
        let files = [
            ("hammer.txt", "Options:\n  --version\n"),
            ("plan.txt", "Options:\n  --help\n"),
            ("plan/show.txt", "Options:\n  --json\n"),
        ];
        let files = files.map(|(name, text)| (format!("{FOLDER}{name}"), text));
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), *text))
            .collect();
        let interface = Interface::of(&Tree::of(&files));
        let table = [
            ("", "--version", Some(true)),
            ("plan", "--help", Some(true)),
            ("plan", "--json", Some(true)),
            ("plan", "--version", Some(false)),
            ("echo", "--version", None),
        ];
        for (subcommand, flag, expected) in table {
            assert_eq!(
                interface.accepts(subcommand, flag),
                expected,
                "{subcommand} {flag}"
            );
        }
    }
}
