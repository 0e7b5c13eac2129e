use std::path::Path;
use std::{fmt, io};

/// Why the bench could not do what it was asked to, and the exit code that says so.
#[derive(Debug)]
pub(crate) struct Error {
    message: String,
    code: u8,
}

impl Error {
    /// Something went wrong while measuring: exit code 1.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 1,
        }
    }

    /// For `map_err`: what failed to be done with which file or program. Exit code 1.
    pub(crate) fn io(verb: &str, what: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let what = format!("failed to {verb} {}", what.as_ref().display());
        move |cause| Self::failed(format!("{what}: {cause}"))
    }

    /// The command line asks for what does not exist: exit code 2.
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
