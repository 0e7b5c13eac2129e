use hammer_diagnostic::opaque_error;

use hammer_data::TemplateError;

opaque_error! {
    /// The reason that a hammer for MQTT could not be built; names the value and the remedy.
    pub struct Error(ErrorKind);
}

/// The kind of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The URL is malformed, or of a scheme that is not MQTT's.
    Url,
    /// A topic or a filter is one that no broker takes.
    Topic,
    /// A text is no template; the source is the [`TemplateError`], which knows where.
    Template,
    /// A setting is out of its range.
    Setting,
    /// Settings that do not go together.
    Combination,
    /// Connections can't be made as it was asked for, TLS can't be spoken so, or a certificate or a key
    /// can't be used.
    Network,
}

impl Error {
    /// What is called `what` is no template.
    pub(crate) fn template(what: &str, error: TemplateError) -> Self {
        Self::new(ErrorKind::Template, format!("the {what} is no template")).with_source(error)
    }

    pub(crate) fn url(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Url, message)
    }
}

impl From<hammer_net::Error> for Error {
    fn from(error: hammer_net::Error) -> Self {
        let (_, message, source) = error.into_parts();
        Self {
            kind: ErrorKind::Network,
            message,
            source,
        }
    }
}
