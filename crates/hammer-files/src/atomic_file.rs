//! Files that appear under their name only when complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::FileMode;
use crate::path_kind::PathKind;

/// A file that gets its name only when it is [committed](Self::commit).
///
/// Until then it has a temporary name in the same folder, and it is removed if this value is dropped.
/// Pipes and devices are written directly, and so is a file in a folder that this process may not
/// change. A symbolic link is followed, and the file that it points to is replaced.
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
        let path = match PathKind::of(path)? {
            PathKind::Stream => {
                let file = File::options().append(true).open(path)?;
                return Ok(Self { file, names: None });
            }
            PathKind::Named(path) => path,
        };
        match create_temporary(&path, mode) {
            Ok((temporary, file)) => Ok(Self {
                file,
                names: Some((temporary, path)),
            }),
            Err(error) if is_fixed_folder(&error) => {
                // There, a file can only be written in place.
                let existing = File::options().write(true).truncate(true).open(&path);
                let file = existing.map_err(|_| error)?;
                Ok(Self { file, names: None })
            }
            Err(error) => Err(error),
        }
    }

    /// Finds out whether a file can be created in place of `path`, without a change of one that exists.
    pub(crate) fn check(path: &Path, mode: FileMode) -> io::Result<()> {
        let exists = path.is_file();
        if exists {
            File::options().append(true).open(path)?;
        }
        match create_temporary(path, mode) {
            Ok((temporary, _)) => fs::remove_file(temporary),
            Err(error) if exists && is_fixed_folder(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Creates a file that becomes `path`. If there is a file, it is replaced by one with the same
    /// permissions; else the new one has those of `mode`.
    ///
    /// # Errors
    ///
    /// As for [`create`](Self::create), and if the file at `path` is not writable.
    pub(crate) fn replace(path: &Path, mode: FileMode) -> io::Result<Self> {
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
                // A mount point can be written, but not replaced. The same holds for the file of another
                // user in a folder such as /tmp.
                Err(_) if path.is_file() => overwrite(path, temporary)?,
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

/// Creates an empty file in the folder of `path`, so that a rename can replace `path`.
fn create_temporary(path: &Path, mode: FileMode) -> io::Result<(PathBuf, File)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    mode.apply(&mut options);
    loop {
        // A long name plus an ending might be too long.
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!(".hammer-{}-{count}", std::process::id());
        let temporary = path.with_file_name(name);
        match options.open(&temporary) {
            // A process with the same number was killed, perhaps in another container.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            opened => return Ok((temporary, opened?)),
        }
    }
}

/// Returns true if this process may not change the folder, while it may write a file in it.
fn is_fixed_folder(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
    )
}

/// Replaces the bytes of the file at `path` by those of `source`, and keeps its owner and permissions.
fn overwrite(path: &Path, source: &Path) -> io::Result<()> {
    let mut source = File::open(source)?;
    let mut file = File::options().write(true).open(path)?;
    let length = io::copy(&mut source, &mut file)?;
    file.set_len(length)
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

    /// A name that leaves no room for an ending was refused, or the old file was emptied at once.
    #[test]
    fn a_long_name_is_as_good_as_a_short_one_and_a_failure_keeps_the_old_file() {
        let folder = tempfile::tempdir().expect("created");
        for (length, legal) in [(255, true), (256, false)] {
            let path = folder.path().join("r".repeat(length));
            let file = AtomicFile::create(&path, FileMode::Shared).expect("created");
            assert_eq!(file.commit().is_ok(), legal, "{length}");
        }
        let path = folder.path().join("r".repeat(250));
        fs::write(&path, "old").expect("written");
        drop(AtomicFile::create(&path, FileMode::Shared).expect("created"));
        assert_eq!(fs::read(&path).expect("readable"), b"old");
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 2);
    }

    #[test]
    fn only_a_folder_that_may_not_be_changed_lets_a_file_be_emptied() {
        for (kind, fixed) in [
            (ErrorKind::PermissionDenied, true),
            (ErrorKind::ReadOnlyFilesystem, true),
            (ErrorKind::StorageFull, false),
            (ErrorKind::QuotaExceeded, false),
            (ErrorKind::InvalidFilename, false),
        ] {
            assert_eq!(is_fixed_folder(&kind.into()), fixed, "{kind}");
        }
    }

    /// A copy of the permissions, which only the owner may set, failed after the file was emptied.
    #[cfg(unix)]
    #[test]
    fn a_file_that_cannot_be_replaced_gets_the_new_bytes_and_keeps_its_permissions() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().expect("created");
        let [path, source] = ["old", "new"].map(|name| folder.path().join(name));
        fs::write(&path, "a longer text").expect("written");
        fs::write(&source, "a text").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).expect("owned");
        fs::set_permissions(&source, fs::Permissions::from_mode(0o600)).expect("owned");
        overwrite(&path, &source).expect("written");
        assert_eq!(fs::read(&path).expect("readable"), b"a text");
        let mode = fs::metadata(&path).expect("exists").permissions().mode();
        assert_eq!(mode & 0o777, 0o666);
    }
}
