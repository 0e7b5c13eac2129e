//! Creates a connector for each peer from the checked network options.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::HeaderMap;
use http::header::PROXY_AUTHORIZATION;
use rustls::ClientConfig;
use rustls::version::{TLS12, TLS13};

use crate::address_family::AllowedFamilies;
use crate::host::UrlHost;
use crate::options::TlsOptions;
use crate::overrides::{ConnectOverride, ResolveOverride};
use crate::peer_connector::{ConnectionRoute, PeerConnector, ProxyMethod, ProxyRoute};
use crate::proxy::{
    HttpConnectRequest, NoProxyList, ProxyEnvironment, ProxyKind, ProxyServer, SocksHandshake,
};
use crate::resolver::HostResolver;
use crate::source_addresses::SourceAddresses;
use crate::tls::{self, TlsClient, TrustPolicy};
use crate::{Error, ErrorKind};

/// Creates a [`PeerConnector`] for each host that connections go to.
pub struct ConnectorFactory {
    pub(crate) families: AllowedFamilies,
    pub(crate) sources: Option<Arc<SourceAddresses>>,
    pub(crate) dns_refresh: Option<Duration>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) connect_overrides: Vec<ConnectOverride>,
    pub(crate) resolve_overrides: Vec<ResolveOverride>,
    pub(crate) unix_socket: Option<PathBuf>,
    pub(crate) proxy_selector: ProxySelector,
    pub(crate) tls: TlsOptions,
    /// The protocols offered in the TLS handshake, best first.
    pub(crate) alpn_protocols: Vec<Vec<u8>>,
    /// The TLS configuration that connections share, made for the first target that needs it.
    pub(crate) tls_config: OnceLock<Arc<ClientConfig>>,
}

/// The peer of a connection, as its URL names it.
#[derive(Debug, Clone, Copy)]
pub struct PeerEndpoint<'a> {
    /// The scheme of the URL; it selects the proxy variable of the environment.
    pub scheme: &'a str,
    /// The host of the URL.
    pub host: &'a UrlHost,
    /// The port of the URL, or the default of its scheme.
    pub port: u16,
    /// True if the peer speaks TLS.
    pub tls: bool,
    /// True if a proxy may forward plain requests (HTTP); other protocols need a tunnel.
    pub proxy_can_forward: bool,
}

/// Selects the proxy for a peer.
#[derive(Default)]
pub(crate) struct ProxySelector {
    /// The configured proxy; it takes precedence over the environment.
    pub(crate) explicit: Option<ProxyServer>,
    /// True if an empty proxy was configured.
    pub(crate) disabled: bool,
    pub(crate) userinfo: Option<String>,
    pub(crate) environment: ProxyEnvironment,
    pub(crate) no_proxy: NoProxyList,
    pub(crate) headers: HeaderMap,
    /// True if plain HTTP uses a tunnel too.
    pub(crate) always_tunnel: bool,
    pub(crate) trust: TrustPolicy,
    /// The TLS configuration that connections to the proxy itself share.
    pub(crate) tls_config: OnceLock<Arc<ClientConfig>>,
}

impl ConnectorFactory {
    /// Creates the connector for a peer.
    ///
    /// # Errors
    ///
    /// If the options contradict the peer: an address of another family, a proxy that cannot take
    /// the host, or unusable certificates.
    pub fn connector_for(&self, peer: &PeerEndpoint<'_>) -> Result<PeerConnector, Error> {
        let tls = if peer.tls {
            Some(TlsClient {
                config: self.tls_config()?.clone(),
                name: self.tls.server_name(peer.host)?,
            })
        } else {
            None
        };
        Ok(PeerConnector {
            route: self.route(peer)?,
            tls,
            sources: self.sources.clone(),
            connect_timeout: self.connect_timeout,
        })
    }

    fn route(&self, peer: &PeerEndpoint<'_>) -> Result<ConnectionRoute, Error> {
        if let Some(path) = &self.unix_socket {
            return Ok(ConnectionRoute::Unix(path.clone()));
        }
        let mapped = self
            .connect_overrides
            .iter()
            .find_map(|map| map.apply(peer.host, peer.port));
        let overridden = mapped.is_some();
        let (host, port) = mapped.unwrap_or_else(|| (peer.host.clone(), peer.port));
        let Some(proxy) = self.proxy_selector.select(peer)? else {
            return Ok(ConnectionRoute::Direct(self.resolver(&host, port)?));
        };
        self.proxy_selector.check_options(&proxy)?;
        let method = match proxy.kind {
            ProxyKind::Socks { remote_dns: false } => {
                ProxyMethod::SocksAddress(SocksHandshake::new(&proxy)?, self.resolver(&host, port)?)
            }
            _ if self
                .resolve_overrides
                .iter()
                .any(|known| known.matches_by_name(&host, port)) =>
            {
                return Err(Error::new(
                    ErrorKind::Connect,
                    format!(
                        "`resolve` for {host} cannot be combined with a proxy that resolves names \
                         itself (try `connect_to`, or a socks5:// proxy)"
                    ),
                ));
            }
            ProxyKind::Socks { remote_dns: true } => {
                SocksHandshake::check_host(&host)?;
                ProxyMethod::SocksName(SocksHandshake::new(&proxy)?, host, port)
            }
            // A forwarded request names the URL's host; a tunnel can lead to any host.
            _ if peer.tls
                || !peer.proxy_can_forward
                || overridden
                || self.proxy_selector.always_tunnel =>
            {
                ProxyMethod::Tunnel(HttpConnectRequest::new(
                    &proxy,
                    &self.proxy_selector.headers,
                    &host,
                    port,
                ))
            }
            _ => ProxyMethod::Forward(self.proxy_selector.forward_headers(&proxy)),
        };
        let tls = match proxy.kind {
            ProxyKind::Https => Some(self.proxy_selector.tls_client(&proxy.host)?),
            _ => None,
        };
        Ok(ConnectionRoute::Proxied(Box::new(ProxyRoute {
            resolver: self.resolver(&proxy.host, proxy.port)?,
            description: proxy.describe(matches!(method, ProxyMethod::Forward(_))),
            tls,
            method,
        })))
    }

