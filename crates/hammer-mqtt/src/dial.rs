//! Opens the connections below MQTT.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use hammer_core::{Failure, Slot};
use hammer_net::{Opened, Traffic};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::url::Url;
use crate::websocket::Websocket;

/// Bytes to and from a broker.
#[derive(Debug)]
pub(crate) enum Stream {
    Plain(hammer_net::Stream),
    Websocket(Box<Websocket<hammer_net::Stream>>),
}

/// Opens connections to one broker.
pub(crate) struct Dial {
    pub(crate) url: Url,
    pub(crate) net: hammer_net::Dial,
}

impl Dial {
    /// Opens a connection, and marks the steps of it; tells too where its bytes are counted.
    pub(crate) async fn open(&self, slot: &Slot) -> Result<(Stream, Rc<Traffic>), Failure> {
        let Opened { stream, traffic } = self.net.open(slot).await?;
        if !self.url.scheme.is_websocket() {
            return Ok((Stream::Plain(stream), traffic));
        }
        let opened = Websocket::open(&self.url.websocket(), stream).await?;
        slot.mark("websocket");
        Ok((Stream::Websocket(Box::new(opened)), traffic))
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
