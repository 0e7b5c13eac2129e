//! The bytes of one connection, watched.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::ledger::Ledger;

/// How far a connection is that closes without saying so.
///
/// hyper has no way to close after an answer without announcing it in that answer. But it flushes
/// after each answer, so the first flush after the last one tells that it is on the wire.
#[derive(Debug, Default)]
pub(crate) struct Farewell(AtomicU8);

const ANSWERED: u8 = 1;
const FLUSHED: u8 = 2;

impl Farewell {
    /// The last answer was handed over.
    pub(crate) fn answered(&self) {
        self.0.store(ANSWERED, Ordering::Relaxed);
    }

    /// Whether the last answer was handed over.
    pub(crate) fn is_answered(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= ANSWERED
    }

    /// Whether the last answer has been written.
    pub(crate) fn is_flushed(&self) -> bool {
        self.0.load(Ordering::Relaxed) == FLUSHED
    }

    fn flushed(&self) {
        if self.is_answered() {
            self.0.store(FLUSHED, Ordering::Relaxed);
        }
    }
}

/// A stream whose received bytes are counted and whose flushes are noticed.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) stream: TcpStream,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) farewell: Arc<Farewell>,
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        let read = buf.filled().len() - before;
        if read > 0 {
            self.ledger.read(read);
        }
        polled
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(cx);
        if polled.is_ready() {
            self.farewell.flushed();
        }
        polled
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
