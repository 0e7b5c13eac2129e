//! Opens connections.

use std::net::SocketAddr;
use std::rc::Rc;

use hammer_core::{Failure, Slot};
use tokio::net::TcpStream;

use crate::fault;
use crate::resolve::Resolve;
use crate::stream::{Counted, Stream, Traffic};
use crate::tls::Tls;

pub(crate) struct Dial {
    pub(crate) resolve: Resolve,
    pub(crate) tls: Option<Tls>,
}

/// A connection that is open, and not used yet.
pub(crate) struct Opened {
    pub(crate) stream: Stream,
    pub(crate) traffic: Rc<Traffic>,
}

impl Dial {
    pub(crate) async fn open(&self, slot: &Slot) -> Result<Opened, Failure> {
        let addresses = self.resolve.addresses(slot).await?;
        let (socket, traffic) = Counted::new(connect(addresses).await?);
        slot.mark("connect");
        let stream = match &self.tls {
            None => Stream::Plain(socket),
            Some(tls) => {
                let opened = tls.connector.connect(tls.name.clone(), socket).await;
                let stream = opened.map_err(fault::of_handshake)?;
                slot.mark("tls");
                Stream::Tls(Box::new(stream))
            }
        };
        Ok(Opened { stream, traffic })
    }
}

/// Connects to the first address that takes it.
async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Failure> {
    let mut failure = fault::NAME_NOT_RESOLVED;
    for &address in addresses {
        match TcpStream::connect(address).await {
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

/// Whether a socket is connected to itself.
///
/// TCP allows two sides to connect to each other at the same time, and so does one socket to
/// itself, when nothing listens on a port and the system picks this very port as the local one.
fn is_own(socket: &TcpStream) -> bool {
    matches!((socket.local_addr(), socket.peer_addr()), (Ok(local), Ok(peer)) if local == peer)
}
