use std::{error, fmt};

type BoxError = Box<dyn error::Error + Send + Sync>;

/// Why connections can't be made as it was asked for; a fragment that names the value and what would be
/// right.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<BoxError>,
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A host, or what stands before it in a URL, is malformed.
    Url,
    /// Certificates or a key could not be read, there are none, or they can't be used.
    Certificates,
    /// TLS can't be spoken as it was asked for.
    Tls,
    /// Connections can't be made the way that was asked for.
    Connect,
    /// The proxy is malformed, of an unknown kind, or can't be used for this.
    Proxy,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What caused it, for an error that takes the place of this one.
    pub fn take_source(&mut self) -> Option<Box<dyn error::Error + Send + Sync>> {
        self.source.take()
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}
