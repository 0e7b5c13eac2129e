//! What is asked of connections, before there is one.

mod connect;
mod proxy;
mod tls;

use std::time::Duration;

use self::connect::ConnectOptions;
use self::proxy::ProxyOptions;
pub(crate) use self::tls::TlsOptions;
pub use self::tls::TlsVersion;
use crate::host::UrlHost;
use crate::{ConfigureNetwork, ConnectorFactory, Error, PeerEndpoint};

/// How connections are made: [`ConfigureNetwork`] has the options.
///
/// Defaults: straight to the addresses of a host, looked up once; no proxy; the system's certificates
/// trusted.
#[derive(Debug, Default)]
#[must_use = "options do nothing until there is a dialer"]
pub struct NetworkOptions {
    pub(crate) connect: ConnectOptions,
    pub(crate) proxy: ProxyOptions,
    pub(crate) tls: TlsOptions,
}

/// Whether TLS is spoken with any peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsUse {
    /// With none; it would be if the URL began with this.
    Never {
        /// The scheme of a URL.
        scheme: &'static str,
    },
    /// Perhaps, with a peer that is not known yet.
    Possible,
    /// With at least one.
    Certain,
}

impl NetworkOptions {
    /// What makes connections, whatever they go to. `protocols` are offered in the TLS handshake (ALPN,
    /// RFC 7301), the best first.
    ///
    /// # Errors
    ///
    /// If an option is malformed, if a file can't be read, or if two options contradict each other.
    pub fn connector_factory(
        self,
        tls: TlsUse,
        protocols: Vec<Vec<u8>>,
    ) -> Result<ConnectorFactory, Error> {
        self.tls.check(tls)?;
        let proxies = self.proxy.selector()?;
        self.connect.connector_factory(proxies, self.tls, protocols)
    }

    /// How long the opening of a connection may take, if that was said.
    #[must_use]
    pub fn get_connect_timeout(&self) -> Option<Duration> {
        self.connect.connect_timeout
    }

    /// Whether all options make sense by themselves, whatever the peer will be.
    ///
    /// # Errors
    ///
    /// As [`dialer`](Self::dialer).
    pub fn check(self) -> Result<(), Error> {
        let dialer = self.connector_factory(TlsUse::Possible, vec![])?;
        let nowhere = PeerEndpoint {
            scheme: "http",
            host: &UrlHost::Name("localhost".into()),
            port: 80,
            tls: false,
            proxy_can_forward: true,
        };
        dialer.connector_for(&nowhere).map(drop)
    }
}

impl ConfigureNetwork for NetworkOptions {
    fn network_options(&mut self) -> &mut NetworkOptions {
        self
    }
}
