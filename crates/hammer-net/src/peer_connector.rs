//! Opens connections to one host and port.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hammer_core::{Failure, Peer, ProxyDescription, Slot};
use http::HeaderMap;

use crate::address_order::FirstAddress;
use crate::failures;
use crate::host::UrlHost;
use crate::opening_step::OpeningStep;
use crate::proxy::{self, HttpConnectRequest, ProxyUse, SocksHandshake};
use crate::resolver::HostResolver;
use crate::source_addresses::SourceAddresses;
use crate::stream::{ConnectedSocket, CountingSocket, NetworkStream, SocketTraffic, StreamLayers};
use crate::tcp_connection::open_tcp;
use crate::tls::{self, TlsClient, TlsStream};

/// Opens connections to one host and port, as the options say.
pub struct PeerConnector {
    pub(crate) route: ConnectionRoute,
    pub(crate) tls: Option<TlsClient>,
    pub(crate) sources: Option<Arc<SourceAddresses>>,
    /// The limit on the time to open a connection.
    pub(crate) connect_timeout: Option<Duration>,
}

/// The route of bytes to the target.
pub(crate) enum ConnectionRoute {
    Direct(HostResolver),
    Unix(PathBuf),
    Proxied(Box<ProxyRoute>),
}

/// The route through a proxy.
pub(crate) struct ProxyRoute {
    /// The proxy's own addresses.
    pub(crate) resolver: HostResolver,
    pub(crate) description: ProxyDescription,
    /// TLS with the proxy itself.
    pub(crate) tls: Option<TlsClient>,
    pub(crate) method: ProxyMethod,
}

/// The method by which a proxy reaches the target.
pub(crate) enum ProxyMethod {
    /// It forwards the requests, which name the target in full and carry these headers.
    Forward(HeaderMap),
    Tunnel(HttpConnectRequest),
    /// SOCKS, with the target's address.
    SocksAddress(SocksHandshake, HostResolver),
    /// SOCKS, with the target's name.
    SocksName(SocksHandshake, UrlHost, u16),
}

/// An open connection that has not been used yet.
#[derive(Debug)]
pub struct OpenedConnection {
    /// The bytes to and from the peer.
    pub stream: NetworkStream,
    /// The count of bytes on the socket.
    pub traffic: Rc<SocketTraffic>,
    /// The address at the other end, which may be that of a proxy; `None` for a Unix socket.
    pub peer: Option<Peer>,
}

impl PeerConnector {
    /// Opens a connection and marks its phases: `lookup`, `connect`, `proxy`, `tls`.
    ///
    /// If the host has several addresses, `first` chooses the one to begin with. The next one is tried
    /// 250 ms later, or at once after a failure, and the first connection wins (RFC 8305). The
    /// attempts, and the address of the hit, are noted in the slot; behind a proxy, the addresses are
    /// those of the proxy.
    ///
    /// # Errors
    ///
    /// The failures of the system, `name_not_resolved`, `no_address_of_family`, `no_socket`, those of
    /// TLS, which begin with `tls_`, and those of proxies, which begin with `proxy_` or `socks_`. If the
    /// limit is over, the failure names the step that hung: `lookup_timeout`, `connect_timeout`,
    /// `tls_timeout`, and with a proxy `proxy_lookup_timeout`, `proxy_connect_timeout`,
    /// `proxy_tls_timeout`, `proxy_timeout` (CONNECT) or `socks_timeout`. A timeout of the hit itself
    /// gets the same names ([`Slot::begin_step`]).
    pub async fn open(
        &self,
        slot: &Slot,
        first: FirstAddress,
    ) -> Result<OpenedConnection, Failure> {
        // Not empty if the slot waited for an opening that another slot gave up.
        let steps_before = slot.step_times();
        // Boxed to keep the future of a hit small: most hits open no connection.
        let opening = Box::pin(self.open_without_timeout(slot, first));
        let opened = match self.connect_timeout {
            None => opening.await,
            Some(limit) => {
                let opened = tokio::time::timeout(limit, opening).await;
                let hung = || slot.timeout_failure().unwrap_or(Failure::CONNECT_TIMEOUT);
                opened.unwrap_or_else(|_| Err(hung()))
            }
        };
        slot.set_step_times(steps_before);
        opened
    }

