//! MQTT over WebSocket (MQTT 5.0, section 6).
//!
//! Packets travel in binary messages, whose boundaries are independent of those of the packets.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures_util::{SinkExt, StreamExt};
use hammer_core::Failure;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::connection::unrequested_packet_guard::UnrequestedPacketGuard;
use crate::failures::{self, FloodError};

/// The read buffer of a connection, small since there may be thousands of connections.
const READ_BUFFER_BYTES: usize = 4 * 1024;

/// The maximum number of frames without content in one poll, so that other tasks get their turn.
const MAX_EMPTY_FRAMES_PER_POLL: u32 = 64;

/// The byte stream in the binary messages of a WebSocket.
#[derive(Debug)]
pub(crate) struct MqttWebsocket<S> {
    messages: WebSocketStream<S>,
    /// The unread part of the last message.
    leftover: Bytes,
    unrequested: UnrequestedPacketGuard,
}

impl<S: AsyncRead + AsyncWrite + Unpin> MqttWebsocket<S> {
    /// Opens a WebSocket with the subprotocol `mqtt`.
    pub(crate) async fn open(url: &str, stream: S) -> Result<Self, Failure> {
        let mut request = url.into_client_request().map_err(handshake_failure)?;
        let protocol = HeaderValue::from_static("mqtt");
        request
            .headers_mut()
            .insert("Sec-WebSocket-Protocol", protocol);
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0);
        let opened = client_async_with_config(request, stream, Some(config)).await;
        let (messages, _) = opened.map_err(handshake_failure)?;
        Ok(Self {
            messages,
            leftover: Bytes::new(),
            unrequested: UnrequestedPacketGuard::default(),
        })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for MqttWebsocket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut empty_frames = 0;
        while self.leftover.is_empty() {
            if empty_frames == MAX_EMPTY_FRAMES_PER_POLL {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let frame_bytes = match ready!(self.messages.poll_next_unpin(cx)) {
                Some(Ok(Message::Binary(bytes))) if !bytes.is_empty() => {
                    self.leftover = bytes;
                    self.unrequested.record_requested();
                    continue;
                }
                // MQTT allows binary messages only. tungstenite answers pings.
                Some(Ok(Message::Text(_))) => {
                    let message = "expected a binary WebSocket message, found text";
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, message)));
                }
                Some(Ok(Message::Close(_))) | None => return Poll::Ready(Ok(())),
                Some(Ok(frame)) => frame.len(),
                Some(Err(error)) => return Poll::Ready(end_of_stream(error)),
            };
            empty_frames += 1;
            if self.unrequested.record_unrequested(frame_bytes).is_err() {
                return Poll::Ready(Err(io::Error::other(FloodError)));
            }
        }
        let bytes = self.leftover.len().min(buf.remaining());
        buf.put_slice(&self.leftover[..bytes]);
        self.leftover.advance(bytes);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for MqttWebsocket<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.messages.poll_ready_unpin(cx)).map_err(to_io_error)?;
        let message = Message::Binary(Bytes::copy_from_slice(buf));
        self.messages
            .start_send_unpin(message)
            .map_err(to_io_error)?;
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.messages.poll_flush_unpin(cx).map_err(to_io_error)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.messages.poll_close_unpin(cx).map_err(to_io_error)
    }
}

/// Converts an error of reading to the end of the stream, if it is one.
fn end_of_stream(error: Error) -> io::Result<()> {
    match error {
        Error::ConnectionClosed | Error::AlreadyClosed => Ok(()),
        error => Err(to_io_error(error)),
    }
}

fn to_io_error(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        Error::ConnectionClosed | Error::AlreadyClosed => io::ErrorKind::UnexpectedEof.into(),
        Error::Protocol(_) => io::Error::new(io::ErrorKind::InvalidData, error),
        error => io::Error::other(error),
    }
}

