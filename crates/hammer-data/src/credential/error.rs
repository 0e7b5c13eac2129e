//! Errors of credentials.

use std::sync::Arc;
use std::{error, fmt, io};

/// The kind of a [`CredentialError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialErrorKind {
    /// A command failed, or a file cannot be read.
    Failed,
    /// A command took too long and was killed.
    TimedOut,
    /// The token endpoint refused to issue a token.
    Refused,
    /// The source returned no valid token.
    Malformed,
    /// There are fewer users than slots.
    TooFewUsers,
}

/// The reason that there is no credential. It never contains a secret.
///
/// It can be cloned, since all slots that wait for a token get the same error.
#[derive(Debug, Clone)]
pub struct CredentialError {
    kind: CredentialErrorKind,
    message: String,
    source: Option<Arc<io::Error>>,
}

impl CredentialError {
    /// Creates an error of a kind. `message` is a fragment, and must not contain a secret.
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

    /// Returns the kind of the error.
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
