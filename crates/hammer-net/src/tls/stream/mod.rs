//! TLS over any stream, at little more than the cost of its cryptography.

mod errors;
mod handshake;
mod message_buffer;
mod receive_buffer;
mod record_cipher;
mod record_reader;
mod record_writer;
mod session;

use std::fmt;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use rustls::client::ClientConnectionData;
use rustls::kernel::KernelConnection;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, Error, ExtractedSecrets};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

pub(crate) use self::errors::is_exhausted_key;
pub use self::errors::is_missing_close_notify;
use self::errors::{alert_for, missing_close_notify, tls_error};
use self::handshake::TlsHandshake;
pub use self::handshake::TlsHandshakeFacts;
use self::receive_buffer::ReceiveBuffer;
use self::record_reader::{RecordContent, RecordReader};
use self::record_writer::RecordWriter;
use self::session::TlsSession;

/// The client's side of a TLS connection, over any stream.
///
/// rustls does the handshake, the tickets and the updates of keys. Records are sealed and opened here
/// with its keys, in two buffers that the connection keeps, so that an exchange allocates nothing and
/// copies each byte once. Of what a large body needed, each keeps no more than a record of 16 KiB once
/// the body was flushed or read.
///
/// A read takes the plaintext of all records that have arrived, as far as the caller has room. All
/// buffers of a vectored write go into the same records.
///
/// # Errors
///
/// Of reads and writes: those of the stream below; an error of kind `InvalidData` with a
/// [`rustls::Error`] if the peer breaks the rules of TLS or sends an alert; and one of kind
/// `UnexpectedEof` that [`is_missing_close_notify`] recognizes if the stream ends without
/// `close_notify`. Of writes: one of kind `BrokenPipe` once the connection was closed, or when a key of
/// TLS 1.2 has sealed as many records as it may ([`is_near_key_limit`](Self::is_near_key_limit)).
///
/// # Cancel safety
///
/// Bytes that a write accepted may still wait for the stream. They are sent by the next read, write
/// or flush.
pub struct TlsStream<S> {
    stream: S,
    reader: RecordReader,
    writer: RecordWriter,
    session: TlsSession,
    end: Option<StreamEnd>,
    facts: TlsHandshakeFacts,
}

/// The reason that no more plaintext will come.
#[derive(Debug)]
enum StreamEnd {
    CloseNotify,
    /// The stream ended without `close_notify`.
    Truncated,
    Failed(Error),
}

impl<S> TlsStream<S> {
    /// Performs the handshake with the server of this name.
    ///
    /// # Errors
    ///
    /// Those of the stream; one of kind `UnexpectedEof` if it ends; one of kind `InvalidData` with a
    /// [`rustls::Error`] if the handshake fails, or if `enable_secret_extraction` is not set in the
    /// configuration.
    pub async fn connect(
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
        stream: S,
    ) -> io::Result<Self>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let handshake = TlsHandshake::new(config, name).map_err(tls_error)?;
        handshake.complete(stream).await
    }

    fn established(
        stream: S,
        received: ReceiveBuffer,
        secrets: ExtractedSecrets,
        kernel: KernelConnection<ClientConnectionData>,
        facts: TlsHandshakeFacts,
    ) -> Result<Self, Error> {
        let session = TlsSession::new(kernel);
        let (sequence, key) = secrets.rx;
        let reader = RecordReader::new(received, session.cipher(sequence, key)?);
        let (sequence, key) = secrets.tx;
        let writer = RecordWriter::new(session.cipher(sequence, key)?);
        Ok(Self {
            stream,
            reader,
            writer,
            session,
            end: None,
            facts,
        })
    }

    /// Returns the results of the handshake.
    #[must_use]
    pub fn handshake_facts(&self) -> &TlsHandshakeFacts {
        &self.facts
    }

    /// Returns true if the connection should take no more requests, because its key may soon seal no
    /// more records.
    ///
    /// AES-GCM seals 2²⁴ records safely (RFC 8446 section 5.5). TLS 1.3 then changes the key. TLS 1.2
    /// cannot: the last sixteenth of them is left for the exchange in progress; after that, a write sends
    /// `close_notify` and fails.
    #[must_use]
    pub fn is_near_key_limit(&self) -> bool {
        self.session.is_near_key_limit(&self.writer)
    }

    /// Returns the stream below.
    pub(crate) fn stream(&self) -> &S {
        &self.stream
    }

    /// Opens records until the caller's buffer is full or no whole record is left.
    fn read_records(&mut self, output: &mut ReadBuf<'_>) -> Result<(), Error> {
        loop {
            self.reader.take(output);
            if output.remaining() == 0 || self.end.is_some() {
                return Ok(());
            }
            match self.reader.open_next()? {
                None => return Ok(()),
                Some(RecordContent::Data) => self.session.note_data(),
                Some(RecordContent::Alert(alert)) => {
                    if self.session.alert(alert)? {
                        self.end = Some(StreamEnd::CloseNotify);
                    }
                }
                Some(RecordContent::Handshake) => {
                    self.session
                        .handle_messages(&mut self.reader, &mut self.writer)?;
                }
            }
        }
    }

    /// Ends the connection after an error, and prepares the alert for the peer.
    fn fail(&mut self, error: Error) {
        match alert_for(&error) {
            None => self.writer.refuse_data(),
            Some(alert) => {
                if let Err(cause) = self.writer.fail(alert) {
                    tracing::debug!(%cause, "cannot seal a TLS alert");
                }
            }
        }
        self.end = Some(StreamEnd::Failed(error));
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream<S> {
    /// Sends what waits to be sent; errors are left to the next write.
    fn send_waiting(&mut self, cx: &mut Context<'_>) {
        if self.writer.has_unsent()
            && let Poll::Ready(Err(error)) = self.writer.poll_send(&mut self.stream, cx)
        {
            tracing::debug!(%error, "cannot send a TLS record");
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for TlsStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        output: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = output.filled().len();
        loop {
            if let Err(error) = this.read_records(output) {
                this.fail(error);
            }
            this.send_waiting(cx);
            if output.filled().len() > before || output.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
            match &this.end {
                None => {}
                Some(StreamEnd::CloseNotify) => return Poll::Ready(Ok(())),
                Some(StreamEnd::Truncated) => return Poll::Ready(Err(missing_close_notify())),
                Some(StreamEnd::Failed(error)) => {
                    return Poll::Ready(Err(tls_error(error.clone())));
                }
            }
            if ready!(this.reader.poll_fill(&mut this.stream, cx))? == 0 {
                this.end = Some(StreamEnd::Truncated);
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TlsStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.writer.poll_send(&mut this.stream, cx))?;
        if let Err(error) = this.session.renew_sending_key(&mut this.writer) {
            this.send_waiting(cx);
            return Poll::Ready(Err(error));
        }
        let accepted = this.writer.seal_data(buffers)?;
        // Records that the stream does not take now wait for the next call.
        match this.writer.poll_send(&mut this.stream, cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            _ => Poll::Ready(Ok(accepted)),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.writer.poll_send(&mut this.stream, cx))?;
        // The end of a request: a body may have needed more memory than a connection should keep.
        this.writer.release_memory();
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.writer.close().map_err(tls_error)?;
        ready!(this.writer.poll_send(&mut this.stream, cx))?;
        match ready!(Pin::new(&mut this.stream).poll_shutdown(cx)) {
            // The peer has already closed the connection.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Poll::Ready(Ok(())),
            done => Poll::Ready(done),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for TlsStream<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsStream")
            .field("stream", &self.stream)
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}
