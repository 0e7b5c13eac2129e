//! The error of building a hammer for HTTP, and its kinds.

use hammer_diagnostic::{Diagnostic, opaque_error};

opaque_error! {
    /// An error of building a hammer for HTTP; its message names the value and the remedy.
    pub struct Error(ErrorKind);
}

/// The kind of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The URL is malformed, or its scheme is neither `http` nor `https`. If a character cannot be sent,
    /// the source is the [`Diagnostic`] with its position.
    Url,
    /// The name or value of a header is malformed, or contradicts the body.
    Header,
    /// The method is not a token, or a hammer cannot send it.
    Method,
    /// A body is malformed, its file cannot be read, or it is given twice.
    Body,
    /// Credentials are malformed, or given twice.
    Credentials,
    /// A targets file is malformed or cannot be read.
    Targets,
    /// An expectation of the response is malformed.
    Expectation,
    /// A template is malformed; the source is the [`Diagnostic`] with the position.
    Template,
    /// A capture is malformed, or no template can use it.
    Capture,
    /// Certificates or a key are missing, unreadable or unusable.
    Certificates,
    /// The TLS options are invalid or contradict each other.
    Tls,
    /// An option is invalid, or the version of HTTP does not support it.
    Protocol,
    /// The connection options are invalid or contradict each other.
    Connect,
    /// The proxy is malformed, of an unknown kind, or unusable for this target.
    Proxy,
}

impl Error {
    pub(crate) fn url(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Url, message)
    }

    /// Reports that a URL has a character that cannot be sent.
    pub(crate) fn url_characters(error: Diagnostic) -> Self {
        Self::url("the URL cannot be sent").with_source(error)
    }

    /// Reports that the text called `name` is not a valid template, without repeating a secret.
    pub(crate) fn template(name: &str, error: Diagnostic, secret: bool) -> Self {
        let message = format!("{name} is not a valid template");
        let source = if secret { error.redacted() } else { error };
        Self::new(ErrorKind::Template, message).with_source(source)
    }
}

impl From<hammer_net::Error> for Error {
    fn from(error: hammer_net::Error) -> Self {
        use hammer_net::ErrorKind as Net;
        let (kind, message, source) = error.into_parts();
        let kind = match kind {
            Net::Certificates => ErrorKind::Certificates,
            Net::Tls => ErrorKind::Tls,
            Net::Proxy => ErrorKind::Proxy,
            Net::Url => ErrorKind::Url,
            _ => ErrorKind::Connect,
        };
        Self {
            kind,
            message,
            source,
        }
    }
}
