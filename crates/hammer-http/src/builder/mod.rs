mod address;
mod assembly;
mod connect;
mod expect;
mod message;
mod payload;
mod protocol;
mod proxy;
mod request;
mod tls;

use std::fmt;

use self::connect::Connect;
use self::expect::Expect;
use self::message::Message;
use self::protocol::Protocol;
use self::proxy::ProxyOptions;
pub(crate) use self::tls::TlsOptions;
pub use self::tls::TlsVersion;
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
    connect: Connect,
    proxy: ProxyOptions,
    tls: TlsOptions,
    message: Message,
    expect: Expect,
    protocol: Protocol,
}

impl HttpBuilder {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: Some(url.to_owned()),
            connect: Connect::default(),
            proxy: ProxyOptions::default(),
            tls: TlsOptions::default(),
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
        let lifetime = self.connect.lifetime;
        let mut keeping = Keeping {
            keepalive: self.connect.keepalive,
            lifetime: Some(lifetime).filter(|lifetime| *lifetime != Lifetime::default()),
            sharing: None,
            wants: Wants::default(),
        };
        let to = self.message.addresses(self.url.as_deref())?;
        self.tls
            .check(to.any_tls(), self.message.redirects.is_some())?;
        let proxies = self.proxy.proxies()?;
        let dialer = self
            .connect
            .dialer(proxies, self.tls, self.protocol.version.alpn())?;
        let assembly = self.message.assemble(to, &dialer, keeping.keepalive)?;
        keeping.sharing = self.protocol.sharing(&assembly, &keeping)?;
        let way = assembly.way(self.expect, dialer, keeping)?;
        Ok(Http { way, keeping })
    }
}

impl fmt::Debug for HttpBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpBuilder")
            .field("url", &self.url.as_deref().map(masked))
            .field("connect", &self.connect)
            .field("proxy", &self.proxy)
            .field("tls", &self.tls)
            .field("message", &self.message)
            .field("expect", &self.expect)
            .field("protocol", &self.protocol)
            .finish()
    }
}
