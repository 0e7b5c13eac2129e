//! Opens connections to one host and port.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hammer_core::{Failure, Slot};
use http::HeaderMap;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::fault;
use crate::host::Host;
use crate::proxy::{Socks, Tunnel};
use crate::resolve::{Candidates, Resolve};
use crate::source::Sources;
use crate::stream::{Counted, Layers, Socket, Stream, Traffic};
use crate::tls::{self, Tls};

/// Opens connections to one host and port, in the way that was asked for.
pub struct Dial {
    pub(crate) route: Route,
    pub(crate) tls: Option<Tls>,
    pub(crate) sources: Option<Arc<Sources>>,
    /// How long it may take.
    pub(crate) limit: Option<Duration>,
}

/// How bytes get to the target.
pub(crate) enum Route {
    Straight(Resolve),
    Unix(PathBuf),
    Proxied(Box<Proxied>),
}

/// A way through a proxy.
pub(crate) struct Proxied {
    /// The proxy's own addresses.
    pub(crate) hop: Resolve,
    /// TLS with the proxy itself.
    pub(crate) tls: Option<Tls>,
    pub(crate) through: Through,
}

/// What a proxy is told.
pub(crate) enum Through {
    /// Nothing: it reads the requests, which name the target, and takes these headers with them.
    Requests(HeaderMap),
    Tunnel(Tunnel),
    /// SOCKS, with the target's address.
    Address(Socks, Resolve),
    /// SOCKS, with the target's name.
    Name(Socks, Host, u16),
}

/// A connection that is open, and not used yet.
#[derive(Debug)]
pub struct Opened {
    /// What goes through it.
    pub stream: Stream,
    /// How much of it, in bytes on the socket.
    pub traffic: Rc<Traffic>,
}

impl Dial {
    /// Opens a connection, and marks the steps of it: `lookup`, `connect`, `proxy`, `tls`.
    ///
    /// # Errors
    ///
    /// Those of the system, and `name_not_resolved`, `no_address_of_family`, `no_socket`,
    /// `connect_timeout`, `tls`, [`NO_COMMON_PROTOCOL`](crate::NO_COMMON_PROTOCOL), and those of proxies,
    /// which begin with `proxy_` or `socks_`.
    pub async fn open(&self, slot: &Slot) -> Result<Opened, Failure> {
        // On the heap: the future of a hit has room for whatever it may wait for, and most hits wait
        // for no connection.
        let opening = Box::pin(self.unlimited(slot));
        match self.limit {
            None => opening.await,
            Some(limit) => tokio::time::timeout(limit, opening)
                .await
                .unwrap_or(Err(fault::CONNECT_TIMEOUT)),
        }
    }

    /// Whether TLS is spoken with the target.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// How many ports of one local address `connections` need.
    #[must_use]
    pub fn ports(&self, connections: u64) -> u64 {
        match (&self.route, &self.sources) {
            (Route::Unix(_), _) => 0,
            (_, Some(sources)) => connections.div_ceil(sources.addresses() as u64),
            (_, None) => connections,
        }
    }

    /// The headers for a proxy that reads the requests, if one does: these have to name the target
    /// in full then.
    #[must_use]
    pub fn for_proxy(&self) -> Option<&HeaderMap> {
        match &self.route {
            Route::Proxied(proxied) => match &proxied.through {
                Through::Requests(headers) => Some(headers),
                _ => None,
            },
            _ => None,
        }
    }

    async fn unlimited(&self, slot: &Slot) -> Result<Opened, Failure> {
        let (socket, proxied) = match &self.route {
            Route::Straight(resolve) => {
                let candidates = resolve.candidates(slot).await?;
                (Socket::Tcp(self.connect(candidates).await?), None)
            }
            Route::Unix(path) => (connect_unix(path).await?, None),
            Route::Proxied(proxied) => {
                let opened = self.connect_to_proxy(proxied, slot).await;
                let socket = opened.map_err(fault::of_proxy)?;
                (Socket::Tcp(socket), Some(&**proxied))
            }
        };
        slot.mark("connect");
        let (socket, traffic) = Counted::new(socket);
        let stream = match proxied {
            None => self.secure(socket, slot).await?,
            Some(proxied) => self.pass(proxied, socket, slot).await?,
        };
        Ok(Opened { stream, traffic })
    }

