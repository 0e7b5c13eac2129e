//! Files that are written at once, long after their place was checked.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::path_kind::PathKind;
use crate::{AtomicFile, FileMode};

/// A place for a file that is [written](Self::write) as a whole later on.
///
/// Until then there is neither a new file nor a temporary one, so that a process that is killed leaves
/// nothing. A pipe or a device is open from the start.
#[derive(Debug)]
pub struct LateFile(Place);

#[derive(Debug)]
enum Place {
    Stream(File),
    Named(PathBuf, FileMode),
}

impl LateFile {
    /// Checks that `path` can be written. A new file will have the permissions `mode`; a file that
    /// exists keeps its own.
    ///
    /// # Errors
    ///
    /// If `path` is a directory, or it or its folder is not writable.
    pub fn check(path: &Path, mode: FileMode) -> io::Result<Self> {
        Ok(Self(match PathKind::of(path)? {
            PathKind::Stream => Place::Stream(File::options().append(true).open(path)?),
            PathKind::Named(path) => {
                AtomicFile::check(&path, mode)?;
                Place::Named(path, mode)
            }
        }))
    }

    /// Writes the file, which appears under its name only when it is complete.
    ///
    /// # Errors
    ///
    /// If it cannot be written. A file that existed before is unchanged then, if its folder is
    /// writable.
    pub fn write(self, bytes: &[u8]) -> io::Result<()> {
        match self.0 {
            Place::Stream(mut file) => file.write_all(bytes),
            Place::Named(path, mode) => {
                let mut file = AtomicFile::replace(&path, mode)?;
                file.write_all(bytes)?;
                file.commit()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A killed run left a temporary file.
    #[test]
    fn until_it_is_written_there_is_no_file_and_an_old_one_is_unchanged() {
        let folder = tempfile::tempdir().expect("created");
        let names = || {
            let entries = fs::read_dir(folder.path()).expect("readable");
            entries.map(|entry| entry.expect("readable").file_name())
        };
        let path = folder.path().join("report.json");
        let new = LateFile::check(&path, FileMode::Private).expect("writable");
        assert_eq!(names().count(), 0);
        new.write(b"first").expect("written");
        let old = LateFile::check(&path, FileMode::Private).expect("writable");
        assert_eq!(fs::read(&path).expect("readable"), b"first");
        old.write(b"2nd").expect("written");
        assert_eq!(fs::read(&path).expect("readable"), b"2nd");
        assert_eq!(names().collect::<Vec<_>>(), ["report.json"]);
    }

    #[test]
    fn a_folder_and_a_missing_folder_are_refused() {
        let folder = tempfile::tempdir().expect("created");
        for path in [folder.path().to_owned(), folder.path().join("none/r.json")] {
            LateFile::check(&path, FileMode::Private).expect_err("not a place");
        }
    }
}
