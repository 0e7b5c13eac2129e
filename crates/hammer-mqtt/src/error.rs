use std::{error, fmt};

use hammer_data::TemplateError;

type MqttErrorSource = Box<dyn error::Error + Send + Sync>;

/// Why a hammer for MQTT could not be built; a fragment that names the value and what would be
/// right.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<MqttErrorSource>,
}

/// What went wrong.
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
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// What is called `what` is no template.
    pub(crate) fn template(what: &str, error: TemplateError) -> Self {
        Self {
            source: Some(error.into()),
            ..Self::new(ErrorKind::Template, format!("the {what} is no template"))
        }
    }

    pub(crate) fn url(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Url, message)
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl From<hammer_net::Error> for Error {
    fn from(mut error: hammer_net::Error) -> Self {
        Self {
            kind: ErrorKind::Network,
            source: error.take_source(),
            message: error.to_string(),
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
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}