/// Returns the failure of a WebSocket handshake.
fn handshake_failure(error: Error) -> Failure {
    tracing::debug!(%error, "WebSocket handshake failed");
    match error {
        Error::Io(error) => failures::from_io_error(error),
        Error::Http(response) => failures::from_websocket_status(response.status().as_u16()),
        _ => failures::WEBSOCKET_REFUSED,
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
    use tokio_tungstenite::accept_hdr_async;
    use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};

    use super::*;

    /// Accepts a WebSocket for MQTT.
    async fn accept(stream: DuplexStream) -> WebSocketStream<DuplexStream> {
        #[expect(
            clippy::result_large_err,
            reason = "the signature is that of the library"
        )]
        let check = |request: &Request, mut response: Response| {
            let protocol = request.headers()["Sec-WebSocket-Protocol"].clone();
            assert_eq!(
                (protocol.as_bytes(), request.uri().path()),
                (&b"mqtt"[..], "/mqtt")
            );
            response
                .headers_mut()
                .insert("Sec-WebSocket-Protocol", protocol);
            Ok(response)
        };
        accept_hdr_async(stream, check)
            .await
            .expect("valid request")
    }

    #[tokio::test]
    async fn the_stream_is_independent_of_message_boundaries() {
        let (ours, theirs) = tokio::io::duplex(64);
        let server = async {
            let mut server = accept(theirs).await;
            let first = server
                .next()
                .await
                .expect("a message")
                .expect("well formed");
            assert_eq!(first, Message::Binary(Bytes::from_static(b"hello")));
            for part in [&b"he"[..], b"", b"llo"] {
                let part = Message::Binary(Bytes::copy_from_slice(part));
                server.send(part).await.expect("open connection");
                server
                    .send(Message::Ping(Bytes::new()))
                    .await
                    .expect("open connection");
            }
            server.close(None).await.expect("open connection");
            while server.next().await.is_some() {}
        };
        let client = async {
            let opened = MqttWebsocket::open("ws://localhost/mqtt", ours).await;
            let mut client = opened.expect("accepted");
            client.write_all(b"hello").await.expect("open connection");
            client.flush().await.expect("open connection");
            let mut received = vec![];
            client
                .read_to_end(&mut received)
                .await
                .expect("an orderly end");
            assert_eq!(received, b"hello");
            client.shutdown().await.expect("an orderly end");
        };
        tokio::join!(server, client);
    }

    #[tokio::test]
    async fn a_server_that_does_not_read_gets_a_bounded_number_of_bytes() {
        let (ours, theirs) = tokio::io::duplex(4_096);
        let client = async {
            let opened = MqttWebsocket::open("ws://localhost/mqtt", ours).await;
            let mut client = opened.expect("accepted");
            let packets = [0; 64 * 1024];
            let mut taken = 0;
            while let Poll::Ready(bytes) = std::future::poll_fn(|cx| {
                Poll::Ready(Pin::new(&mut client).poll_write(cx, &packets))
            })
            .await
            {
                taken += bytes.expect("open connection");
            }
            assert!(taken <= 2 * packets.len(), "{taken}");
        };
        // The server stays connected, and reads nothing after the handshake.
        let (_server, ()) = tokio::join!(accept(theirs), client);
    }

    #[tokio::test]
    async fn a_flood_of_frames_without_content_is_an_error() {
        for frame in [Message::Ping(Bytes::new()), Message::Binary(Bytes::new())] {
            let (ours, theirs) = tokio::io::duplex(4_096);
            let server = async {
                let mut server = accept(theirs).await;
                while server.send(frame.clone()).await.is_ok() {}
            };
            let client = async {
                let opened = MqttWebsocket::open("ws://localhost/mqtt", ours).await;
                let mut client = opened.expect("accepted");
                let error = client.read(&mut [0; 10]).await.expect_err("a flood");
                assert_eq!(failures::from_io_error(error), failures::FLOOD);
            };
            tokio::join!(server, client);
        }
    }
}
