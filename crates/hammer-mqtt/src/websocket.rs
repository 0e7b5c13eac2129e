//! MQTT over websockets (MQTT 5.0, section 6): packets go as binary messages, and where one of these
//! ends says nothing about where a packet does.

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

use crate::failures;

/// What a connection reads at one time: there may be thousands of them.
const READ_BUFFER_BYTES: usize = 4 * 1024;

/// The bytes in the messages of a websocket.
#[derive(Debug)]
pub(crate) struct MqttWebsocket<S> {
    messages: WebSocketStream<S>,
    /// What was not yet read of the last message.
    leftover: Bytes,
}

impl<S: AsyncRead + AsyncWrite + Unpin> MqttWebsocket<S> {
    /// Asks for a websocket that carries MQTT.
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
        })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for MqttWebsocket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.leftover.is_empty() {
            match ready!(self.messages.poll_next_unpin(cx)) {
                Some(Ok(Message::Binary(bytes))) => self.leftover = bytes,
                // Text is not allowed; pings are answered further below.
                Some(Ok(Message::Text(_))) => {
                    let wrong = "a text message, where MQTT goes in binary ones";
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, wrong)));
                }
                Some(Ok(Message::Close(_))) | None => return Poll::Ready(Ok(())),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(end_of_stream(error)),
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

/// The end of a stream is an end, however it comes about.
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

/// Why there is no websocket.
fn handshake_failure(error: Error) -> Failure {
    tracing::debug!(%error, "no websocket");
    match error {
        Error::Io(error) => failures::from_io_error(error),
        Error::Http(answer) => failures::from_websocket_status(answer.status().as_u16()),
        _ => failures::WEBSOCKET_REFUSED,
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_tungstenite::accept_hdr_async;
    use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};

    use super::*;

    #[tokio::test]
    async fn bytes_go_through_whatever_the_messages_are() {
        let (ours, theirs) = tokio::io::duplex(64);
        let server = async {
            #[expect(
                clippy::result_large_err,
                reason = "the library wants a refusal that is an answer"
            )]
            let agree = |asked: &Request, mut answer: Response| {
                let protocol = asked.headers()["Sec-WebSocket-Protocol"].clone();
                assert_eq!(
                    (protocol.as_bytes(), asked.uri().path()),
                    (&b"mqtt"[..], "/mqtt")
                );
                answer
                    .headers_mut()
                    .insert("Sec-WebSocket-Protocol", protocol);
                Ok(answer)
            };
            let mut server = accept_hdr_async(theirs, agree).await.expect("it asks well");
            let first = server
                .next()
                .await
                .expect("a message")
                .expect("well formed");
            assert_eq!(first, Message::Binary(Bytes::from_static(b"hello")));
            for part in [&b"he"[..], b"", b"llo"] {
                let part = Message::Binary(Bytes::copy_from_slice(part));
                server.send(part).await.expect("it is open");
                server
                    .send(Message::Ping(Bytes::new()))
                    .await
                    .expect("it is open");
            }
            server.close(None).await.expect("it is open");
            while server.next().await.is_some() {}
        };
        let client = async {
            let opened = MqttWebsocket::open("ws://localhost/mqtt", ours).await;
            let mut client = opened.expect("it is agreed to");
            client.write_all(b"hello").await.expect("it is open");
            client.flush().await.expect("it is open");
            let mut heard = vec![];
            client
                .read_to_end(&mut heard)
                .await
                .expect("an orderly end");
            assert_eq!(heard, b"hello");
            client.shutdown().await.expect("an orderly end");
        };
        tokio::join!(server, client);
    }
}
