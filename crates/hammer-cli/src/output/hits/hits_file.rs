//! The file of a log of hits.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use hammer_files::FileMode;

use super::hits_destination::HitsDestination;

/// The file of a log of hits, which grows while the hits end. It may also be a pipe or a device.
pub(super) struct HitsFile {
    file: File,
    is_regular: bool,
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
        let is_regular = file.metadata()?.is_file();
        Ok(Self {
            file,
            is_regular,
            created,
        })
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

impl HitsDestination for HitsFile {
    fn is_rewritable(&self) -> bool {
        self.is_regular
    }

    fn move_to(&mut self, position: u64) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(position)).map(drop)
    }

    fn cut_back(&mut self, bytes: u64) {
        // The first error matters more than one here.
        let _ = self.is_regular.then(|| self.file.set_len(bytes));
        if let (0, Some(path)) = (bytes, &self.created) {
            let _ = fs::remove_file(path);
        }
    }
}
