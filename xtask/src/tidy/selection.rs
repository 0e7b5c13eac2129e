//! The arguments of `cargo xtask tidy`.

use std::path::Path;

use super::RULES;
use super::finding::TidyFinding;
use super::source_tree::SourceTree;

/// The selected rules and paths.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TidySelection {
    /// Writes the generated tables first.
    pub(crate) fix: bool,
    /// Names of rules; empty selects all.
    rules: Vec<String>,
    /// Paths from the root, without a trailing slash; empty selects all.
    paths: Vec<String>,
}

impl TidySelection {
    /// Reads `[--fix] [--rule NAME]… [PATH]…`. Paths are relative to `folder`.
    pub(crate) fn parse(arguments: &[&str], root: &Path, folder: &Path) -> Result<Self, String> {
        let mut selection = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            if *argument == "--fix" {
                selection.fix = true;
            } else if *argument == "--rule" {
                let name = arguments.next().copied().unwrap_or_default();
                selection.rules.push(known_rule(name)?);
            } else if let Some(name) = argument.strip_prefix("--rule=") {
                selection.rules.push(known_rule(name)?);
            } else if argument.starts_with('-') {
                return Err(format!(
                    "unknown flag `{argument}`, expected --fix, --rule NAME or a path"
                ));
            } else {
                selection
                    .paths
                    .push(path_from_root(argument, root, folder)?);
            }
        }
        Ok(selection)
    }

    /// True if the rule is selected.
    pub(crate) fn has_rule(&self, name: &str) -> bool {
        self.rules.is_empty() || self.rules.iter().any(|rule| rule == name)
    }

    /// True if the finding is below a selected path.
    pub(crate) fn has(&self, finding: &TidyFinding) -> bool {
        self.paths.is_empty()
            || self.paths.iter().any(|path| {
                let rest = finding.path().strip_prefix(path.as_str());
                rest.is_some_and(|rest| path.is_empty() || rest.is_empty() || rest.starts_with('/'))
            })
    }

    /// Checks that all paths exist; a mistyped path would have no findings.
    pub(crate) fn check(&self, tree: &SourceTree) -> Result<(), String> {
        match self.paths.iter().find(|path| !tree.exists(path)) {
            Some(path) => Err(format!("no file or folder `{path}`")),
            None => Ok(()),
        }
    }
}

fn known_rule(name: &str) -> Result<String, String> {
    if RULES.iter().any(|rule| rule.name == name) {
        return Ok(name.to_owned());
    }
    let names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    Err(format!(
        "unknown rule `{name}`, expected one of: {}",
        names.join(", ")
    ))
}

/// The path from the root, with `/` between its parts.
fn path_from_root(path: &str, root: &Path, folder: &Path) -> Result<String, String> {
    let mut parts = Vec::new();
    for part in folder.join(path).components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                parts.pop();
            }
            other => parts.push(other.as_os_str().to_owned()),
        }
    }
    let whole: std::path::PathBuf = parts.iter().collect();
    let below = whole
        .strip_prefix(root)
        .map_err(|_| format!("`{path}` is outside the workspace"))?;
    let names = below.components().map(|part| part.as_os_str());
    let names: Vec<_> = names.map(|name| name.to_string_lossy()).collect();
    Ok(names.join("/"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::TidySelection;
    use crate::tidy::finding::TidyFinding;
    use crate::tidy::source_tree::SourceTree;

    fn parse(arguments: &[&str]) -> Result<TidySelection, String> {
        TidySelection::parse(arguments, Path::new("/root"), Path::new("/root/docs"))
    }

    #[test]
    fn selects_paths() {
        let table: [(&[&str], &str, bool); 8] = [
            (&[], "crates/a/src/b.rs", true),
            (&["../crates/a"], "crates/a/src/b.rs", true),
            (&["../crates/a/"], "crates/ab/src/b.rs", false),
            (&["../crates/a/src/b.rs"], "crates/a/src/b.rs", true),
            (&["dev", "../README.md"], "docs/dev/A.md", true),
            (&["dev", "../README.md"], "README.md", true),
            (&[".."], "README.md", true),
            (&["./A.md"], "docs/A.md", true),
        ];
        for (arguments, path, selected) in table {
            let selection = parse(arguments).expect("a selection");
            let finding = TidyFinding::new(path, 1, "", "");
            assert_eq!(selection.has(&finding), selected, "{arguments:?} {path}");
        }
    }

    #[test]
    fn selects_rules() {
        let selection = parse(&["--rule", "names", "--rule=sizes"]).expect("a selection");
        let run: Vec<bool> = ["names", "sizes", "links"]
            .iter()
            .map(|name| selection.has_rule(name))
            .collect();
        assert_eq!(run, [true, true, false]);
        assert!(parse(&[]).expect("a selection").has_rule("links"));
    }

    #[test]
    fn refuses_unknown_arguments() {
        for arguments in [
            &["--rule", "size"][..],
            &["--rule"],
            &["--all"],
            &["../../a"],
        ] {
            assert!(parse(arguments).is_err(), "{arguments:?}");
        }
        let tree = SourceTree::from_texts(&[("docs/A.md", "")]);
        for (argument, exists) in [("A.md", true), ("..", true), ("B.md", false)] {
            let selection = parse(&[argument]).expect("a selection");
            assert_eq!(selection.check(&tree).is_ok(), exists, "{argument}");
        }
    }
}
