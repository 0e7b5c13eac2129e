//! PEM from a file or a text.

use std::fmt;
use std::path::PathBuf;

use hammer_files::InputFile;

use crate::{Error, ErrorKind};

/// The place of certificates or a key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum PemSource {
    File(PathBuf),
    Text(Vec<u8>),
}

impl PemSource {
    /// Reads the PEM, of at most 16 MiB; `label` names its contents in an error.
    pub(crate) fn read(&self, label: &str) -> Result<Vec<u8>, Error> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::File(path) => InputFile::Certificates.read(path).map_err(|cause| {
                let message = format!("cannot read the {label} {}", path.display());
                Error::new(ErrorKind::Certificates, message).with_source(cause)
            }),
        }
    }

    /// Names the PEM in a message, by its path if it has one.
    pub(crate) fn describe(&self, label: &str) -> String {
        match self {
            Self::File(path) => format!("the {label} {}", path.display()),
            Self::Text(_) => format!("the given {label}"),
        }
    }
}

/// Hides texts, which may be private keys.
impl fmt::Debug for PemSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.fmt(f),
            Self::Text(_) => f.write_str("PEM text"),
        }
    }
}
