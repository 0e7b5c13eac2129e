//! The TLS handshake, by rustls, record by record.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::ServerName;
use rustls::unbuffered::{ConnectionState, EncodeError, EncodeTlsData};
use rustls::{CipherSuite, ClientConfig, Error, HandshakeKind};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use super::TlsStream;
use super::errors::tls_error;
use super::receive_buffer::ReceiveBuffer;

/// The results of a handshake.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TlsHandshakeFacts {
    /// The cipher suite that was negotiated.
    pub cipher_suite: Option<CipherSuite>,
    /// Tells a full handshake from a resumed one.
    pub kind: Option<HandshakeKind>,
    /// The application protocol that was negotiated (ALPN).
    pub alpn: Option<Box<[u8]>>,
}

/// A handshake that has not ended.
pub(super) struct TlsHandshake {
    connection: UnbufferedClientConnection,
    received: ReceiveBuffer,
    /// The bytes at the front of `received` that rustls may see.
    ///
    /// They end with a record, so that no record after the last one of the handshake is decrypted
    /// by rustls.
    offered: usize,
    output: Vec<u8>,
}

/// The next step of a handshake.
enum HandshakeStep {
    Process,
    Send,
    Receive,
    Finish,
}

impl TlsHandshake {
    pub(super) fn new(config: Arc<ClientConfig>, name: ServerName<'static>) -> Result<Self, Error> {
        Ok(Self {
            connection: UnbufferedClientConnection::new(config, name)?,
            received: ReceiveBuffer::new(),
            offered: 0,
            output: Vec::new(),
        })
    }

    /// Performs the handshake over a stream.
    pub(super) async fn complete<S>(mut self, mut stream: S) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        loop {
            match self.process() {
                Ok(HandshakeStep::Process) => {}
                Ok(HandshakeStep::Send) => {
                    stream.write_all(&self.output).await?;
                    stream.flush().await?;
                    self.output.clear();
                }
                Ok(HandshakeStep::Receive) => self.receive(&mut stream).await?,
                Ok(HandshakeStep::Finish) => return self.finish(stream).map_err(tls_error),
                Err(error) => {
                    self.send_alert(&mut stream).await;
                    return Err(tls_error(error));
                }
            }
        }
    }

    fn process(&mut self) -> Result<HandshakeStep, Error> {
        let visible = &mut self.received.unread()[..self.offered];
        let status = self.connection.process_tls_records(visible);
        let discard = status.discard;
        let step = match status.state {
            Ok(ConnectionState::EncodeTlsData(data)) => {
                encode(data, &mut self.output).map(|()| HandshakeStep::Process)
            }
            Ok(ConnectionState::TransmitTlsData(data)) => {
                data.done();
                Ok(HandshakeStep::Send)
            }
            Ok(ConnectionState::BlockedHandshake) => Ok(HandshakeStep::Receive),
            Ok(ConnectionState::WriteTraffic(_)) => Ok(HandshakeStep::Finish),
            Ok(state) => Err(Error::General(format!("unexpected {state:?}"))),
            Err(error) => Err(error),
        };
        self.received.consume(discard);
        self.offered -= discard;
        step
    }

    /// Offers one more record to rustls, and reads until it is there.
    async fn receive<S: AsyncRead + Unpin>(&mut self, stream: &mut S) -> io::Result<()> {
        loop {
            match self.received.whole_record(self.offered) {
                Ok(Some(length)) => {
                    self.offered += length;
                    return Ok(());
                }
                Ok(None) => {}
                // rustls finds the same fault, and has the alert for it.
                Err(_) => {
                    self.offered = self.received.unread().len();
                    return Ok(());
                }
            }
            let filled = poll_fn(|cx| self.received.poll_fill(stream, cx)).await?;
            if filled == 0 {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the peer closed the connection during the TLS handshake",
                ));
            }
        }
    }

    /// Sends the alert for a failed handshake if the stream takes it at once.
    async fn send_alert<S: AsyncWrite + Unpin>(&mut self, stream: &mut S) {
        self.output.clear();
        // rustls hands out what waits to be sent before it looks at the records again.
        while self.connection.wants_write() {
            if self.process().is_err() {
                break;
            }
        }
        if !self.output.is_empty() {
            poll_fn(|cx| {
                let written = Pin::new(&mut *stream).poll_write(cx, &self.output);
                Poll::Ready(written.is_ready())
            })
            .await;
        }
    }

    fn finish<S>(self, stream: S) -> Result<TlsStream<S>, Error> {
        let connection = &self.connection;
        let suite = connection.negotiated_cipher_suite();
        let facts = TlsHandshakeFacts {
            cipher_suite: suite.map(|suite| suite.suite()),
            kind: connection.handshake_kind(),
            alpn: connection.alpn_protocol().map(Into::into),
        };
        let (secrets, session) = self.connection.dangerous_into_kernel_connection()?;
        TlsStream::established(stream, self.received, secrets, session, facts)
    }
}

/// Appends a message of the handshake.
fn encode<D>(mut data: EncodeTlsData<'_, D>, output: &mut Vec<u8>) -> Result<(), Error> {
    let start = output.len();
    let required = match data.encode(&mut []) {
        Ok(_) => return Ok(()),
        Err(EncodeError::InsufficientSize(size)) => size.required_size,
        Err(error) => return Err(Error::General(error.to_string())),
    };
    output.resize(start + required, 0);
    data.encode(&mut output[start..])
        .map(drop)
        .map_err(|error| Error::General(error.to_string()))
}
