//! Permissions of a timeline.

use std::fs;
use std::path::PathBuf;

use hammer_files::FileMode;

/// Returns the permissions that all log files have in common, and read and write for the owner. So a
/// timeline is not readable for users who cannot read the logs.
pub(super) fn common_permissions(logs: &[PathBuf]) -> FileMode {
    let all = logs.iter().filter_map(mode);
    let common = all.fold(FileMode::Shared.bits(), |common, mode| common & mode);
    FileMode::AtMost(common | FileMode::Private.bits())
}

#[cfg(unix)]
fn mode(log: &PathBuf) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(log).ok().filter(fs::Metadata::is_file)?;
    Some(metadata.permissions().mode())
}

#[cfg(not(unix))]
fn mode(log: &PathBuf) -> Option<u32> {
    fs::metadata(log).ok().map(|_| FileMode::Shared.bits())
}
