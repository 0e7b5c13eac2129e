//! The proxies that a hammer reaches its target through.

/// A proxy between a hammer and its target.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProxyDescription {
    /// The scheme, host and port, without credentials, such as `http://127.0.0.1:3128`.
    pub url: String,
    /// The variable of the environment that named it, or `None` if a setting did.
    pub variable: Option<String>,
    /// True if it reads the requests and can answer them itself, as opposed to a tunnel.
    pub forwards: bool,
}

impl ProxyDescription {
    /// Describes a proxy that opens a tunnel and that a setting named.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            variable: None,
            forwards: false,
        }
    }

    /// Sets the variable of the environment that named the proxy, if one did.
    #[must_use]
    pub fn variable(mut self, name: impl Into<Option<String>>) -> Self {
        self.variable = name.into();
        self
    }

    /// Sets whether the proxy reads the requests and can answer them itself.
    #[must_use]
    pub fn forwards(mut self, yes: bool) -> Self {
        self.forwards = yes;
        self
    }
}
