//! Stream that counts received bytes and detects when the last answer was written.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::recorder::TargetRecorder;
use crate::transport::ByteStream;

/// The progress of closing a connection.
///
/// hyper cannot close a connection after an answer without announcing it in that answer. But it flushes
/// after each answer, so the first flush after the last answer shows that it was written. Then the
/// stream is shut down, so that a TLS client receives a close rather than a truncated stream.
#[derive(Debug, Default)]
pub(crate) struct CloseProgress(AtomicU8);

/// Over HTTP/2, hyper sends GOAWAY on request.
const GOAWAY_REQUESTED: u8 = 1;
const GOAWAY_SENT: u8 = 2;
const LAST_ANSWERED: u8 = 3;
const LAST_FLUSHED: u8 = 4;

impl CloseProgress {
    /// Requests GOAWAY.
    pub(crate) fn request_goaway(&self) {
        if self.0.load(Ordering::Relaxed) == 0 {
            self.0.store(GOAWAY_REQUESTED, Ordering::Relaxed);
        }
    }

    /// Returns true once after GOAWAY was requested.
    pub(crate) fn take_goaway_request(&self) -> bool {
        let state = self.0.load(Ordering::Relaxed);
        if state == GOAWAY_REQUESTED {
            self.0.store(GOAWAY_SENT, Ordering::Relaxed);
        }
        state == GOAWAY_REQUESTED
    }

    /// Records that the last answer was passed to hyper.
    pub(crate) fn mark_answered(&self) {
        self.0.store(LAST_ANSWERED, Ordering::Relaxed);
    }

    /// Returns true if the last answer was passed to hyper.
    pub(crate) fn is_answered(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= LAST_ANSWERED
    }

    /// Returns true if the last answer was written and the stream was shut down.
    pub(crate) fn is_flushed(&self) -> bool {
        self.0.load(Ordering::Relaxed) == LAST_FLUSHED
    }

    fn mark_flushed(&self) {
        self.0.store(LAST_FLUSHED, Ordering::Relaxed);
    }
}

/// A stream that counts the received bytes of HTTP, not of TLS, and watches flushes.
#[derive(Debug)]
pub(crate) struct CountingStream<S> {
    pub(crate) stream: S,
    pub(crate) recorder: Arc<TargetRecorder>,
    pub(crate) close_progress: Arc<CloseProgress>,
}

impl<S: ByteStream> AsyncRead for CountingStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        let read = buf.filled().len() - before;
        if read > 0 {
            self.recorder.record_read(read);
        }
        polled
    }
}

impl<S: ByteStream> AsyncWrite for CountingStream<S> {
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
        if self.close_progress.is_answered() {
            // If this fails, the client has already disconnected.
            let _ = ready!(Pin::new(&mut self.stream).poll_shutdown(cx));
            self.close_progress.mark_flushed();
        }
        Poll::Ready(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
