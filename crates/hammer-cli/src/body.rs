use std::fs;
use std::str::FromStr;

/// A payload, from text or from a file: curl's `-d TEXT` and `-d @FILE`, but sent as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body(Vec<u8>);

impl Body {
    /// The bytes to send.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// The text as it is, whatever it begins with.
impl From<String> for Body {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl FromStr for Body {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(path) = text.strip_prefix('@') else {
            return Ok(Self(text.into()));
        };
        fs::read(path).map(Self).map_err(|error| {
            format!("failed to read the file {path:?}: {error}; right would be TEXT or @FILE")
        })
    }
}
