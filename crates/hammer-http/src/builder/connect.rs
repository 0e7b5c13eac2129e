//! What the builder is told about connections.

use crate::HttpBuilder;
use crate::dial::Dial;
use crate::resolve::Resolve;
use crate::tls::Tls;
use crate::url::Url;

/// How connections are made and kept.
#[derive(Debug)]
pub(crate) struct Connect {
    pub(crate) keepalive: bool,
}

impl Default for Connect {
    fn default() -> Self {
        Self { keepalive: true }
    }
}

impl Connect {
    /// What opens the connections to `url`.
    pub(crate) fn dial(&self, url: &Url, tls: Option<Tls>) -> Dial {
        Dial {
            resolve: Resolve::new(url.host.clone(), url.port),
            tls,
        }
    }
}

impl HttpBuilder {
    /// Whether a slot keeps its connection between hits. If not, a hit opens its own, and the time
    /// for that is part of the hit.
    pub fn keepalive(mut self, yes: bool) -> Self {
        self.connect.keepalive = yes;
        self
    }
}
