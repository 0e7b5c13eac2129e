//! The run files of looks.

use std::fs;
use std::path::{Path, PathBuf};

use hammer_core::RunFile;
use hammer_files::{FileMode, LateFile};

use crate::error::Error;

/// Level of zstd for run files.
const ZSTD_LEVEL: i32 = 6;

/// The folder with the run file of each look.
#[derive(Debug)]
pub(super) struct LookFiles(PathBuf);

impl LookFiles {
    /// Creates the folder, which must be new or empty.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let invalid = |problem: String| {
            let shown = path.display().to_string();
            Error::invalid_value("--keep <DIR>", &shown, problem)
        };
        let entries = fs::create_dir_all(path).and_then(|()| fs::read_dir(path));
        match entries.map(|mut entries| entries.next().is_none()) {
            Ok(true) => Ok(Self(path.to_owned())),
            Ok(false) => Err(invalid(
                "expected a new or an empty folder, found files in it (try another one)".into(),
            )),
            Err(error) => Err(invalid(format!("failed to create the folder: {error}"))),
        }
    }

    /// Writes the run file of a look, and returns its path.
    ///
    /// # Errors
    ///
    /// A message for people.
    pub(super) fn write(&self, number: u64, run: &RunFile) -> Result<String, String> {
        let path = self.0.join(format!("look-{number:02}.run.json.zst"));
        let failed = |error: &dyn std::fmt::Display| {
            format!("failed to write the run file {}: {error}", path.display())
        };
        let json = run.to_json().map_err(|error| failed(&error))?;
        let bytes = zstd::bulk::compress(&json, ZSTD_LEVEL).map_err(|error| failed(&error))?;
        let file = LateFile::check(&path, FileMode::Private).map_err(|error| failed(&error))?;
        file.write(&bytes).map_err(|error| failed(&error))?;
        Ok(path.display().to_string())
    }
}