    /// Returns true if the target speaks TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// Returns the number of local addresses that connections are spread over, each with local ports
    /// of its own; 0 for a Unix socket, which needs no port.
    #[must_use]
    pub fn local_addresses(&self) -> u64 {
        match (&self.route, &self.sources) {
            (ConnectionRoute::Unix(_), _) => 0,
            (_, Some(sources)) => sources.address_count() as u64,
            (_, None) => 1,
        }
    }

    /// Returns the proxy that connections go through, if there is one.
    #[must_use]
    pub fn proxy(&self) -> Option<&ProxyDescription> {
        match &self.route {
            ConnectionRoute::Proxied(route) => Some(&route.description),
            _ => None,
        }
    }

    /// Returns the headers for a proxy that forwards requests, if there is one.
    ///
    /// Requests must then name the target in full.
    #[must_use]
    pub fn forward_proxy_headers(&self) -> Option<&HeaderMap> {
        match &self.route {
            ConnectionRoute::Proxied(route) => match &route.method {
                ProxyMethod::Forward(headers) => Some(headers),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the failure if a response with this status is not the target's, but that of a proxy which
    /// forwards requests.
    ///
    /// `open` reports the answers of other proxies.
    #[must_use]
    pub fn forward_proxy_failure(&self, status: u16) -> Option<Failure> {
        self.forward_proxy_headers()?;
        proxy::status_failure(status, ProxyUse::Forward)
    }

    /// Returns the number of addresses that connections take turns with; 0 before the first lookup,
    /// and for a Unix socket.
    #[must_use]
    pub fn address_count(&self) -> usize {
        match &self.route {
            ConnectionRoute::Direct(resolver) => resolver.address_count(),
            ConnectionRoute::Unix(_) => 0,
            ConnectionRoute::Proxied(proxy) => proxy.resolver.address_count(),
        }
    }

    async fn open_without_timeout(
        &self,
        slot: &Slot,
        first: FirstAddress,
    ) -> Result<OpenedConnection, Failure> {
        let (stream, traffic) = match &self.route {
            ConnectionRoute::Proxied(proxy) => self.open_proxied(proxy, first, slot).await?,
            ConnectionRoute::Direct(resolver) => {
                OpeningStep::Lookup.begin(slot);
                let candidates = resolver.candidates(slot, first).await?;
                OpeningStep::Connect.begin(slot);
                let socket = open_tcp(candidates, self.sources.as_deref(), slot).await?;
                self.wrap_direct(ConnectedSocket::Tcp(socket), slot).await?
            }
            ConnectionRoute::Unix(path) => {
                OpeningStep::Connect.begin(slot);
                let socket = connect_unix(path).await?;
                self.wrap_direct(socket, slot).await?
            }
        };
        Ok(OpenedConnection {
            stream,
            traffic,
            peer: slot.current_peer(),
        })
    }

    async fn wrap_direct(
        &self,
        socket: ConnectedSocket,
        slot: &Slot,
    ) -> Result<(NetworkStream, Rc<SocketTraffic>), Failure> {
        slot.mark("connect");
        let (socket, traffic) = CountingSocket::new(socket);
        Ok((self.wrap_tls(socket, slot).await?, traffic))
    }

    /// Opens the connection through a proxy.
    ///
    /// A SOCKS proxy that gets addresses is asked for the next one if it cannot reach the first.
    async fn open_proxied(
        &self,
        proxy: &ProxyRoute,
        first: FirstAddress,
        slot: &Slot,
    ) -> Result<(NetworkStream, Rc<SocketTraffic>), Failure> {
        let ProxyMethod::SocksAddress(socks, resolver) = &proxy.method else {
            return self.open_through_proxy(proxy, None, first, slot).await;
        };
        OpeningStep::Lookup.begin(slot);
        let targets = resolver.candidates(slot, first).await?;
        let mut next = Some(targets.first);
        let mut others = targets.others.into_iter();
        let mut failure = failures::NAME_NOT_RESOLVED;
        while let Some(target) = next {
            let way = Some((socks, target));
            match self.open_through_proxy(proxy, way, first, slot).await {
                Err(refusal) if failures::is_about_socks_target(refusal) => failure = refusal,
                opened => return opened,
            }
            next = others.next();
        }
        Err(failure)
    }

    /// Connects to the proxy, opens the way through it, then TLS with the target if it speaks TLS.
    async fn open_through_proxy(
        &self,
        proxy: &ProxyRoute,
        socks_target: Option<(&SocksHandshake, SocketAddr)>,
        first: FirstAddress,
        slot: &Slot,
    ) -> Result<(NetworkStream, Rc<SocketTraffic>), Failure> {
        let connecting = async {
            OpeningStep::ProxyLookup.begin(slot);
            let candidates = proxy.resolver.candidates(slot, first).await?;
            OpeningStep::ProxyConnect.begin(slot);
            open_tcp(candidates, self.sources.as_deref(), slot).await
        };
        let socket = connecting.await.map_err(failures::proxy_failure)?;
        slot.mark("connect");
        let (mut socket, traffic) = CountingSocket::new(ConnectedSocket::Tcp(socket));
        let Some(tls) = &proxy.tls else {
            traverse_proxy(&proxy.method, socks_target, &mut socket, slot).await?;
            return Ok((self.wrap_tls(socket, slot).await?, traffic));
        };
        OpeningStep::ProxyTls.begin(slot);
        let handshake = tls_handshake(tls, socket).await;
        let mut outer = handshake.map_err(failures::proxy_failure)?;
        traverse_proxy(&proxy.method, socks_target, &mut outer, slot).await?;
        let layers = match &self.tls {
            None => StreamLayers::Tls(Box::new(outer)),
            Some(tls) => {
                OpeningStep::Tls.begin(slot);
                let stream = tls_handshake(tls, Box::new(outer)).await?;
                tls::record_handshake(slot, stream.handshake_facts());
                slot.mark("tls");
                StreamLayers::Nested(Box::new(stream))
            }
        };
        Ok((NetworkStream(layers), traffic))
    }

    async fn wrap_tls(
        &self,
        socket: CountingSocket,
        slot: &Slot,
    ) -> Result<NetworkStream, Failure> {
        let Some(tls) = &self.tls else {
            return Ok(NetworkStream(StreamLayers::Plain(socket)));
        };
        OpeningStep::Tls.begin(slot);
        let stream = tls_handshake(tls, socket).await?;
        tls::record_handshake(slot, stream.handshake_facts());
        slot.mark("tls");
        Ok(NetworkStream(StreamLayers::Tls(Box::new(stream))))
    }
}

async fn tls_handshake<S>(tls: &TlsClient, stream: S) -> Result<TlsStream<S>, Failure>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let connected = TlsStream::connect(tls.config.clone(), tls.name.clone(), stream).await;
    connected.map_err(tls::failures::handshake_failure)
}

async fn traverse_proxy(
    method: &ProxyMethod,
    socks_target: Option<(&SocksHandshake, SocketAddr)>,
    stream: &mut (impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin),
    slot: &Slot,
) -> Result<(), Failure> {
    match method {
        ProxyMethod::Forward(_) => {}
        ProxyMethod::Tunnel(tunnel) => {
            OpeningStep::ProxyTunnel.begin(slot);
            tunnel.open(stream).await?
        }
        ProxyMethod::SocksName(socks, host, port) => {
            OpeningStep::SocksHandshake.begin(slot);
            socks.connect_to_host(stream, host, *port).await?
        }
        ProxyMethod::SocksAddress(..) => {
            if let Some((socks, address)) = socks_target {
                OpeningStep::SocksHandshake.begin(slot);
                socks.connect_to_address(stream, address).await?;
            }
        }
    }
    slot.mark("proxy");
    Ok(())
}

#[cfg(unix)]
async fn connect_unix(path: &std::path::Path) -> Result<ConnectedSocket, Failure> {
    match tokio::net::UnixStream::connect(path).await {
        Ok(socket) => Ok(ConnectedSocket::Unix(socket)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(failures::NO_UNIX_SOCKET),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(unix))]
async fn connect_unix(_: &std::path::Path) -> Result<ConnectedSocket, Failure> {
    Err(failures::NO_UNIX_SOCKET)
}
