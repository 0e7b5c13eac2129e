//! The stream below an HTTP/1.1 connection: rewrites request lines, and limits reading.

use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use hammer_net::NetworkStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::connection::interim_counter::{InterimCounter, TooManyInterimAnswers};
use crate::connection::read_turn::{ReadTurn, wake_after_others};
use crate::request::prepared::PreparedRequest;

/// A stream that replaces the target of the next request that hyper writes, and ends a turn of reading
/// that takes too long.
pub(crate) struct Http1Stream {
    stream: NetworkStream,
    control: Rc<Http1StreamControl>,
}

/// The state that a connection shares with its stream.
#[derive(Default)]
pub(crate) struct Http1StreamControl {
    /// The beginning of the next request, if it differs from the one that hyper writes.
    next_line: RefCell<Option<RequestLineRewrite>>,
    interim: RefCell<InterimCounter>,
    pub(crate) turn: ReadTurn,
}

/// A replacement for the beginning of a request line.
struct RequestLineRewrite {
    /// The beginning as hyper writes it.
    original: Vec<u8>,
    /// The beginning to write; once writing has begun, followed by the rest of hyper's buffer.
    replacement: Vec<u8>,
    /// The number of bytes of hyper's buffer that it replaces, once writing has begun.
    consumes: Option<usize>,
    written: usize,
}

impl Http1Stream {
    pub(crate) fn new(stream: NetworkStream, control: Rc<Http1StreamControl>) -> Self {
        Self { stream, control }
    }

    fn write_line(&mut self, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let mut next = self.control.next_line.borrow_mut();
        let Some(line) = &mut *next else {
            return Pin::new(&mut self.stream).poll_write(cx, buffer);
        };
        let consumed = match line.consumes {
            Some(consumed) => consumed,
            None => {
                let Some(rest) = buffer.strip_prefix(&line.original[..]) else {
                    let message = "unexpected beginning of a request";
                    return Poll::Ready(Err(io::Error::other(message)));
                };
                line.replacement.extend_from_slice(rest);
                *line.consumes.insert(buffer.len())
            }
        };
        while line.written < line.replacement.len() {
            let rest = &line.replacement[line.written..];
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            line.written += written;
        }
        *next = None;
        Poll::Ready(Ok(consumed))
    }
}

impl Http1StreamControl {
    /// Prepares for `request`: rewrites its line if its target needs it.
    pub(crate) fn begin_request(&self, request: &PreparedRequest) {
        self.interim.borrow_mut().begin_response();
        let Some(target) = &request.target else {
            return;
        };
        let (method, uri) = (&request.head.method, request.head.uri.to_string());
        let before = uri.strip_suffix('/').unwrap_or_default();
        let mut replacement = format!("{method} {before}").into_bytes();
        replacement.extend_from_slice(target);
        replacement.push(b' ');
        *self.next_line.borrow_mut() = Some(RequestLineRewrite {
            original: format!("{method} {uri} ").into_bytes(),
            replacement,
            consumes: None,
            written: 0,
        });
    }

    fn rewrites_line(&self) -> bool {
        self.next_line.borrow().is_some()
    }
}

impl AsyncRead for Http1Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.control.turn.is_over() {
            wake_after_others(cx);
            return Poll::Pending;
        }
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        let bytes = &buf.filled()[before..];
        self.control.turn.count(bytes.len());
        if self.control.interim.borrow_mut().exceeds_limit(bytes) {
            return Poll::Ready(Err(io::Error::other(TooManyInterimAnswers)));
        }
        read
    }
}

impl AsyncWrite for Http1Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.write_line(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.control.rewrites_line() {
            let first = bufs.iter().find(|buf| !buf.is_empty());
            return self.write_line(cx, first.map_or(&[], |buf| buf));
        }
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
