//! How connections are made, whatever they are made to.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::HeaderMap;
use http::header::PROXY_AUTHORIZATION;
use rustls::version::{TLS12, TLS13};
use tokio_rustls::TlsConnector;

use crate::connect_to::{ConnectTo, KnownHost};
use crate::dial::{Dial, Proxied, Route, Through};
use crate::family::Families;
use crate::host::Host;
use crate::network::TlsOptions;
use crate::proxy::{Bypass, Environment, Kind, Proxy, Socks, Tunnel};
use crate::resolve::Resolve;
use crate::source::Sources;
use crate::tls::{self, Tls, Trust};
use crate::{Error, ErrorKind};

/// Makes a [`Dial`] for each host that connections go to.
pub struct Dialer {
    pub(crate) families: Families,
    pub(crate) sources: Option<Arc<Sources>>,
    pub(crate) refresh: Option<Duration>,
    pub(crate) limit: Option<Duration>,
    pub(crate) connect_to: Vec<ConnectTo>,
    pub(crate) known: Vec<KnownHost>,
    pub(crate) unix: Option<PathBuf>,
    pub(crate) proxies: Proxies,
    pub(crate) tls: TlsOptions,
    /// What is offered in the TLS handshake, the best first.
    pub(crate) protocols: Vec<Vec<u8>>,
    /// What connections over TLS share, made when the first target needs it.
    pub(crate) connector: OnceLock<TlsConnector>,
}

/// Whom connections go to.
#[derive(Debug, Clone, Copy)]
pub struct Peer<'a> {
    /// The scheme of its URL, by which the environment names proxies.
    pub scheme: &'a str,
    /// Its host.
    pub host: &'a Host,
    /// Its port.
    pub port: u16,
    /// Whether TLS is spoken with it.
    pub tls: bool,
    /// Whether what is sent in clear is HTTP, which a proxy may read; all else takes a tunnel.
    pub proxy_reads: bool,
}

/// Which proxy, for whom.
#[derive(Default)]
pub(crate) struct Proxies {
    /// The one that was given; it comes before those of the environment.
    pub(crate) given: Option<Proxy>,
    /// It was said that there is to be none.
    pub(crate) none: bool,
    pub(crate) userinfo: Option<String>,
    pub(crate) environment: Environment,
    pub(crate) bypass: Bypass,
    pub(crate) headers: HeaderMap,
    /// Even what a proxy could read goes through a tunnel.
    pub(crate) always_tunnel: bool,
    pub(crate) trust: Trust,
    /// What connections over TLS to the proxy itself share.
    pub(crate) connector: OnceLock<TlsConnector>,
}

impl Dialer {
    /// What opens connections to this peer.
    ///
    /// # Errors
    ///
    /// If there is no way to it as it was asked for: by an address of the wrong family, a proxy that can't
    /// be told its name, or certificates that can't be used.
    pub fn to(&self, peer: &Peer<'_>) -> Result<Dial, Error> {
        let tls = if peer.tls {
            Some(Tls {
                connector: self.connector()?.clone(),
                name: self.tls.server_name(peer.host)?,
            })
        } else {
            None
        };
        Ok(Dial {
            route: self.route(peer)?,
            tls,
            sources: self.sources.clone(),
            limit: self.limit,
        })
    }

    fn route(&self, peer: &Peer<'_>) -> Result<Route, Error> {
        if let Some(path) = &self.unix {
            return Ok(Route::Unix(path.clone()));
        }
        let mapped = self
            .connect_to
            .iter()
            .find_map(|map| map.applied(peer.host, peer.port));
        let elsewhere = mapped.is_some();
        let (host, port) = mapped.unwrap_or_else(|| (peer.host.clone(), peer.port));
        let Some(proxy) = self.proxies.proxy(peer)? else {
            return Ok(Route::Straight(self.resolve(&host, port)?));
        };
        self.proxies.fit(&proxy)?;
        let through = match proxy.kind {
            Kind::Socks { looks_up: false } => {
                Through::Address(Socks::new(&proxy)?, self.resolve(&host, port)?)
            }
            _ if self.known.iter().any(|known| known.names(&host, port)) => {
                return Err(Error::new(
                    ErrorKind::Connect,
                    format!(
                        "--resolve says where {host} is, and the proxy looks that up itself: use \
                         --connect-to, or a proxy of socks5://"
                    ),
                ));
            }
            Kind::Socks { looks_up: true } => {
                Socks::fits(&host)?;
                Through::Name(Socks::new(&proxy)?, host, port)
            }
            // A request names the URL's host, and a tunnel any.
            _ if peer.tls || !peer.proxy_reads || elsewhere || self.proxies.always_tunnel => {
                Through::Tunnel(Tunnel::new(&proxy, &self.proxies.headers, &host, port))
            }
            _ => Through::Requests(self.proxies.request_headers(&proxy)),
        };
        let tls = match proxy.kind {
            Kind::Https => Some(self.proxies.tls(&proxy.host)?),
            _ => None,
        };
        Ok(Route::Proxied(Box::new(Proxied {
            hop: self.resolve(&proxy.host, proxy.port)?,
            tls,
            through,
        })))
    }

