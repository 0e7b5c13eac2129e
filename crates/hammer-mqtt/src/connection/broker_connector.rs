//! Opens the connections below MQTT: TCP, TLS, WebSocket or Unix socket.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use hammer_core::{Failure, Slot};
use hammer_net::{FirstAddress, OpenedConnection, SocketTraffic};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::connection::websocket::MqttWebsocket;
use crate::failures;
use crate::url::BrokerUrl;

/// A byte stream to and from a broker.
#[derive(Debug)]
pub(crate) enum BrokerStream {
    Plain(hammer_net::NetworkStream),
    Websocket(Box<MqttWebsocket<hammer_net::NetworkStream>>),
}

/// Opens connections to one broker.
pub(crate) struct BrokerConnector {
    pub(crate) url: BrokerUrl,
    pub(crate) peer_connector: hammer_net::PeerConnector,
}

impl BrokerConnector {
    /// Opens a connection and marks its phases. Returns the stream and its byte counters.
    pub(crate) async fn open(
        &self,
        slot: &Slot,
        first: FirstAddress,
    ) -> Result<(BrokerStream, Rc<SocketTraffic>), Failure> {
        let opened = self.peer_connector.open(slot, first).await?;
        let OpenedConnection {
            stream, traffic, ..
        } = opened;
        if !self.url.scheme.is_websocket() {
            return Ok((BrokerStream::Plain(stream), traffic));
        }
        slot.begin_step(failures::WEBSOCKET_TIMEOUT);
        let opened = MqttWebsocket::open(&self.url.websocket_url(), stream).await?;
        slot.mark("websocket");
        Ok((BrokerStream::Websocket(Box::new(opened)), traffic))
    }
}

macro_rules! on_stream {
    ($self:expr, $stream:ident => $call:expr) => {
        match &mut *$self {
            BrokerStream::Plain($stream) => $call,
            BrokerStream::Websocket($stream) => $call,
        }
    };
}

impl AsyncRead for BrokerStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        on_stream!(self, stream => Pin::new(stream).poll_read(cx, buf))
    }
}

impl AsyncWrite for BrokerStream {
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
