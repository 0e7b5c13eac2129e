//! The proxies between the generator and the target.

use serde::{Deserialize, Serialize};

use crate::model::proxy_description::ProxyDescription;

/// A proxy that hits go through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProxyReport {
    /// The scheme, host and port, without credentials, such as `http://127.0.0.1:3128`.
    pub url: String,
    /// The variable of the environment that named it, or `None` if a setting did.
    #[serde(default)]
    pub variable: Option<String>,
    /// True if it reads the requests, so that an answer can be its own, as opposed to a tunnel.
    #[serde(default)]
    pub forwards: bool,
}

impl From<ProxyDescription> for ProxyReport {
    fn from(proxy: ProxyDescription) -> Self {
        Self {
            url: proxy.url,
            variable: proxy.variable,
            forwards: proxy.forwards,
        }
    }
}
