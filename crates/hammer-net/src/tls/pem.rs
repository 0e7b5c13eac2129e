//! PEM from a file or from a text.

use std::path::PathBuf;
use std::{fmt, fs};

use crate::{Error, ErrorKind};

/// Where certificates or a key are to be found.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum PemSource {
    File(PathBuf),
    Text(Vec<u8>),
}

impl PemSource {
    /// The bytes; `what` is what a message calls them.
    pub(crate) fn read(&self, what: &str) -> Result<Vec<u8>, Error> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::File(path) => fs::read(path).map_err(|cause| {
                let message = format!("the {what} {} can't be read", path.display());
                Error::new(ErrorKind::Certificates, message).with_source(cause)
            }),
        }
    }

    /// What a message calls them: by their file, if it has a name.
    pub(crate) fn describe(&self, what: &str) -> String {
        match self {
            Self::File(path) => format!("the {what} {}", path.display()),
            Self::Text(_) => format!("the given {what}"),
        }
    }
}

/// A text may be a private key.
impl fmt::Debug for PemSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.fmt(f),
            Self::Text(_) => f.write_str("given as text"),
        }
    }
}
