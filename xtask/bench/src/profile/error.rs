use std::path::Path;
use std::{error, fmt, io};

/// Why there is no profile; reads well after "failed to profile: ".
#[derive(Debug)]
pub(crate) struct Error {
    message: String,
    source: Option<io::Error>,
}

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }

    /// For `map_err`: what was to be done with which file or program.
    pub(crate) fn io(verb: &str, what: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let message = format!("{verb} {}", what.as_ref().display());
        move |source| Self {
            message,
            source: Some(source),
        }
    }

    /// The whole chain in one line.
    pub(crate) fn line(&self) -> String {
        match &self.source {
            Some(source) => format!("{}: {source}", self.message),
            None => self.message.clone(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
