//! The files of the workspace, read once for all checks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Paths are relative to the root and separated by `/` on every system.
#[derive(Debug, Default)]
pub(crate) struct SourceTree {
    /// Every file and every folder.
    paths: BTreeSet<String>,
    /// The text of the files that some check reads: Rust, Markdown and TOML.
    texts: BTreeMap<String, String>,
}

impl SourceTree {
    /// Reads what lies under `root`, except what cargo and git keep there.
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        let mut tree = Self::default();
        tree.read_folder(root, "")?;
        Ok(tree)
    }

    /// A tree made of texts, for tests.
    #[cfg(test)]
    pub(crate) fn from_texts(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            let folders = path.match_indices('/').map(|(at, _)| path[..at].to_owned());
            tree.paths.extend(folders);
            tree.paths.insert((*path).to_owned());
            tree.texts.insert((*path).to_owned(), (*text).to_owned());
        }
        tree
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> Result<(), String> {
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
                self.read_folder(&entry.path(), &format!("{path}/"))?;
            } else if path.ends_with(".rs") || path.ends_with(".md") || path.ends_with(".toml") {
                let text = fs::read_to_string(entry.path())
                    .map_err(|error| format!("failed to read {path}: {error}"))?;
                self.texts.insert(path.clone(), text);
            }
            self.paths.insert(path);
        }
        Ok(())
    }

    /// How many files have a text.
    pub(crate) fn text_count(&self) -> usize {
        self.texts.len()
    }

    /// Whether a file or folder of this path exists.
    pub(crate) fn exists(&self, path: &str) -> bool {
        path.is_empty() || self.paths.contains(path)
    }

    /// The text of the file at `path`, if it exists and some check reads its kind.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// The files whose path ends so, with their texts.
    pub(crate) fn texts_ending_with(
        &self,
        end: &'static str,
    ) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .filter(move |(path, _)| path.ends_with(end))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The manifests of the crates in `crates/`.
    pub(crate) fn crate_manifests(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts_ending_with("/Cargo.toml").filter(|(path, _)| {
            path.strip_prefix("crates/")
                .is_some_and(|rest| rest.matches('/').count() == 1)
        })
    }
}
