use hammer_diagnostic::opaque_error;

use hammer_data::TemplateError;

opaque_error! {
    /// The reason that a hammer for HTTP could not be built; names the value and the remedy.
    pub struct Error(ErrorKind);
}

/// The kind of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The URL is malformed, or of a scheme other than `http` and `https`.
    Url,
    /// The name or value of a header is malformed, or contradicts the body.
    Header,
    /// The method is not a token, or one that a hammer can't send.
    Method,
    /// A body is malformed, its file can't be read, or two flags both say what it is.
    Body,
    /// Credentials are malformed, or given twice.
    Credentials,
    /// A file of targets is malformed, or can't be read.
    Targets,
    /// What is expected of an answer is malformed.
    Expectation,
    /// A text is no template; the source is the [`TemplateError`], which knows where.
    Template,
    /// A capture is malformed, or no template could use it.
    Capture,
    /// Certificates or a key could not be read, there are none, or they can't be used.
    Certificates,
    /// TLS can't be spoken as it was asked for.
    Tls,
    /// Something was asked for that the version of HTTP does not know, or that none can do.
    Protocol,
    /// Connections can't be made the way that was asked for.
    Connect,
    /// The proxy is malformed, of an unknown kind, or can't be used for this.
    Proxy,
}

impl Error {
    pub(crate) fn url(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Url, message)
    }

    /// `of` is no template. Nothing is kept of what may be a secret.
    pub(crate) fn template(of: &str, error: TemplateError, secret: bool) -> Self {
        let wrong = Self::new(ErrorKind::Template, format!("{of} is no template"));
        wrong.with_source(if secret { error.redacted() } else { error })
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
