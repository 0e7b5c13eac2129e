//! PEM from a file or a text.

use std::fmt;
use std::path::PathBuf;

use hammer_diagnostic::printable_path;
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
                let message = format!("cannot read the {label} {}", printable_path(path));
                Error::new(ErrorKind::Certificates, message).with_source(cause)
            }),
        }
    }

    /// Names the PEM in a message, by its path if it has one.
    pub(crate) fn describe(&self, label: &str) -> String {
        match self {
            Self::File(path) => format!("the {label} {}", printable_path(path)),
            Self::Text(_) => format!("the given {label}"),
        }
    }

    /// Returns the error if contents that were read have no certificate in PEM.
    pub(crate) fn no_certificate_error(&self, contents: &[u8], label: &str) -> Error {
        let name = self.describe(label);
        let message = match other_format(contents) {
            Some((format, command)) => {
                format!("{name} is in {format}; expected PEM (try {command})")
            }
            None => format!(
                "no certificate in {name}; expected PEM blocks that begin with -----BEGIN CERTIFICATE-----"
            ),
        };
        Error::new(ErrorKind::Certificates, message)
    }
}

/// Returns the name of a binary format, with the command that converts it to PEM.
pub(super) fn other_format(contents: &[u8]) -> Option<(&'static str, &'static str)> {
    // A sequence (tag 0x30), whose first element tells the formats apart. PKCS #12 begins with the
    // version 3, PKCS #8 with 0 and RSA keys with 0, PKCS #7 with an identifier, certificates with a
    // sequence.
    let [0x30, length, rest @ ..] = contents else {
        return None;
    };
    let longer = match length {
        0x80.. => usize::from(length & 0x7f),
        _ => 0,
    };
    Some(match rest.get(longer..)? {
        [2, 1, 3, ..] => (
            "PKCS #12",
            "openssl pkcs12 -in FILE -nodes -out PEM, with -legacy for old files",
        ),
        [2, 1, 0 | 1, ..] => ("DER", "openssl pkey -inform DER -in FILE -out PEM"),
        [6, ..] => (
            "PKCS #7",
            "openssl pkcs7 -inform DER -in FILE -print_certs -out PEM",
        ),
        [0x30, ..] => ("DER", "openssl x509 -inform DER -in FILE -out PEM"),
        _ => return None,
    })
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
