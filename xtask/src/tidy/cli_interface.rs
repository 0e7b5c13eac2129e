//! The flags of `hammer`, read from its golden help files.

use std::collections::{BTreeMap, BTreeSet};

use super::hammer_call;
use super::help_files;
use super::source_tree::SourceTree;

/// The flags of each subcommand; the flags of `hammer` itself have the empty name.
#[derive(Debug, Default)]
pub(crate) struct CliInterface {
    subcommands: BTreeMap<String, BTreeSet<String>>,
}

impl CliInterface {
    /// Reads the golden help files. Flags of nested subcommands are added to the outermost one.
    pub(crate) fn from_help(tree: &SourceTree) -> Self {
        let mut interface = Self::default();
        for (commands, help) in help_files::all(tree) {
            interface.add_subcommand(commands.first().unwrap_or(&""), help);
        }
        interface
    }

    /// Adds the flags in the help of a subcommand.
    pub(crate) fn add_subcommand(&mut self, subcommand: &str, help: &str) {
        self.subcommands
            .entry(subcommand.to_owned())
            .or_default()
            .extend(hammer_call::long_flags(help));
    }

    /// True if some subcommand has this flag.
    pub(crate) fn has_flag(&self, flag: &str) -> bool {
        self.subcommands.values().any(|flags| flags.contains(flag))
    }

    /// True if this subcommand has this flag; `None` for an unknown subcommand.
    pub(crate) fn subcommand_has_flag(&self, subcommand: &str, flag: &str) -> Option<bool> {
        self.subcommands
            .get(subcommand)
            .map(|flags| flags.contains(flag))
    }
}

#[cfg(test)]
mod tests {
    use super::CliInterface;
    use crate::tidy::help_files::HELP_FOLDER;
    use crate::tidy::source_tree::SourceTree;

    #[test]
    fn reads_golden_help() {
        let files = [
            ("hammer.txt", "Options:\n  --version\n"),
            ("plan.txt", "Options:\n  --help\n"),
            ("plan/show.txt", "Options:\n  --json\n"),
        ];
        let files = files.map(|(name, text)| (format!("{HELP_FOLDER}{name}"), text));
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), *text))
            .collect();
        let interface = CliInterface::from_help(&SourceTree::from_texts(&files));
        let table = [
            ("", "--version", Some(true)),
            ("plan", "--help", Some(true)),
            ("plan", "--json", Some(true)),
            ("plan", "--version", Some(false)),
            ("echo", "--version", None),
        ];
        for (subcommand, flag, expected) in table {
            assert_eq!(
                interface.subcommand_has_flag(subcommand, flag),
                expected,
                "{subcommand} {flag}"
            );
        }
    }
}
