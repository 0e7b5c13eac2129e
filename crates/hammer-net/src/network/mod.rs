//! What is asked of connections, before there is one.

mod connect;
mod proxy;
mod tls;

use std::time::Duration;

use self::connect::Connect;
use self::proxy::ProxyOptions;
pub(crate) use self::tls::TlsOptions;
pub use self::tls::TlsVersion;
use crate::host::Host;
use crate::{Dialer, Error, Networking, Peer};

/// How connections are made: [`Networking`] has the options.
///
/// Defaults: straight to the addresses of a host, looked up once; no proxy; the system's certificates
/// trusted.
#[derive(Debug, Default)]
#[must_use = "options do nothing until there is a dialer"]
pub struct Network {
    pub(crate) connect: Connect,
    pub(crate) proxy: ProxyOptions,
    pub(crate) tls: TlsOptions,
}

/// Whether TLS is spoken with any peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsUse {
    /// With none; it would be if the URL began with this.
    None {
        /// The scheme of a URL.
        scheme: &'static str,
    },
    /// Perhaps, with a peer that is not known yet.
    Perhaps,
    /// With at least one.
    Certain,
}

impl Network {
    /// What makes connections, whatever they go to. `protocols` are offered in the TLS handshake (ALPN,
    /// RFC 7301), the best first.
    ///
    /// # Errors
    ///
    /// If an option is malformed, if a file can't be read, or if two options contradict each other.
    pub fn dialer(self, tls: TlsUse, protocols: Vec<Vec<u8>>) -> Result<Dialer, Error> {
        self.tls.check(tls)?;
        let proxies = self.proxy.proxies()?;
        self.connect.dialer(proxies, self.tls, protocols)
    }

    /// How long the opening of a connection may take, if that was said.
    #[must_use]
    pub fn connect_limit(&self) -> Option<Duration> {
        self.connect.limit
    }

    /// Whether all options make sense by themselves, whatever the peer will be.
    ///
    /// # Errors
    ///
    /// As [`dialer`](Self::dialer).
    pub fn check(self) -> Result<(), Error> {
        let dialer = self.dialer(TlsUse::Perhaps, vec![])?;
        let nowhere = Peer {
            scheme: "http",
            host: &Host::Name("localhost".into()),
            port: 80,
            tls: false,
            proxy_reads: true,
        };
        dialer.to(&nowhere).map(drop)
    }
}

impl Networking for Network {
    fn network(&mut self) -> &mut Network {
        self
    }
}
