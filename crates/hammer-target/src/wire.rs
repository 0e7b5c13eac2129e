//! The bytes of one connection, watched.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::ledger::Ledger;
use crate::transport::Stream;

/// How far a connection is that closes without saying so.
///
/// hyper has no way to close after an answer without announcing it in that answer. But it flushes
/// after each answer, so the first flush after the last one tells that it is on the wire. Then the
/// stream is shut down, so that over TLS the client hears of a close and not of a break.
#[derive(Debug, Default)]
pub(crate) struct Farewell(AtomicU8);

/// HTTP/2 says goodbye on its own, when it is asked to.
const ASKED_FOR: u8 = 1;
const ASKED: u8 = 2;
const ANSWERED: u8 = 3;
const FLUSHED: u8 = 4;

impl Farewell {
    /// A goodbye of HTTP/2's own is to be said.
    pub(crate) fn ask_for(&self) {
        if self.0.load(Ordering::Relaxed) == 0 {
            self.0.store(ASKED_FOR, Ordering::Relaxed);
        }
    }

    /// Whether a goodbye of HTTP/2's own is to be said now. That is told once.
    pub(crate) fn is_asked_for(&self) -> bool {
        let now = self.0.load(Ordering::Relaxed);
        if now == ASKED_FOR {
            self.0.store(ASKED, Ordering::Relaxed);
        }
        now == ASKED_FOR
    }

    /// The last answer was handed over.
    pub(crate) fn answered(&self) {
        self.0.store(ANSWERED, Ordering::Relaxed);
    }

    /// Whether the last answer was handed over.
    pub(crate) fn is_answered(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= ANSWERED
    }

    /// Whether the last answer has been written, and nothing can follow it.
    pub(crate) fn is_flushed(&self) -> bool {
        self.0.load(Ordering::Relaxed) == FLUSHED
    }

    fn flushed(&self) {
        self.0.store(FLUSHED, Ordering::Relaxed);
    }
}

/// A stream whose received bytes (those of HTTP, not of TLS) are counted and whose flushes are noticed.
#[derive(Debug)]
pub(crate) struct Wire<S> {
    pub(crate) stream: S,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) farewell: Arc<Farewell>,
}

impl<S: Stream> AsyncRead for Wire<S> {
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

impl<S: Stream> AsyncWrite for Wire<S> {
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
        let flushed = ready!(Pin::new(&mut self.stream).poll_flush(cx));
        if self.farewell.is_answered() {
            // If this fails the client is gone, and that is a close as well.
            let _ = ready!(Pin::new(&mut self.stream).poll_shutdown(cx));
            self.farewell.flushed();
        }
        Poll::Ready(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
