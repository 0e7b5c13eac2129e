use std::fs;
use std::path::Path;
use std::str::FromStr;

/// A payload, from text or from a file: curl's `-d TEXT` and `-d @FILE`, but sent as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PayloadArg(Vec<u8>);

impl PayloadArg {
    /// The text as it is, whatever it begins with. A `From` would be what clap takes.
    pub(crate) fn from_text(text: String) -> Self {
        Self(text.into())
    }

    /// What is in a file.
    pub(crate) fn from_file(path: &Path) -> Result<Self, String> {
        fs::read(path)
            .map(Self)
            .map_err(|error| format!("failed to read the file {path:?}: {error}"))
    }

    /// The bytes to send.
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
        Self::from_file(Path::new(path))
            .map_err(|error| format!("{error}; right would be TEXT or @FILE"))
    }
}