    fn resolve(&self, host: &Host, port: u16) -> Result<Resolve, Error> {
        let error = |message| Error::new(ErrorKind::Connect, message);
        if let Some(known) = self.known.iter().find(|known| known.is(host, port)) {
            return Resolve::given(&known.addresses, port, self.families).ok_or_else(|| {
                error(format!(
                    "no address of {host} that --resolve gives is of the family that is asked for: \
                     leave out {}",
                    self.of_family()
                ))
            });
        }
        if let Host::Address(address) = host
            && !self.families.allows((*address, port).into())
        {
            return Err(error(format!(
                "{address} is not of the family that is asked for: leave out {}",
                self.of_family()
            )));
        }
        let refresh = self.refresh;
        Ok(Resolve::new(host.clone(), port, self.families, refresh))
    }

    /// The flag that leaves one family only.
    fn of_family(&self) -> &'static str {
        match (self.families, &self.sources) {
            (_, Some(sources)) if sources.families() == self.families => "--interface",
            (Families::Only(family), _) => family.flag(),
            (Families::Both, _) => "the address",
        }
    }

    fn connector(&self) -> Result<&TlsConnector, Error> {
        if let Some(known) = self.connector.get() {
            return Ok(known);
        }
        let config = self.tls.config(&self.protocols)?;
        Ok(self.connector.get_or_init(|| Arc::new(config).into()))
    }
}

impl Proxies {
    fn proxy(&self, peer: &Peer<'_>) -> Result<Option<Proxy>, Error> {
        if self.none || self.bypass.has(peer.host, peer.port) {
            return Ok(None);
        }
        let proxy = match (&self.given, self.environment.proxy(peer.scheme)) {
            (Some(given), _) => given.clone(),
            (None, Some((variable, value))) => Proxy::parse(value).map_err(|cause| {
                let message = format!(
                    "the variable {variable} can't be used, and --noproxy '*' would do without it"
                );
                Error::new(ErrorKind::Proxy, message).because(cause)
            })?,
            (None, None) => return Ok(None),
        };
        match &self.userinfo {
            Some(userinfo) => proxy.with_credentials(userinfo).map(Some),
            None => Ok(Some(proxy)),
        }
    }

    /// Whether everything that is for a proxy is of use to this one.
    fn fit(&self, proxy: &Proxy) -> Result<(), Error> {
        let error = |message| Err(Error::new(ErrorKind::Proxy, message));
        match (proxy.kind, &self.trust) {
            (Kind::Socks { .. }, _) if !self.headers.is_empty() => {
                error("--proxy-header is for HTTP proxies, SOCKS has no headers: leave it out")
            }
            (Kind::Http | Kind::Socks { .. }, Trust::Given(_)) => error(
                "--proxy-cacert is for a proxy that speaks TLS itself: its URL should begin with \
                 https://",
            ),
            _ => Ok(()),
        }
    }

    fn request_headers(&self, proxy: &Proxy) -> HeaderMap {
        let mut headers = self.headers.clone();
        if let Some(authorization) = proxy.authorization() {
            headers.insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        headers
    }

    fn tls(&self, host: &Host) -> Result<Tls, Error> {
        let connector = match self.connector.get() {
            Some(known) => known,
            None => {
                let builder = tls::trusting(&self.trust, &[&TLS13, &TLS12])?;
                let config = Arc::new(builder.with_no_client_auth());
                self.connector.get_or_init(|| config.into())
            }
        };
        Ok(Tls {
            connector: connector.clone(),
            name: tls::server_name(host)?,
        })
    }
}
