//! The error of the bench.

use std::path::Path;
use std::{fmt, io};

/// A message for the user, and the exit code.
#[derive(Debug)]
pub(crate) struct Error {
    message: String,
    code: u8,
}

impl Error {
    /// Measuring failed: exit code 1.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 1,
        }
    }

    /// Returns a function for `map_err`: failed to `verb` the file or program `path`. Exit code 1.
    pub(crate) fn io(verb: &str, path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let problem = format!("failed to {verb} {}", path.as_ref().display());
        move |cause| Self::failed(format!("{problem}: {cause}"))
    }

    /// The arguments are invalid: exit code 2.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 2,
        }
    }

    pub(crate) fn exit_code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
