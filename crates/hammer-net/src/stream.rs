//! The byte stream below a protocol: a counting socket, in the clear or below TLS.

use std::cell::Cell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

use crate::tls::TlsStream;

/// The number of bytes that passed through a socket in each direction.
#[derive(Debug, Default)]
pub struct SocketTraffic {
    /// Bytes sent to the peer.
    pub sent: Cell<u64>,
    /// Bytes received from the peer.
    pub received: Cell<u64>,
}

/// A connected TCP or Unix socket.
#[derive(Debug)]
pub(crate) enum ConnectedSocket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

/// A socket that counts its bytes.
#[derive(Debug)]
pub(crate) struct CountingSocket {
    socket: ConnectedSocket,
    traffic: Rc<SocketTraffic>,
}

macro_rules! on_socket {
    ($self:expr, $socket:ident => $call:expr) => {
        match &mut $self.socket {
            ConnectedSocket::Tcp($socket) => $call,
            #[cfg(unix)]
            ConnectedSocket::Unix($socket) => $call,
        }
    };
}

impl CountingSocket {
    pub(crate) fn new(socket: ConnectedSocket) -> (Self, Rc<SocketTraffic>) {
        let traffic = Rc::new(SocketTraffic::default());
        (
            Self {
                socket,
                traffic: traffic.clone(),
            },
            traffic,
        )
    }

    fn count_sent(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = written {
            self.traffic
                .sent
                .set(self.traffic.sent.get() + bytes as u64);
        }
        written
    }
}

impl CountingSocket {
    /// Reads bytes that have arrived; fails with [`WouldBlock`](io::ErrorKind::WouldBlock) if there are
    /// none.
    fn try_read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = on_socket!(self, socket => socket.try_read(buffer))?;
        let received = self.traffic.received.get() + bytes as u64;
        self.traffic.received.set(received);
        Ok(bytes)
    }
}

impl AsyncRead for CountingSocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = on_socket!(self, socket => Pin::new(socket).poll_read(cx, buf));
        let received = (buf.filled().len() - before) as u64;
        self.traffic
            .received
            .set(self.traffic.received.get() + received);
        read
    }
}

impl AsyncWrite for CountingSocket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = on_socket!(self, socket => Pin::new(socket).poll_write(cx, buf));
        self.count_sent(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // A hit without a body is one buffer, for which a plain write is faster.
        let written = match bufs {
            [one] => on_socket!(self, socket => Pin::new(socket).poll_write(cx, one)),
            several => {
                on_socket!(self, socket => Pin::new(socket).poll_write_vectored(cx, several))
            }
        };
        self.count_sent(written)
    }

    fn is_write_vectored(&self) -> bool {
        match &self.socket {
            ConnectedSocket::Tcp(socket) => socket.is_write_vectored(),
            #[cfg(unix)]
            ConnectedSocket::Unix(socket) => socket.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_socket!(self, socket => Pin::new(socket).poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_socket!(self, socket => Pin::new(socket).poll_shutdown(cx))
    }
}

/// A stream of bytes to and from a peer.
#[derive(Debug)]
pub struct NetworkStream(pub(crate) StreamLayers);

/// The TLS layers over a socket.
#[derive(Debug)]
pub(crate) enum StreamLayers {
    Plain(CountingSocket),
    /// TLS with the target, or with a proxy whose target speaks no TLS.
    Tls(Box<TlsStream<CountingSocket>>),
    /// TLS with the target inside TLS with a proxy.
    Nested(Box<TlsStream<Box<TlsStream<CountingSocket>>>>),
}

impl NetworkStream {
    /// Returns the protocol negotiated in TLS (ALPN).
    #[must_use]
    pub fn alpn(&self) -> Option<&[u8]> {
        match &self.0 {
            StreamLayers::Plain(_) => None,
            StreamLayers::Tls(stream) => stream.handshake_facts().alpn.as_deref(),
            StreamLayers::Nested(stream) => stream.handshake_facts().alpn.as_deref(),
        }
    }

    /// Returns true if the stream should take no more requests, because a key of TLS may soon seal no
    /// more records.
    ///
    /// It happens in TLS 1.2 only, after 15 million records of AES-GCM: see
    /// [`TlsStream::is_near_key_limit`]. A new connection has new keys.
    #[must_use]
    pub fn is_near_key_limit(&self) -> bool {
        match &self.0 {
            StreamLayers::Plain(_) => false,
            StreamLayers::Tls(stream) => stream.is_near_key_limit(),
            StreamLayers::Nested(stream) => {
                stream.is_near_key_limit() || stream.stream().is_near_key_limit()
            }
        }
    }
}

impl NetworkStream {
    /// Reads bytes that have arrived, without waiting for any; 0 means that the peer has closed the
    /// stream.
    ///
    /// No task is woken when bytes arrive later.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if no bytes have arrived, or the error of the stream.
    pub fn try_read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let StreamLayers::Plain(socket) = &mut self.0 {
            return socket.try_read(buffer);
        }
        let mut buffer = ReadBuf::new(buffer);
        match Pin::new(self).poll_read(&mut Context::from_waker(Waker::noop()), &mut buffer) {
            Poll::Ready(read) => read.map(|()| buffer.filled().len()),
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

macro_rules! on_layers {
    ($self:expr, $stream:ident => $call:expr) => {
        match &mut $self.get_mut().0 {
            StreamLayers::Plain($stream) => {
                let $stream = Pin::new($stream);
                $call
            }
            StreamLayers::Tls($stream) => {
                let $stream = Pin::new($stream.as_mut());
                $call
            }
            StreamLayers::Nested($stream) => {
                let $stream = Pin::new($stream.as_mut());
                $call
            }
        }
    };
}

impl AsyncRead for NetworkStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        on_layers!(self, stream => stream.poll_read(cx, buf))
    }
}

impl AsyncWrite for NetworkStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        on_layers!(self, stream => stream.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        on_layers!(self, stream => stream.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.0 {
            StreamLayers::Plain(stream) => stream.is_write_vectored(),
            StreamLayers::Tls(stream) => stream.is_write_vectored(),
            StreamLayers::Nested(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_layers!(self, stream => stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_layers!(self, stream => stream.poll_shutdown(cx))
    }
}
