//! Payloads from text or from a file.

use std::path::Path;
use std::str::FromStr;

use hammer_files::InputFile;

/// A payload from `TEXT` or `@FILE`, as for curl's `-d`, but sent unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PayloadArg(Vec<u8>);

impl PayloadArg {
    /// Creates a payload from text that may start with `@`. Clap would use a `From` instead of `FromStr`.
    pub(crate) fn from_text(text: String) -> Self {
        Self(text.into())
    }

    /// Reads a payload from a file of at most 256 MiB.
    pub(crate) fn from_file(path: &Path) -> Result<Self, String> {
        InputFile::Body
            .read(path)
            .map(Self)
            .map_err(|error| format!("failed to read the file {path:?}: {error}"))
    }

    /// Returns the bytes to send.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl FromStr for PayloadArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(path) = text.strip_prefix('@') else {
            return Ok(Self(text.into()));
        };
        Self::from_file(Path::new(path)).map_err(|error| format!("{error} (try TEXT or @FILE)"))
    }
}
