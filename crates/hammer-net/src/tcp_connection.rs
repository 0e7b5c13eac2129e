//! Opens a TCP connection to one of the addresses of a host.

use std::net::SocketAddr;

use hammer_core::{Failure, Slot};
use tokio::net::TcpStream;

use crate::address_order::CandidateAddresses;
use crate::address_race::{AttemptStep, connect_to_first};
use crate::source_addresses::SourceAddresses;

/// Connects to the first address that accepts, from the next source. The attempts are noted in the
/// slot.
pub(crate) async fn open_tcp(
    candidates: CandidateAddresses,
    sources: Option<&SourceAddresses>,
    slot: &Slot,
) -> Result<TcpStream, Failure> {
    let on_step = |address: SocketAddr, step: AttemptStep| {
        let peer = slot.peer(address);
        match step {
            AttemptStep::Awaited => slot.set_peer(peer),
            AttemptStep::Connected => {
                slot.set_peer(peer);
                slot.connection_attempted(peer, None);
            }
            AttemptStep::Failed(failure) => {
                tracing::debug!(%address, %failure, "no connection");
                slot.connection_attempted(peer, Some(failure));
            }
        }
    };
    connect_to_first(candidates, |address| connect(address, sources), on_step).await
}

async fn connect(
    address: SocketAddr,
    sources: Option<&SourceAddresses>,
) -> Result<TcpStream, Failure> {
    let socket = match sources {
        None => TcpStream::connect(address).await?,
        Some(sources) => sources.bound_socket(address)?.connect(address).await?,
    };
    if address.ip().is_loopback() && is_self_connected(&socket) {
        return Err(Failure::CONNECT_REFUSED);
    }
    // A hit is one write, which Nagle's algorithm would only delay.
    socket.set_nodelay(true)?;
    Ok(socket)
}

/// Returns true if a socket is connected to itself.
///
/// TCP allows two sides to connect to each other at the same time. A socket connects to itself this
/// way if nothing listens on the port and the system picks the same port as the local one.
fn is_self_connected(socket: &TcpStream) -> bool {
    matches!((socket.local_addr(), socket.peer_addr()), (Ok(local), Ok(peer)) if local == peer)
}
