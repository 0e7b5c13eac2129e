//! The files of the workspace, read once for all rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::help_files;

/// The script that runs all checks on a clean checkout.
pub(crate) const CI_SCRIPT: &str = ".ci/run";

/// The paths and texts of the workspace.
///
/// Paths are relative to the root and separated by `/` on every system.
#[derive(Debug, Default)]
pub(crate) struct SourceTree {
    /// Every file and every folder.
    paths: BTreeSet<String>,
    /// The texts of the files for which [`is_read`] is true.
    texts: BTreeMap<String, String>,
}

/// A source file of a crate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CrateSource<'a> {
    /// The folder of the crate, without `crates/`.
    pub(crate) krate: &'a str,
    /// The path in `src`, or in the crate if it has no `src`.
    pub(crate) file: &'a str,
    /// The path from the root.
    pub(crate) path: &'a str,
    pub(crate) text: &'a str,
}

/// The folder of the fuzz targets, a crate without `src`.
const FUZZ_FOLDER: &str = "xtask/fuzz/";

impl SourceTree {
    /// Reads all files below `root`, except `.git` and cargo's `target`.
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        let mut tree = Self::default();
        tree.read_folder(root, "")?;
        Ok(tree)
    }

    /// Creates a tree from texts, for tests.
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
            // Only the outermost `target` is cargo's; a crate may have a folder of that name.
            if name == ".git" || path == "target" {
                continue;
            }
            if entry.file_type().map_err(failed)?.is_dir() {
                self.read_folder(&entry.path(), &format!("{path}/"))?;
            } else if is_read(&path) {
                let text = fs::read_to_string(entry.path())
                    .map_err(|error| format!("failed to read {path}: {error}"))?;
                self.texts.insert(path.clone(), text);
            }
            self.paths.insert(path);
        }
        Ok(())
    }

    /// The number of files whose text was read.
    pub(crate) fn text_count(&self) -> usize {
        self.texts.len()
    }

    /// True if a file or folder of this path exists.
    pub(crate) fn exists(&self, path: &str) -> bool {
        path.is_empty() || self.paths.contains(path)
    }

    /// The text of the file at `path`, if it exists and was read.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Path and text of every file that was read.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Path and text of the files whose path ends with `end`.
    pub(crate) fn texts_ending_with(
        &self,
        end: &'static str,
    ) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(move |(path, _)| path.ends_with(end))
    }

    /// The sources of the crates, of xtask and of its two programs, without tests.
    pub(crate) fn sources(&self) -> impl Iterator<Item = CrateSource<'_>> {
        self.texts_ending_with(".rs").filter_map(|(path, text)| {
            let (krate, file) = if let Some(file) = path.strip_prefix(FUZZ_FOLDER) {
                (FUZZ_FOLDER.trim_end_matches('/'), file)
            } else {
                path.split_once("/src/")?
            };
            let krate = krate.strip_prefix("crates/").unwrap_or(krate);
            let is_crate = !krate.strip_prefix("xtask/").unwrap_or(krate).contains('/');
            let is_test = file
                .split('/')
                .any(|part| part == "tests" || part == "tests.rs");
            (is_crate && !is_test).then_some(CrateSource {
                krate,
                file,
                path,
                text,
            })
        })
    }

    /// Path and text of the manifests of the crates in `crates/`.
    pub(crate) fn crate_manifests(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts_ending_with("/Cargo.toml").filter(|(path, _)| {
            path.strip_prefix("crates/")
                .is_some_and(|rest| rest.matches('/').count() == 1)
        })
    }
}

/// True for the files whose text some rule reads.
fn is_read(path: &str) -> bool {
    let ends = [".rs", ".md", ".toml", ".schema.json"];
    ends.iter().any(|end| path.ends_with(end))
        || path == CI_SCRIPT
        || path.starts_with(help_files::HELP_FOLDER) && path.ends_with(".txt")
}
