//! How connections are made, whatever they are made to.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::HeaderMap;
use http::header::PROXY_AUTHORIZATION;
use rustls::version::{TLS12, TLS13};
use tokio_rustls::TlsConnector;

use crate::address_family::AllowedFamilies;
use crate::host::UrlHost;
use crate::options::TlsOptions;
use crate::overrides::{ConnectOverride, ResolveOverride};
use crate::peer_connector::{ConnectionRoute, PeerConnector, ProxyMethod, ProxyRoute};
use crate::proxy::{
    HttpTunnel, NoProxyList, ProxyEnvironment, ProxyKind, ProxyServer, SocksTunnel,
};
use crate::resolver::HostResolver;
use crate::source_addresses::SourceAddresses;
use crate::tls::{self, TlsClient, TrustPolicy};
use crate::{Error, ErrorKind};

/// Makes a [`PeerConnector`] for each host that connections go to.
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
    /// What is offered in the TLS handshake, the best first.
    pub(crate) alpn_protocols: Vec<Vec<u8>>,
    /// What connections over TLS share, made when the first target needs it.
    pub(crate) tls_connector: OnceLock<TlsConnector>,
}

/// Whom connections go to.
#[derive(Debug, Clone, Copy)]
pub struct PeerEndpoint<'a> {
    /// The scheme of its URL, by which the environment names proxies.
    pub scheme: &'a str,
    /// Its host.
    pub host: &'a UrlHost,
    /// Its port.
    pub port: u16,
    /// Whether TLS is spoken with it.
    pub tls: bool,
    /// Whether what is sent in clear is HTTP, which a proxy may read; all else takes a tunnel.
    pub proxy_can_forward: bool,
}

/// Which proxy, for whom.
#[derive(Default)]
pub(crate) struct ProxySelector {
    /// The one that was given; it comes before those of the environment.
    pub(crate) explicit: Option<ProxyServer>,
    /// It was said that there is to be none.
    pub(crate) disabled: bool,
    pub(crate) userinfo: Option<String>,
    pub(crate) environment: ProxyEnvironment,
    pub(crate) no_proxy: NoProxyList,
    pub(crate) headers: HeaderMap,
    /// Even what a proxy could read goes through a tunnel.
    pub(crate) always_tunnel: bool,
    pub(crate) trust: TrustPolicy,
    /// What connections over TLS to the proxy itself share.
    pub(crate) tls_connector: OnceLock<TlsConnector>,
}

