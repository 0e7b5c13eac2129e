//! The folder with the run files of a duel.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fs, io};

use hammer_analysis::ComparisonSide;
use tempfile::TempDir;

use super::leftovers::Leftovers;
use crate::error::Error;

/// The beginning of the names of files of an incomplete round.
const DROPPED_PREFIX: &str = "dropped-";

/// The folder with the run files of a duel.
pub(super) enum RunFolder {
    /// Deleted with its files at the end.
    Temporary(TempDir),
    /// Named by the user, and kept.
    Kept(PathBuf),
}

impl RunFolder {
    /// Creates a temporary folder, or the one to keep, which must be new or empty.
    pub(super) fn open(keep: Option<&Path>, leftovers: &Leftovers) -> Result<Self, Error> {
        let Some(path) = keep else {
            let folder = tempfile::Builder::new().prefix("hammer-duel-").tempdir();
            let folder = folder.map_err(|error| {
                Error::Run(format!("failed to create a folder for run files: {error}"))
            })?;
            leftovers.set_folder(folder.path().to_owned());
            return Ok(Self::Temporary(folder));
        };
        let invalid = |problem: String| {
            let shown = path.display().to_string();
            Error::invalid_value("--keep <DIR>", &shown, problem)
        };
        let is_empty = |path: &Path| -> io::Result<bool> {
            fs::create_dir_all(path)?;
            Ok(fs::read_dir(path)?.next().is_none())
        };
        match is_empty(path) {
            Ok(true) => Ok(Self::Kept(path.to_owned())),
            Ok(false) => Err(invalid(
                "expected a new or an empty folder, found files in it (try another one)".into(),
            )),
            Err(error) => Err(invalid(format!("failed to create the folder: {error}"))),
        }
    }

    /// The path of a run file.
    pub(super) fn run_file(&self, side: ComparisonSide, round: u64) -> PathBuf {
        let folder = match self {
            Self::Temporary(folder) => folder.path(),
            Self::Kept(path) => path,
        };
        folder.join(format!("{side}-{round}.run.json.zst"))
    }

    /// The name of a run for people: the path of its file if it is kept, or else the plan and the round.
    pub(super) fn run_name(&self, plan: &Path, side: ComparisonSide, round: u64) -> String {
        match self {
            Self::Temporary(_) => format!("{} (round {round})", plan.display()),
            Self::Kept(_) => self.run_file(side, round).display().to_string(),
        }
    }

    /// Renames the files of a round that is not compared, if they are kept, so that no pattern for those of
    /// a side includes them. Returns their new paths.
    pub(super) fn drop_round(&self, round: u64) -> io::Result<Vec<PathBuf>> {
        let mut dropped = vec![];
        if matches!(self, Self::Temporary(_)) {
            return Ok(dropped);
        }
        for side in [ComparisonSide::Base, ComparisonSide::New] {
            let file = self.run_file(side, round);
            if let Some(name) = file.file_name().filter(|_| file.exists()) {
                let mut new_name = OsString::from(DROPPED_PREFIX);
                new_name.push(name);
                let path = file.with_file_name(new_name);
                fs::rename(&file, &path)?;
                dropped.push(path);
            }
        }
        Ok(dropped)
    }

    /// Says what becomes of the run files if they are not compared.
    pub(super) fn fate(&self) -> String {
        match self {
            Self::Temporary(_) => "run files are deleted without --keep DIR".to_owned(),
            Self::Kept(path) => format!("run files are in {}", path.display()),
        }
    }
}
