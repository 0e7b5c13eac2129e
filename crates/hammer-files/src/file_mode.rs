//! Permissions of new files.

use std::fs::OpenOptions;

/// The Unix permissions of a new file, before the umask. Other systems ignore them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileMode {
    /// For everyone, as most programs do: 0666.
    Shared,
    /// For the owner alone: 0600.
    Private,
    /// At most these permissions.
    AtMost(u32),
}

impl FileMode {
    /// Returns the bits of the permissions.
    #[must_use]
    pub fn bits(self) -> u32 {
        match self {
            Self::Shared => 0o666,
            Self::Private => 0o600,
            Self::AtMost(bits) => bits,
        }
    }

    /// Sets the permissions of a file that `options` create.
    pub fn apply(self, options: &mut OpenOptions) {
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(options, self.bits());
        #[cfg(not(unix))]
        let _ = options;
    }
}
