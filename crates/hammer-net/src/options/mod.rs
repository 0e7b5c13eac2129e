//! The options of connections, as the builders collect them.

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

/// The options of connections; [`ConfigureNetwork`] has the setters.
///
/// By default, connections go directly to the addresses of a host, which is looked up once, and
/// trust the system's certificates.
#[derive(Debug, Default)]
#[must_use = "options do nothing until they make a connector factory"]
pub struct NetworkOptions {
    pub(crate) connect: ConnectOptions,
    pub(crate) proxy: ProxyOptions,
    pub(crate) tls: TlsOptions,
}

/// The use of TLS to expect from the peers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedTlsUse {
    /// No peer speaks TLS.
    Never {
        /// The scheme of a URL that would use TLS, for error messages.
        scheme: &'static str,
    },
    /// A peer that is not known yet may speak TLS.
    Possible,
    /// At least one peer speaks TLS.
    Certain,
}

impl NetworkOptions {
    /// Checks the options and creates the factory of connectors.
    ///
    /// `protocols` are offered in the TLS handshake (ALPN, RFC 7301), best first.
    ///
    /// # Errors
    ///
    /// If an option is malformed, a file is unreadable, or two options contradict each other.
    pub fn connector_factory(
        self,
        tls: ExpectedTlsUse,
        protocols: Vec<Vec<u8>>,
    ) -> Result<ConnectorFactory, Error> {
        self.tls.check(tls)?;
        let proxies = self.proxy.selector()?;
        self.connect.connector_factory(proxies, self.tls, protocols)
    }

    /// Returns the limit on the time to open a connection, if there is one.
    #[must_use]
    pub fn get_connect_timeout(&self) -> Option<Duration> {
        self.connect.connect_timeout
    }

    /// Checks the options without a peer.
    ///
    /// # Errors
    ///
    /// The errors of [`connector_factory`](Self::connector_factory).
    pub fn check(self) -> Result<(), Error> {
        let factory = self.connector_factory(ExpectedTlsUse::Possible, vec![])?;
        let peer = PeerEndpoint {
            scheme: "http",
            host: &UrlHost::Name("localhost".into()),
            port: 80,
            tls: false,
            proxy_can_forward: true,
        };
        factory.connector_for(&peer).map(drop)
    }
}

impl ConfigureNetwork for NetworkOptions {
    fn network_options(&mut self) -> &mut NetworkOptions {
        self
    }
}
