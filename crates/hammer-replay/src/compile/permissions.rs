//! Permissions of a timeline.

use std::fs;
use std::path::PathBuf;

/// Everyone may read and write.
const ALL_READ_WRITE: u32 = 0o666;
/// The owner may read and write.
const OWNER_READ_WRITE: u32 = 0o600;

/// Returns the permissions that all log files have in common, and read and write for the owner. So a
/// timeline is not readable for users who cannot read the logs.
pub(super) fn common_permissions(logs: &[PathBuf]) -> u32 {
    let all = logs.iter().filter_map(mode);
    all.fold(ALL_READ_WRITE, |common, mode| common & mode) | OWNER_READ_WRITE
}

#[cfg(unix)]
fn mode(log: &PathBuf) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(log).ok().filter(fs::Metadata::is_file)?;
    Some(metadata.permissions().mode())
}

#[cfg(not(unix))]
fn mode(log: &PathBuf) -> Option<u32> {
    fs::metadata(log).ok().map(|_| ALL_READ_WRITE)
}
