//! Ways to write a path.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Maximum number of symbolic links to follow.
const MAX_LINKS: usize = 40;

/// The way to write a path.
pub(crate) enum PathKind {
    /// A pipe, a device, or an open file of a process such as `/dev/stdout`.
    Stream,
    /// A file at this path, without symbolic links. It need not exist.
    Named(PathBuf),
}

impl PathKind {
    /// Returns the way to write `path`. Fails if it is a directory.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                let message = "expected a file, found a directory";
                return Err(io::Error::new(ErrorKind::IsADirectory, message));
            }
            Ok(metadata) if !metadata.is_file() => return Ok(Self::Stream),
            _ => {}
        }
        let mut path = path.to_owned();
        for _ in 0..MAX_LINKS {
            if path.starts_with("/proc") || path.starts_with("/dev/fd") {
                return Ok(Self::Stream);
            }
            match fs::symlink_metadata(&path) {
                Ok(metadata) if metadata.is_symlink() => {
                    let target = fs::read_link(&path)?;
                    path = path.parent().unwrap_or(Path::new("")).join(target);
                }
                _ => return Ok(Self::Named(path)),
            }
        }
        Err(io::Error::other("too many symbolic links"))
    }
}
