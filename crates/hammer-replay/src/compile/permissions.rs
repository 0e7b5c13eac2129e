use std::fs;
use std::path::PathBuf;

/// Who may read a file, and write to it, of all.
const ALL_READ_WRITE: u32 = 0o666;
/// The one who makes a timeline, and would not be able to read it.
const OWNER_READ_WRITE: u32 = 0o600;

/// What everybody may do with all of `logs` that are files, as the system writes permissions: what is
/// in a log is not shown to others by its timeline.
pub(super) fn common_permissions(logs: &[PathBuf]) -> u32 {
    let all = logs.iter().filter_map(mode);
    all.fold(ALL_READ_WRITE, |common, mode| common & mode) | OWNER_READ_WRITE
}

#[cfg(unix)]
fn mode(log: &PathBuf) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let found = fs::metadata(log).ok().filter(fs::Metadata::is_file)?;
    Some(found.permissions().mode())
}

#[cfg(not(unix))]
fn mode(log: &PathBuf) -> Option<u32> {
    fs::metadata(log).ok().map(|_| ALL_READ_WRITE)
}