    fn resolver(&self, host: &UrlHost, port: u16) -> Result<HostResolver, Error> {
        let error = |message| Error::new(ErrorKind::Connect, message);
        if let Some(known) = self
            .resolve_overrides
            .iter()
            .find(|known| known.matches(host, port))
        {
            let addresses = known.addresses.iter();
            let addresses = addresses.map(|address| address.socket_address(port));
            let addresses: Vec<_> = addresses
                .filter_map(Result::transpose)
                .collect::<Result<_, _>>()?;
            let resolver = HostResolver::from_addresses(host.clone(), &addresses, self.families);
            return resolver.ok_or_else(|| {
                let setting = self.restricting_setting();
                error(format!(
                    "no `resolve` address of {host} is of the family that {setting} selects (try \
                     without {setting})"
                ))
            });
        }
        match host.socket_address(port)? {
            Some(address) => HostResolver::from_addresses(host.clone(), &[address], self.families)
                .ok_or_else(|| {
                    let setting = self.restricting_setting();
                    let address = address.ip();
                    error(format!(
                        "{address} is not of the family that {setting} selects (try without {setting})"
                    ))
                }),
            None => Ok(HostResolver::new(host.clone(), port, self.families, self.dns_refresh)),
        }
    }

    /// The setting that restricts connections to one family.
    fn restricting_setting(&self) -> &'static str {
        match (self.families, &self.sources) {
            (_, Some(sources)) if sources.families() == self.families => "`source`",
            (AllowedFamilies::Only(family), _) => family.setting(),
            (AllowedFamilies::Both, _) => "the address",
        }
    }

    fn tls_config(&self) -> Result<&Arc<ClientConfig>, Error> {
        if let Some(known) = self.tls_config.get() {
            return Ok(known);
        }
        let config = self.tls.client_config(&self.alpn_protocols)?;
        Ok(self.tls_config.get_or_init(|| tls::shared_config(config)))
    }
}

impl ProxySelector {
    fn select(&self, peer: &PeerEndpoint<'_>) -> Result<Option<ProxyServer>, Error> {
        if self.disabled || self.no_proxy.matches(peer.host, peer.port) {
            return Ok(None);
        }
        let proxy = match (&self.explicit, self.environment.proxy(peer.scheme)) {
            (Some(explicit), _) => explicit.clone(),
            (None, Some((variable, value))) => {
                let parsed = ProxyServer::parse(value).map_err(|cause| {
                    let message = format!(
                        "cannot use the variable {variable} (try `no_proxy` '*' to ignore it)"
                    );
                    Error::new(ErrorKind::Proxy, message).with_source(cause)
                });
                parsed?.named_by(variable)
            }
            (None, None) => return Ok(None),
        };
        match &self.userinfo {
            Some(userinfo) => proxy.with_credentials(userinfo).map(Some),
            None => Ok(Some(proxy)),
        }
    }

    /// Refuses proxy options that this proxy cannot use.
    fn check_options(&self, proxy: &ProxyServer) -> Result<(), Error> {
        let error = |message| Err(Error::new(ErrorKind::Proxy, message));
        match (proxy.kind, &self.trust) {
            (ProxyKind::Socks { .. }, _) if !self.headers.is_empty() => {
                error("`proxy_header` cannot be combined with a SOCKS proxy, which has no headers")
            }
            (ProxyKind::Http | ProxyKind::Socks { .. }, TrustPolicy::Pem(_)) => {
                error("`proxy_cacert` needs a proxy that speaks TLS (try an https:// proxy)")
            }
            _ => Ok(()),
        }
    }

    fn forward_headers(&self, proxy: &ProxyServer) -> HeaderMap {
        let mut headers = self.headers.clone();
        if let Some(authorization) = proxy.authorization() {
            headers.insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        headers
    }

    fn tls_client(&self, host: &UrlHost) -> Result<TlsClient, Error> {
        let config = match self.tls_config.get() {
            Some(known) => known,
            None => {
                let builder = tls::config_builder(&self.trust, &[&TLS13, &TLS12])?;
                let config = tls::shared_config(builder.with_no_client_auth());
                self.tls_config.get_or_init(|| config)
            }
        };
        Ok(TlsClient {
            config: config.clone(),
            name: tls::server_name(host)?,
        })
    }
}
