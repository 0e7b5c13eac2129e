mod address;
mod assembly;
mod expect;
mod keep;
mod message;
mod payload;
mod protocol;
mod request;

use std::fmt;

use self::expect::Expect;
use self::keep::Keep;
use self::message::Message;
use self::protocol::Protocol;
use hammer_net::{Network, Networking, TlsUse};

use crate::h2::Wants;
use crate::lifetime::Lifetime;
use crate::link::Keeping;
use crate::url::masked;
use crate::{Error, Http, Targets};

/// Collects what to send and to whom; [`build`](Self::build) checks it all.
///
/// Defaults: `GET`, or `POST` with a body; connections kept alive, no proxy, the system's
/// certificates trusted, redirects not followed, `User-Agent: hammer/VERSION` and `Accept: */*`.
#[must_use = "a builder does nothing until it is built"]
pub struct HttpBuilder {
    url: Option<String>,
    network: Network,
    keep: Keep,
    message: Message,
    expect: Expect,
    protocol: Protocol,
}

impl HttpBuilder {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: Some(url.to_owned()),
            network: Network::default(),
            keep: Keep::default(),
            message: Message::default(),
            expect: Expect::default(),
            protocol: Protocol::default(),
        }
    }

    pub(crate) fn for_targets(targets: Targets) -> Self {
        let mut builder = Self::new("").targets(targets);
        builder.url = None;
        builder
    }

    /// Checks everything that can be checked without the target, and makes the hammer.
    ///
    /// # Errors
    ///
    /// If the URL, the method, a header, a proxy or an address is malformed, if `Content-Length`
    /// contradicts the body, if certificates or keys can't be used, or if two options contradict
    /// each other. See [`ErrorKind`](crate::ErrorKind).
    pub fn build(self) -> Result<Http, Error> {
        let lifetime = self.keep.lifetime;
        let mut keeping = Keeping {
            keepalive: self.keep.keepalive,
            lifetime: Some(lifetime).filter(|lifetime| *lifetime != Lifetime::default()),
            sharing: None,
            wants: Wants::default(),
        };
        let to = self.message.addresses(self.url.as_deref())?;
        self.keep.check()?;
        let tls = match self.message.redirects {
            _ if to.any_tls() => TlsUse::Certain,
            Some(_) => TlsUse::Perhaps,
            None => TlsUse::None { scheme: "https" },
        };
        let protocols = self.protocol.version.alpn();
        let protocols = protocols.iter().map(|name| name.to_vec()).collect();
        let dialer = self.network.dialer(tls, protocols)?;
        let assembly = self.message.assemble(to, &dialer, keeping.keepalive)?;
        keeping.sharing = self.protocol.sharing(&assembly, &keeping)?;
        let way = assembly.way(self.expect, dialer, keeping)?;
        Ok(Http { way, keeping })
    }
}

impl Networking for HttpBuilder {
    fn network(&mut self) -> &mut Network {
        &mut self.network
    }
}

impl fmt::Debug for HttpBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpBuilder")
            .field("url", &self.url.as_deref().map(masked))
            .field("network", &self.network)
            .field("keep", &self.keep)
            .field("message", &self.message)
            .field("expect", &self.expect)
            .field("protocol", &self.protocol)
            .finish()
    }
}
