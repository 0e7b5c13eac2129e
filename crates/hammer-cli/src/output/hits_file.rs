//! The file of a log of hits.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use hammer_files::FileMode;

/// A destination that can be cut back to the lines that are complete.
pub(super) trait CutBack: Write {
    /// Removes all but the first bytes, if the destination can be cut.
    fn cut_back(&mut self, bytes: u64);
}

/// The file of a log of hits, which grows while the hits end.
pub(super) struct HitsFile {
    file: File,
    /// The path of a file that did not exist before.
    created: Option<PathBuf>,
}

impl HitsFile {
    /// Opens the file, and empties it. Only the owner can read a new file; an old one keeps its
    /// permissions.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = File::options();
        options.write(true).truncate(true);
        let (file, created) = match options.open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                options.create(true);
                FileMode::Private.apply(&mut options);
                (options.open(path)?, Some(path.to_owned()))
            }
            opened => (opened?, None),
        };
        Ok(Self { file, created })
    }
}

impl Write for HitsFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl CutBack for HitsFile {
    fn cut_back(&mut self, bytes: u64) {
        // The first error matters more than one here.
        let is_file = self.file.metadata().is_ok_and(|found| found.is_file());
        let _ = is_file.then(|| self.file.set_len(bytes));
        if let (0, Some(path)) = (bytes, &self.created) {
            let _ = fs::remove_file(path);
        }
    }
}