    async fn connect_to_proxy(&self, proxied: &Proxied, slot: &Slot) -> Result<TcpStream, Failure> {
        self.connect(proxied.hop.candidates(slot).await?).await
    }

    /// Connects to the first address that takes it.
    async fn connect(&self, candidates: Candidates) -> Result<TcpStream, Failure> {
        let mut failure = fault::NAME_NOT_RESOLVED;
        for address in candidates {
            let connected = match &self.sources {
                None => TcpStream::connect(address).await,
                Some(sources) => match sources.socket(address) {
                    Ok(socket) => socket.connect(address).await,
                    Err(error) => Err(error),
                },
            };
            match connected {
                Ok(socket) if address.ip().is_loopback() && is_own(&socket) => {
                    failure = Failure::CONNECT_REFUSED;
                }
                Ok(socket) => {
                    // A hit is one write: waiting for more of it would only delay it.
                    socket.set_nodelay(true)?;
                    return Ok(socket);
                }
                Err(error) => failure = error.into(),
            }
        }
        Err(failure)
    }

    /// Gets through the proxy, and then speaks TLS with the target if that is asked for.
    async fn pass(
        &self,
        proxied: &Proxied,
        mut socket: Counted,
        slot: &Slot,
    ) -> Result<Stream, Failure> {
        let Some(tls) = &proxied.tls else {
            through(&proxied.through, &mut socket, slot).await?;
            return self.secure(socket, slot).await;
        };
        let opened = handshake(tls, socket).await.map_err(fault::of_proxy);
        let mut outer = opened?;
        through(&proxied.through, &mut outer, slot).await?;
        match &self.tls {
            None => Ok(Stream(Layers::Tls(Box::new(outer)))),
            Some(tls) => {
                let stream = handshake(tls, Box::new(outer)).await?;
                tls::note(slot, stream.get_ref().1);
                slot.mark("tls");
                Ok(Stream(Layers::Nested(Box::new(stream))))
            }
        }
    }

    async fn secure(&self, socket: Counted, slot: &Slot) -> Result<Stream, Failure> {
        let Some(tls) = &self.tls else {
            return Ok(Stream(Layers::Plain(socket)));
        };
        let stream = handshake(tls, socket).await?;
        tls::note(slot, stream.get_ref().1);
        slot.mark("tls");
        Ok(Stream(Layers::Tls(Box::new(stream))))
    }
}

async fn handshake<S>(tls: &Tls, stream: S) -> Result<TlsStream<S>, Failure>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let opened = tls.connector.connect(tls.name.clone(), stream).await;
    opened.map_err(fault::of_handshake)
}

async fn through(
    through: &Through,
    stream: &mut (impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin),
    slot: &Slot,
) -> Result<(), Failure> {
    match through {
        Through::Requests(_) => {}
        Through::Tunnel(tunnel) => tunnel.open(stream).await?,
        Through::Name(socks, host, port) => socks.to_host(stream, host, *port).await?,
        Through::Address(socks, resolve) => {
            let mut candidates = resolve.candidates(slot).await?;
            let address = candidates.next().ok_or(fault::NAME_NOT_RESOLVED)?;
            socks.to_address(stream, address).await?;
        }
    }
    slot.mark("proxy");
    Ok(())
}

#[cfg(unix)]
async fn connect_unix(path: &std::path::Path) -> Result<Socket, Failure> {
    match tokio::net::UnixStream::connect(path).await {
        Ok(socket) => Ok(Socket::Unix(socket)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(fault::NO_SOCKET),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(unix))]
async fn connect_unix(_: &std::path::Path) -> Result<Socket, Failure> {
    Err(fault::NO_SOCKET)
}

/// Whether a socket is connected to itself.
///
/// TCP allows two sides to connect to each other at the same time, and so does one socket to
/// itself, when nothing listens on a port and the system picks this very port as the local one.
fn is_own(socket: &TcpStream) -> bool {
    matches!((socket.local_addr(), socket.peer_addr()), (Ok(local), Ok(peer)) if local == peer)
}
