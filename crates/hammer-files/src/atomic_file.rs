//! Files that appear under their name only when complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::FileMode;

/// Maximum number of symbolic links to follow.
const MAX_LINKS: usize = 40;

/// A file that gets its name only when it is [committed](Self::commit).
///
/// Until then it has a temporary name in the same folder, and it is removed if this value is dropped.
/// Pipes and devices are written directly, and so is a file in a folder that is not writable. A symbolic
/// link is followed, and the file that it points to is replaced.
#[derive(Debug)]
pub struct AtomicFile {
    file: File,
    /// The temporary name and the final one, or `None` if the file is written directly.
    names: Option<(PathBuf, PathBuf)>,
}

impl AtomicFile {
    /// Creates a file that becomes `path`, with these permissions.
    ///
    /// # Errors
    ///
    /// If `path` is a directory, or its folder is not writable.
    pub fn create(path: &Path, mode: FileMode) -> io::Result<Self> {
        let path = match place_of(path)? {
            FilePlace::Direct => {
                let file = File::options().append(true).open(path)?;
                return Ok(Self { file, names: None });
            }
            FilePlace::Named(path) => path,
        };
        let temporary = temporary_path(&path);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        mode.apply(&mut options);
        match options.open(&temporary) {
            Ok(file) => Ok(Self {
                file,
                names: Some((temporary, path)),
            }),
            Err(error) => {
                // In a folder that is not writable, a file can only be written in place.
                let existing = File::options().write(true).truncate(true).open(&path);
                let file = existing.map_err(|_| error)?;
                Ok(Self { file, names: None })
            }
        }
    }

    /// Creates a file that becomes `path`. If there is a file, it is replaced by one with the same
    /// permissions; else the new one has those of `mode`.
    ///
    /// # Errors
    ///
    /// As for [`create`](Self::create), and if the file at `path` is not writable.
    pub fn replace(path: &Path, mode: FileMode) -> io::Result<Self> {
        let new = Self::create(path, mode)?;
        let old = fs::metadata(path).ok().filter(fs::Metadata::is_file);
        if old.is_some() {
            File::options().append(true).open(path)?;
        }
        if let (Some(old), Some(_)) = (old, &new.names) {
            new.file.set_permissions(old.permissions())?;
        }
        Ok(new)
    }

    /// Returns another handle of the file, which shares its position.
    ///
    /// # Errors
    ///
    /// If the system has no handle left.
    pub fn handle(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Opens what was written so far, from its start. `None` if the file is written directly.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened.
    pub fn reopen(&self) -> io::Result<Option<File>> {
        let names = self.names.as_ref();
        names
            .map(|(temporary, _)| File::open(temporary))
            .transpose()
    }

    /// Gives the file its name.
    ///
    /// # Errors
    ///
    /// If the file cannot be renamed, nor copied to its name. It is removed then.
    pub fn commit(mut self) -> io::Result<()> {
        self.file.flush()?;
        if let Some((temporary, path)) = &self.names {
            match fs::rename(temporary, path) {
                Ok(()) => self.names = None,
                // A mount point can be written, but not replaced.
                Err(_) if path.is_file() => {
                    fs::copy(temporary, path)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some((temporary, _)) = &self.names {
            // An earlier error matters more than a file that is left over.
            let _ = fs::remove_file(temporary);
        }
    }
}

/// The way to write a path.
enum FilePlace {
    /// A pipe, a device, or an open file of a process such as `/dev/stdout`.
    Direct,
    /// A file at this path, without symbolic links. It need not exist.
    Named(PathBuf),
}

/// Returns the way to write `path`. Fails if it is a directory.
fn place_of(path: &Path) -> io::Result<FilePlace> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            let message = "expected a file, found a directory";
            return Err(io::Error::new(ErrorKind::IsADirectory, message));
        }
        Ok(metadata) if !metadata.is_file() => return Ok(FilePlace::Direct),
        _ => {}
    }
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        if path.starts_with("/proc") || path.starts_with("/dev/fd") {
            return Ok(FilePlace::Direct);
        }
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => {
                let target = fs::read_link(&path)?;
                path = path.parent().unwrap_or(Path::new("")).join(target);
            }
            _ => return Ok(FilePlace::Named(path)),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// Returns an unused name in the same folder, so that a rename can replace `path`.
fn temporary_path(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}-{count}", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_when_it_is_committed_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().expect("created");
        let path = folder.path().join("report.json");
        let names = || {
            let entries = fs::read_dir(folder.path()).expect("readable");
            entries.map(|entry| entry.expect("readable").file_name())
        };
        let mut dropped = AtomicFile::create(&path, FileMode::Shared).expect("created");
        dropped.write_all(b"half").expect("written");
        assert!(!path.exists());
        drop(dropped);
        assert_eq!(names().count(), 0);
        let mut file = AtomicFile::create(&path, FileMode::Shared).expect("created");
        file.write_all(b"whole").expect("written");
        file.commit().expect("renamed");
        assert_eq!(fs::read(&path).expect("readable"), b"whole");
        assert_eq!(names().collect::<Vec<_>>(), ["report.json"]);
        assert!(AtomicFile::create(folder.path(), FileMode::Shared).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_is_private_and_an_old_one_keeps_its_permissions() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().expect("created");
        let path = folder.path().join("report.json");
        let mode = || fs::metadata(&path).expect("exists").permissions().mode() & 0o777;
        let replace = || {
            let file = AtomicFile::replace(&path, FileMode::Private).expect("created");
            file.commit().expect("renamed");
        };
        replace();
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("owned");
        replace();
        assert_eq!(mode(), 0o640);
    }
}
