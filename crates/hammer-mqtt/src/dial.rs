//! Opens the connections below MQTT.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hammer_core::{Failure, Slot};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::fault;
use crate::url::{Scheme, Url};
use crate::websocket::Websocket;

/// Bytes to and from a broker.
#[derive(Debug)]
pub(crate) enum Stream {
    Plain(TcpStream),
    Websocket(Box<Websocket<TcpStream>>),
}

/// Opens connections to one broker.
pub(crate) struct Dial {
    pub(crate) url: Url,
}

impl Dial {
    /// Opens a connection, and marks the steps of it.
    pub(crate) async fn open(&self, slot: &Slot) -> Result<Stream, Failure> {
        let socket = self.connect().await?;
        slot.mark("connect");
        match self.url.scheme {
            Scheme::Mqtt => Ok(Stream::Plain(socket)),
            Scheme::Ws => {
                let opened = Websocket::open(&self.url.websocket(), socket).await?;
                slot.mark("websocket");
                Ok(Stream::Websocket(Box::new(opened)))
            }
        }
    }

    async fn connect(&self) -> Result<TcpStream, Failure> {
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
                    return Ok(stream);
                }
                Err(error) => failure = error.into(),
            }
        }
        Err(failure)
    }
}

macro_rules! on_stream {
    ($self:expr, $stream:ident => $call:expr) => {
        match &mut *$self {
            Stream::Plain($stream) => $call,
            Stream::Websocket($stream) => $call,
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        on_stream!(self, stream => Pin::new(stream).poll_read(cx, buf))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        on_stream!(self, stream => Pin::new(stream).poll_write(cx, buf))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_stream!(self, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_stream!(self, stream => Pin::new(stream).poll_shutdown(cx))
    }
}
