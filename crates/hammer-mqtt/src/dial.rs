//! Opens the connections below MQTT.

use hammer_core::{Failure, Slot};
use tokio::net::TcpStream;

use crate::fault;
use crate::url::Url;

/// Bytes to and from a broker.
pub(crate) type Stream = TcpStream;

/// Opens connections to one broker.
pub(crate) struct Dial {
    pub(crate) url: Url,
}

impl Dial {
    /// Opens a connection, and marks the steps of it.
    pub(crate) async fn open(&self, slot: &Slot) -> Result<Stream, Failure> {
        let target = (&*self.url.host, self.url.port);
        let addresses = tokio::net::lookup_host(target).await.map_err(|error| {
            tracing::debug!(%error, "no address");
            fault::NAME_NOT_RESOLVED
        })?;
        let mut failure = fault::NAME_NOT_RESOLVED;
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    // What is written is all there is: waiting for more would only delay it.
                    stream.set_nodelay(true)?;
                    slot.mark("connect");
                    return Ok(stream);
                }
                Err(error) => failure = error.into(),
            }
        }
        Err(failure)
    }
}
