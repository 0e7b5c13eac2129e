mod connect;
mod message;
mod proxy;
mod tls;

use std::fmt;

use self::connect::Connect;
use self::message::Message;
use self::proxy::ProxyOptions;
pub(crate) use self::tls::TlsOptions;
pub use self::tls::TlsVersion;
use crate::lifetime::Lifetime;
use crate::url::{Url, masked};
use crate::{Error, Http};

/// Collects what to send and to whom; [`build`](Self::build) checks it all.
///
/// Defaults: `GET`, no body, connections kept alive, no proxy, the system's certificates trusted,
/// `User-Agent: hammer/VERSION` and `Accept: */*`.
#[must_use = "a builder does nothing until it is built"]
pub struct HttpBuilder {
    url: String,
    connect: Connect,
    proxy: ProxyOptions,
    tls: TlsOptions,
    message: Message,
}

impl HttpBuilder {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            connect: Connect::default(),
            proxy: ProxyOptions::default(),
            tls: TlsOptions::default(),
            message: Message::default(),
        }
    }

    /// Checks everything that can be checked without the target, and makes the hammer.
    ///
    /// # Errors
    ///
    /// If the URL, the method, a header, a proxy or an address is malformed, if `Content-Length`
    /// contradicts the body, if certificates or keys can't be used, or if two options contradict
    /// each other. See [`ErrorKind`](crate::ErrorKind).
    pub fn build(self) -> Result<Http, Error> {
        let url = Url::parse(&self.url)?;
        self.tls.check(url.tls)?;
        let (keepalive, lifetime) = (self.connect.keepalive, self.connect.lifetime);
        let proxies = self.proxy.proxies()?;
        let dialer = self.connect.dialer(proxies, self.tls, &[b"http/1.1"])?;
        let dial = dialer.to(&url)?;
        Ok(Http {
            template: self.message.template(&url, dial.for_proxy(), keepalive)?,
            dial,
            keepalive,
            lifetime: Some(lifetime).filter(|lifetime| *lifetime != Lifetime::default()),
        })
    }
}

impl fmt::Debug for HttpBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpBuilder")
            .field("url", &masked(&self.url))
            .field("connect", &self.connect)
            .field("proxy", &self.proxy)
            .field("tls", &self.tls)
            .field("message", &self.message)
            .finish()
    }
}
