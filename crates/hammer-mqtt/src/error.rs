//! The error of a hammer that could not be built.

use hammer_diagnostic::{Diagnostic, opaque_error};

opaque_error! {
    /// The reason that a hammer for MQTT could not be built.
    pub struct Error(ErrorKind);
}

/// The kind of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The URL is malformed, or its scheme is not one of MQTT.
    Url,
    /// A topic or a filter is invalid in MQTT.
    Topic,
    /// A template is malformed; the source is the [`Diagnostic`] with its position.
    Template,
    /// A setting is out of range.
    Setting,
    /// Settings that cannot be combined.
    Combination,
    /// The options for connections, TLS, certificates or keys cannot be used.
    Network,
}

impl Error {
    /// Makes an error about the malformed template `name`.
    pub(crate) fn template(name: &str, error: Diagnostic) -> Self {
        Self::new(
            ErrorKind::Template,
            format!("the {name} is not a valid template"),
        )
        .with_source(error)
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
