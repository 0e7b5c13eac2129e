//! The files of the workspace, read once for all checks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::help_files;

/// Paths are relative to the root and separated by `/` on every system.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Every file and every folder.
    paths: BTreeSet<String>,
    /// The text of the files that some check reads; see [`is_read`].
    texts: BTreeMap<String, String>,
}

impl Tree {
    /// Reads all files below `root`, except those of cargo and git.
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        let mut tree = Self::default();
        tree.descend(root, "")?;
        Ok(tree)
    }

    /// A tree made of texts, for tests.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            let folders = path.match_indices('/').map(|(at, _)| path[..at].to_owned());
            tree.paths.extend(folders);
            tree.paths.insert((*path).to_owned());
            tree.texts.insert((*path).to_owned(), (*text).to_owned());
        }
        tree
    }

    fn descend(&mut self, folder: &Path, prefix: &str) -> Result<(), String> {
        let failed = |error| format!("failed to read {}: {error}", folder.display());
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let path = format!("{prefix}{name}");
            // Only the outermost `target` is cargo's: the target crate may well have another.
            if name == ".git" || path == "target" {
                continue;
            }
            if entry.file_type().map_err(failed)?.is_dir() {
                self.descend(&entry.path(), &format!("{path}/"))?;
            } else if is_read(&path) {
                let text = fs::read_to_string(entry.path())
                    .map_err(|error| format!("failed to read {path}: {error}"))?;
                self.texts.insert(path.clone(), text);
            }
            self.paths.insert(path);
        }
        Ok(())
    }

    /// The number of files that have a text.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// True if a file or folder of this path exists.
    pub(crate) fn exists(&self, path: &str) -> bool {
        path.is_empty() || self.paths.contains(path)
    }

    /// The text of the file at `path`, if it exists and some check reads its kind.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// All files that have a text.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files whose path has this end, with their texts.
    pub(crate) fn ending(&self, end: &'static str) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(move |(path, _)| path.ends_with(end))
    }

    /// Crate, path and text of the sources of the crates and of xtask, without those of tests.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.ending(".rs").filter_map(|(path, text)| {
            let (krate, file) = path
                .strip_prefix("crates/")
                .unwrap_or(path)
                .split_once("/src/")?;
            let test = file
                .split('/')
                .any(|part| part == "tests" || part == "tests.rs");
            (!krate.contains('/') && !test).then_some((krate, path, text))
        })
    }

    /// The manifests of the crates in `crates/`.
    pub(crate) fn crate_manifests(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ending("/Cargo.toml").filter(|(path, _)| {
            path.strip_prefix("crates/")
                .is_some_and(|rest| rest.matches('/').count() == 1)
        })
    }
}

/// True for the files whose text some check reads.
fn is_read(path: &str) -> bool {
    let ends = [".rs", ".md", ".toml", ".schema.json"];
    ends.iter().any(|end| path.ends_with(end))
        || path.starts_with(help_files::FOLDER) && path.ends_with(".txt")
}
