use hammer_diagnostic::opaque_error;

opaque_error! {
    /// The reason that connections cannot be made as requested; names the value and the remedy.
    pub struct Error(ErrorKind);
}

/// The kind of an [`Error`].
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
