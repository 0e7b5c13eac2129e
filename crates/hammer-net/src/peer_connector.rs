//! Opens connections to one host and port.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hammer_core::{Failure, Slot};
use http::HeaderMap;
use tokio::net::TcpStream;

use crate::failures;
use crate::host::UrlHost;
use crate::opening_step::OpeningStep;
use crate::proxy::{self, HttpConnectRequest, ProxyUse, SocksHandshake};
use crate::resolver::{CandidateAddresses, HostResolver};
use crate::source_addresses::SourceAddresses;
use crate::stream::{ConnectedSocket, CountingSocket, NetworkStream, SocketTraffic, StreamLayers};
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
}

impl PeerConnector {
    /// Opens a connection and marks its phases: `lookup`, `connect`, `proxy`, `tls`.
    ///
    /// # Errors
    ///
    /// The failures of the system, `name_not_resolved`, `no_address_of_family`, `no_socket`, those of
    /// TLS, which begin with `tls_`, and those of proxies, which begin with `proxy_` or `socks_`. If the
    /// limit is over, the failure names the step that hung: `lookup_timeout`, `connect_timeout`,
    /// `tls_timeout`, and with a proxy `proxy_lookup_timeout`, `proxy_connect_timeout`,
    /// `proxy_tls_timeout`, `proxy_timeout` (CONNECT) or `socks_timeout`. A timeout of the hit itself
    /// gets the same names ([`Slot::begin_step`]).
    pub async fn open(&self, slot: &Slot) -> Result<OpenedConnection, Failure> {
        // Not empty if the slot waited for an opening that another slot gave up.
        let steps_before = slot.step_times();
        // Boxed to keep the future of a hit small: most hits open no connection.
        let opening = Box::pin(self.open_without_timeout(slot));
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

    async fn open_without_timeout(&self, slot: &Slot) -> Result<OpenedConnection, Failure> {
        let (socket, proxy) = match &self.route {
            ConnectionRoute::Direct(resolver) => {
                OpeningStep::Lookup.begin(slot);
                let candidates = resolver.candidates(slot).await?;
                OpeningStep::Connect.begin(slot);
                (ConnectedSocket::Tcp(self.connect(candidates).await?), None)
            }
            ConnectionRoute::Unix(path) => {
                OpeningStep::Connect.begin(slot);
                (connect_unix(path).await?, None)
            }
            ConnectionRoute::Proxied(proxy) => {
                let connected = self.connect_to_proxy(proxy, slot).await;
                let socket = connected.map_err(failures::proxy_failure)?;
                (ConnectedSocket::Tcp(socket), Some(&**proxy))
            }
        };
        slot.mark("connect");
        let (socket, traffic) = CountingSocket::new(socket);
        let stream = match proxy {
            None => self.wrap_tls(socket, slot).await?,
            Some(proxy) => self.open_through_proxy(proxy, socket, slot).await?,
        };
        Ok(OpenedConnection { stream, traffic })
    }

    async fn connect_to_proxy(
        &self,
        proxy: &ProxyRoute,
        slot: &Slot,
    ) -> Result<TcpStream, Failure> {
        OpeningStep::ProxyLookup.begin(slot);
        let candidates = proxy.resolver.candidates(slot).await?;
        OpeningStep::ProxyConnect.begin(slot);
        self.connect(candidates).await
    }

    /// Connects to the first address that accepts, and returns the last failure if none does.
    async fn connect(&self, candidates: CandidateAddresses) -> Result<TcpStream, Failure> {
        let mut failure = failures::NAME_NOT_RESOLVED;
        for address in candidates {
            let connected = match &self.sources {
                None => TcpStream::connect(address).await,
                Some(sources) => match sources.bound_socket(address) {
                    Ok(socket) => socket.connect(address).await,
                    Err(error) => Err(error),
                },
            };
            match connected {
                Ok(socket) if address.ip().is_loopback() && is_self_connected(&socket) => {
                    failure = Failure::CONNECT_REFUSED;
                }
                Ok(socket) => {
                    // A hit is one write, which Nagle's algorithm would only delay.
                    socket.set_nodelay(true)?;
                    return Ok(socket);
                }
                Err(error) => failure = error.into(),
            }
        }
        Err(failure)
    }

    /// Opens the way through the proxy, then TLS with the target if it speaks TLS.
    async fn open_through_proxy(
        &self,
        proxy: &ProxyRoute,
        mut socket: CountingSocket,
        slot: &Slot,
    ) -> Result<NetworkStream, Failure> {
        let Some(tls) = &proxy.tls else {
            traverse_proxy(&proxy.method, &mut socket, slot).await?;
            return self.wrap_tls(socket, slot).await;
        };
        OpeningStep::ProxyTls.begin(slot);
        let handshake = tls_handshake(tls, socket).await;
        let mut outer = handshake.map_err(failures::proxy_failure)?;
        traverse_proxy(&proxy.method, &mut outer, slot).await?;
        match &self.tls {
            None => Ok(NetworkStream(StreamLayers::Tls(Box::new(outer)))),
            Some(tls) => {
                OpeningStep::Tls.begin(slot);
                let stream = tls_handshake(tls, Box::new(outer)).await?;
                tls::record_handshake(slot, stream.handshake_facts());
                slot.mark("tls");
                Ok(NetworkStream(StreamLayers::Nested(Box::new(stream))))
            }
        }
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
        ProxyMethod::SocksAddress(socks, resolver) => {
            OpeningStep::Lookup.begin(slot);
            let mut candidates = resolver.candidates(slot).await?;
            OpeningStep::SocksHandshake.begin(slot);
            let address = candidates.next().ok_or(failures::NAME_NOT_RESOLVED)?;
            socks.connect_to_address(stream, address).await?;
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

/// Returns true if a socket is connected to itself.
///
/// TCP allows two sides to connect to each other at the same time. A socket connects to itself this
/// way if nothing listens on the port and the system picks the same port as the local one.
fn is_self_connected(socket: &TcpStream) -> bool {
    matches!((socket.local_addr(), socket.peer_addr()), (Ok(local), Ok(peer)) if local == peer)
}
