//! The error of this crate and its kinds.

use hammer_diagnostic::opaque_error;

opaque_error! {
    /// The reason that connections cannot be opened as configured; names the value and the remedy.
    pub struct Error(ErrorKind);
}

/// The kind of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A host in a URL, or the user and password before it, is malformed.
    Url,
    /// Certificates or a key are missing, unreadable or unusable.
    Certificates,
    /// The TLS options are invalid or contradict each other.
    Tls,
    /// The connection options are invalid or contradict each other.
    Connect,
    /// The proxy is malformed, of an unknown kind, or unusable for the target.
    Proxy,
}