impl ConnectorFactory {
    /// What opens connections to this peer.
    ///
    /// # Errors
    ///
    /// If there is no way to it as it was asked for: by an address of the wrong family, a proxy that can't
    /// be told its name, or certificates that can't be used.
    pub fn connector_for(&self, peer: &PeerEndpoint<'_>) -> Result<PeerConnector, Error> {
        let tls = if peer.tls {
            Some(TlsClient {
                connector: self.tls_connector()?.clone(),
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
        let elsewhere = mapped.is_some();
        let (host, port) = mapped.unwrap_or_else(|| (peer.host.clone(), peer.port));
        let Some(proxy) = self.proxy_selector.select(peer)? else {
            return Ok(ConnectionRoute::Direct(self.resolver(&host, port)?));
        };
        self.proxy_selector.check_options(&proxy)?;
        let through = match proxy.kind {
            ProxyKind::Socks { remote_dns: false } => {
                ProxyMethod::SocksAddress(SocksTunnel::new(&proxy)?, self.resolver(&host, port)?)
            }
            _ if self
                .resolve_overrides
                .iter()
                .any(|known| known.matches_by_name(&host, port)) =>
            {
                return Err(Error::new(
                    ErrorKind::Connect,
                    format!(
                        "--resolve says where {host} is, and the proxy looks that up itself: use \
                         --connect-to, or a proxy of socks5://"
                    ),
                ));
            }
            ProxyKind::Socks { remote_dns: true } => {
                SocksTunnel::check_host(&host)?;
                ProxyMethod::SocksName(SocksTunnel::new(&proxy)?, host, port)
            }
            // A request names the URL's host, and a tunnel any.
            _ if peer.tls
                || !peer.proxy_can_forward
                || elsewhere
                || self.proxy_selector.always_tunnel =>
            {
                ProxyMethod::Tunnel(HttpTunnel::new(
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
            tls,
            method: through,
        })))
    }

    fn resolver(&self, host: &UrlHost, port: u16) -> Result<HostResolver, Error> {
        let error = |message| Error::new(ErrorKind::Connect, message);
        if let Some(known) = self
            .resolve_overrides
            .iter()
            .find(|known| known.matches(host, port))
        {
            return HostResolver::from_addresses(&known.addresses, port, self.families).ok_or_else(|| {
                error(format!(
                    "no address of {host} that --resolve gives is of the family that is asked for: \
                     leave out {}",
                    self.restricting_flag()
                ))
            });
        }
        if let UrlHost::Address(address) = host
            && !self.families.allows((*address, port).into())
        {
            return Err(error(format!(
                "{address} is not of the family that is asked for: leave out {}",
                self.restricting_flag()
            )));
        }
        let refresh = self.dns_refresh;
        Ok(HostResolver::new(
            host.clone(),
            port,
            self.families,
            refresh,
        ))
    }

    /// The flag that leaves one family only.
    fn restricting_flag(&self) -> &'static str {
        match (self.families, &self.sources) {
            (_, Some(sources)) if sources.families() == self.families => "--interface",
            (AllowedFamilies::Only(family), _) => family.flag(),
            (AllowedFamilies::Both, _) => "the address",
        }
    }

    fn tls_connector(&self) -> Result<&TlsConnector, Error> {
        if let Some(known) = self.tls_connector.get() {
            return Ok(known);
        }
        let config = self.tls.client_config(&self.alpn_protocols)?;
        Ok(self.tls_connector.get_or_init(|| Arc::new(config).into()))
    }
}

impl ProxySelector {
    fn select(&self, peer: &PeerEndpoint<'_>) -> Result<Option<ProxyServer>, Error> {
        if self.disabled || self.no_proxy.matches(peer.host, peer.port) {
            return Ok(None);
        }
        let proxy = match (&self.explicit, self.environment.proxy(peer.scheme)) {
            (Some(given), _) => given.clone(),
            (None, Some((variable, value))) => ProxyServer::parse(value).map_err(|cause| {
                let message = format!(
                    "the variable {variable} can't be used, and --noproxy '*' would do without it"
                );
                Error::new(ErrorKind::Proxy, message).with_source(cause)
            })?,
            (None, None) => return Ok(None),
        };
        match &self.userinfo {
            Some(userinfo) => proxy.with_credentials(userinfo).map(Some),
            None => Ok(Some(proxy)),
        }
    }

    /// Whether everything that is for a proxy is of use to this one.
    fn check_options(&self, proxy: &ProxyServer) -> Result<(), Error> {
        let error = |message| Err(Error::new(ErrorKind::Proxy, message));
        match (proxy.kind, &self.trust) {
            (ProxyKind::Socks { .. }, _) if !self.headers.is_empty() => {
                error("--proxy-header is for HTTP proxies, SOCKS has no headers: leave it out")
            }
            (ProxyKind::Http | ProxyKind::Socks { .. }, TrustPolicy::Pem(_)) => error(
                "--proxy-cacert is for a proxy that speaks TLS itself: its URL should begin with \
                 https://",
            ),
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
        let connector = match self.tls_connector.get() {
            Some(known) => known,
            None => {
                let builder = tls::config_builder(&self.trust, &[&TLS13, &TLS12])?;
                let config = Arc::new(builder.with_no_client_auth());
                self.tls_connector.get_or_init(|| config.into())
            }
        };
        Ok(TlsClient {
            connector: connector.clone(),
            name: tls::server_name(host)?,
        })
    }
}
