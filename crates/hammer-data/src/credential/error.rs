use std::sync::Arc;
use std::{error, fmt, io};

/// What kind of trouble there is with credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialErrorKind {
    /// A command failed, or a file can't be read.
    Failed,
    /// A command took too long, and was ended.
    TimedOut,
    /// Whoever gives out tokens refused to.
    Refused,
    /// What came is no token.
    Malformed,
    /// There are fewer users than slots.
    TooFewUsers,
}

/// Why there is no credential; reads well after "failed to get a token". It never has a secret in it.
#[derive(Debug, Clone)]
pub struct CredentialError {
    kind: CredentialErrorKind,
    message: String,
    source: Option<Arc<io::Error>>,
}

impl CredentialError {
    /// An error of this kind. `message` is a fragment, and must have no secret in it: it is shown.
    #[must_use]
    pub fn new(kind: CredentialErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    pub(super) fn io(message: impl Into<String>, source: io::Error) -> Self {
        Self {
            source: Some(Arc::new(source)),
            ..Self::new(CredentialErrorKind::Failed, message)
        }
    }

    /// What kind of trouble it is.
    #[must_use]
    pub fn kind(&self) -> CredentialErrorKind {
        self.kind
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for CredentialError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
