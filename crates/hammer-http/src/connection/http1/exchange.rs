//! One request and its response on an HTTP/1.1 connection.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hammer_core::{Failure, Hit};
use hammer_wire::ResponseHead;
use hammer_wire::http1::{ReceiveError, ResponseSink};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::super::lifetime::ConnectionEnd;
use super::super::read_turn::wake_after_others;
use super::{ExchangeSummary, Http1Connection};
use crate::failures;
use crate::request::http1::OutgoingRequest;

/// The time that a body waits for an interim response of status 100, as long as curl waits.
const CONTINUE_TIME: Duration = Duration::from_secs(1);

/// Maximum number of bytes in one write, so that an early response is seen soon.
const MAX_WRITE_BYTES: usize = 256 * 1024;

/// An exchange in progress.
pub(super) struct Http1Exchange<'e, S> {
    connection: &'e mut Http1Connection,
    request: OutgoingRequest<'e>,
    hit: &'e Hit,
    sink: ExchangeSink<'e, S>,
    sending: SendState,
    /// The number of bytes of the request that were written.
    written: usize,
    /// True if the head of the response has a time limit, which the connection's timer ends.
    is_time_limited: bool,
    waited_for_body: bool,
    /// True if the target ended the connection.
    closed_by_target: bool,
    /// True if bytes followed the response.
    has_stray_bytes: bool,
}

/// The rest of a request to send.
enum SendState {
    /// Bytes up to this offset may be sent now.
    Writing {
        until: usize,
    },
    /// The body waits for an interim response of status 100, or for the time to pass.
    AwaitingContinue(Pin<Box<Sleep>>),
    /// All bytes were written, and may still be in a buffer of TLS.
    Flushing,
    Sent,
    /// The rest is not sent: the response came first, or the connection takes no more bytes.
    CutShort(Option<Failure>),
}

/// Passes the events of a response on, and notes what the exchange must know.
struct ExchangeSink<'e, S> {
    inner: &'e mut S,
    body_bytes: u64,
    /// The status of the final response.
    status: Option<u16>,
    may_send_body: bool,
}

impl<'e, S: ResponseSink<Error = Failure>> Http1Exchange<'e, S> {
    pub(super) fn new(
        connection: &'e mut Http1Connection,
        request: OutgoingRequest<'e>,
        inner: &'e mut S,
        time_limit: Option<Duration>,
        hit: &'e Hit,
    ) -> Self {
        if let Some(limit) = time_limit {
            connection.set_timer(limit);
        }
        let until = if request.expects_continue {
            request.start.len()
        } else {
            request.len()
        };
        Self {
            connection,
            request,
            hit,
            sink: ExchangeSink {
                inner,
                body_bytes: 0,
                status: None,
                may_send_body: false,
            },
            sending: SendState::Writing { until },
            written: 0,
            is_time_limited: time_limit.is_some(),
            waited_for_body: false,
            closed_by_target: false,
            has_stray_bytes: false,
        }
    }

    pub(super) fn summary(&self) -> ExchangeSummary {
        ExchangeSummary {
            body_bytes: self.sink.body_bytes,
            waited_for_body: self.waited_for_body,
            upload_cut_short: self.is_cut_short(),
            connection_end: self.connection_end(),
        }
    }

    /// The end of the connection, unless it can take another request.
    fn connection_end(&self) -> Option<ConnectionEnd> {
        if self.closed_by_target {
            Some(ConnectionEnd::ByTarget)
        } else if self.is_cut_short()
            || self.has_stray_bytes
            || !self.is_complete()
            || self.connection.decoder.is_switched()
        {
            Some(ConnectionEnd::Dropped)
        } else if self.connection.decoder.is_persistent() {
            None
        } else {
            // The target said so.
            Some(ConnectionEnd::ByTarget)
        }
    }

    fn is_complete(&self) -> bool {
        self.connection.decoder.is_complete()
    }

    fn is_cut_short(&self) -> bool {
        matches!(self.sending, SendState::CutShort(_))
    }

    /// Sends and receives until the response is complete.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.connection.turn.begin();
        loop {
            let has_written = self.poll_send(cx)?;
            if self.connection.turn.is_over() {
                // Other tasks, timers and sockets come first.
                wake_after_others(cx);
                self.waited_for_body |= self.sink.status.is_some();
                return Poll::Pending;
            }
            match self.poll_receive(cx) {
                Poll::Ready(Ok(())) if self.is_complete() => {
                    self.finish();
                    return Poll::Ready(Ok(()));
                }
                Poll::Ready(Ok(())) => self.react(),
                Poll::Ready(Err(failure)) => return Poll::Ready(Err(failure)),
                Poll::Pending if has_written && !self.is_sent() => {}
                Poll::Pending => {
                    self.waited_for_body |= self.sink.status.is_some();
                    return self.poll_time_limit(cx);
                }
            }
        }
    }

    fn poll_time_limit(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        match &mut self.connection.timer {
            Some(timer) if self.is_time_limited && self.sink.status.is_none() => {
                ready!(timer.as_mut().poll(cx));
                Poll::Ready(Err(failures::FIRST_BYTE_TIMEOUT))
            }
            _ => Poll::Pending,
        }
    }

    fn is_sent(&self) -> bool {
        matches!(self.sending, SendState::Sent | SendState::CutShort(_))
    }

    /// Sends the next bytes; returns true if any were written.
    ///
    /// An error does not end the exchange: the response may have arrived before.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Result<bool, Failure> {
        let result = match &mut self.sending {
            SendState::Sent | SendState::CutShort(_) => return Ok(false),
            SendState::AwaitingContinue(time) => {
                if time.as_mut().poll(cx).is_pending() && !self.sink.may_send_body {
                    return Ok(false);
                }
                let until = self.request.len();
                self.sending = SendState::Writing { until };
                return Ok(true);
            }
            SendState::Writing { until } => {
                let until = *until;
                self.poll_write(until, cx)
            }
            SendState::Flushing => self.poll_flush(cx),
        };
        match result {
            Poll::Pending => Ok(false),
            Poll::Ready(Ok(())) => Ok(true),
            Poll::Ready(Err(error)) => {
                // An error of TLS is not the end of the socket, so no response would follow.
                if let Some(failure) = failures::stream_failure(&error) {
                    return Err(failure);
                }
                tracing::debug!(%error, "the request could not be sent to its end");
                self.sending = SendState::CutShort(Some(error.into()));
                Ok(true)
            }
        }
    }

    fn poll_write(&mut self, until: usize, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = Pin::new(&mut self.connection.stream);
        let pieces = self.request.pieces_after(self.written);
        let left = until - self.written;
        let written = if pieces[0].len() >= left {
            // Most requests are one piece, for which a plain write is faster.
            stream.poll_write(cx, &pieces[0][..left.min(MAX_WRITE_BYTES)])
        } else {
            let mut room = left.min(MAX_WRITE_BYTES);
            let slices = pieces.map(|piece| {
                let bytes = room.min(piece.len());
                room -= bytes;
                IoSlice::new(&piece[..bytes])
            });
            stream.poll_write_vectored(cx, &slices)
        };
        let bytes = ready!(written)?;
        if bytes == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        self.connection.turn.count(bytes);
        self.written += bytes;
        if self.written < until {
            return Poll::Ready(Ok(()));
        }
        self.sending = SendState::Flushing;
        self.poll_flush(cx)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.connection.stream).poll_flush(cx))?;
        self.sending = if self.written == self.request.len() {
            SendState::Sent
        } else {
            SendState::AwaitingContinue(Box::pin(sleep(CONTINUE_TIME)))
        };
        Poll::Ready(Ok(()))
    }

    /// Reads and decodes the next bytes.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        let connection = &mut *self.connection;
        let read_buffer = connection.read_buffer.clone();
        let read_buffer = &mut *read_buffer.borrow();
        let kept = connection.partial.len();
        read_buffer[..kept].copy_from_slice(&connection.partial);
        let mut buffer = ReadBuf::new(read_buffer);
        buffer.set_filled(kept);
        let read = ready!(Pin::new(&mut connection.stream).poll_read(cx, &mut buffer));
        let filled = buffer.filled().len();
        if let Err(error) = read {
            return Poll::Ready(self.receive_error(error));
        }
        if filled == kept {
            return Poll::Ready(self.receive_end());
        }
        connection.turn.count(filled - kept);
        connection.partial.clear();
        let bytes = &mut read_buffer[..filled];
        Poll::Ready(self.receive(bytes))
    }

    fn receive(&mut self, mut bytes: &mut [u8]) -> Result<(), Failure> {
        let connection = &mut *self.connection;
        if connection.may_get_stray_bytes && !connection.decoder.has_head() {
            let skipped = stray_bytes(bytes);
            if skipped > 0 {
                self.has_stray_bytes = true;
                tracing::debug!(skipped, "bytes after a response without a body");
                bytes = &mut bytes[skipped..];
            }
        }
        let consumed = match connection.decoder.receive(bytes, &mut self.sink) {
            Ok(consumed) => consumed,
            Err(ReceiveError::Sink(failure)) => return Err(failure),
            Err(ReceiveError::Response(error)) => return Err(failures::response_failure(&error)),
        };
        let rest = &bytes[consumed..];
        if connection.decoder.is_complete() {
            self.has_stray_bytes |= !rest.is_empty();
        } else if !rest.is_empty() {
            connection.partial.extend_from_slice(rest);
        }
        Ok(())
    }

    /// Ends the exchange with the stream.
    fn receive_end(&mut self) -> Result<(), Failure> {
        self.closed_by_target = true;
        let connection = &mut *self.connection;
        if connection.decoder.receive_end().is_ok() {
            return Ok(());
        }
        // The error of the socket says more than its end.
        if let SendState::CutShort(Some(failure)) = self.sending {
            return Err(self.end_failure(failure));
        }
        Err(self.end_failure(Failure::CLOSED_EARLY))
    }

    fn receive_error(&mut self, error: io::Error) -> Result<(), Failure> {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            if self.connection.decoder.ends_with_connection() {
                self.closed_by_target = true;
                return Err(failures::TLS_NO_CLOSE_NOTIFY);
            }
            return self.receive_end();
        }
        if let Some(failure) = failures::stream_failure(&error) {
            return Err(failure);
        }
        self.closed_by_target = true;
        tracing::debug!(%error, "the connection failed");
        Err(self.end_failure(error.into()))
    }

    fn end_failure(&self, failure: Failure) -> Failure {
        let connection = &*self.connection;
        if connection.decoder.has_begun() {
            return failure;
        }
        connection.idle_failure(failure, self.hit)
    }

    /// Acts on what has arrived while the request is being sent.
    fn react(&mut self) {
        // A final response to an incomplete request refuses the rest, unless it is a success.
        let is_refused = self.sink.status.is_some_and(|status| status >= 300);
        let awaits_continue = matches!(self.sending, SendState::AwaitingContinue(_));
        let is_answered = awaits_continue && self.sink.status.is_some();
        if (is_refused || is_answered) && !self.is_sent() {
            self.sending = SendState::CutShort(None);
        }
    }

    /// Notes the end of a complete response.
    fn finish(&mut self) {
        if !self.is_sent() {
            self.sending = SendState::CutShort(None);
        }
        let connection = &mut *self.connection;
        connection.partial.clear();
        connection.may_get_stray_bytes = self.sink.body_bytes == 0;
    }
}

impl<S: ResponseSink<Error = Failure>> ResponseSink for ExchangeSink<'_, S> {
    type Error = Failure;

    fn interim(&mut self, head: &ResponseHead<'_>) -> Result<(), Failure> {
        self.may_send_body |= head.status == 100;
        self.inner.interim(head)
    }

    fn head(&mut self, head: &ResponseHead<'_>) -> Result<(), Failure> {
        self.status = Some(head.status);
        self.inner.head(head)
    }

    fn body(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.body_bytes += bytes.len() as u64;
        self.inner.body(bytes)
    }
}

/// The number of bytes before the head of a response, or before what may be its beginning.
fn stray_bytes(bytes: &[u8]) -> usize {
    const START: &[u8] = b"HTTP/1.";
    if let Some(start) = memchr::memmem::find(bytes, START) {
        return start;
    }
    let is_beginning = |length: &usize| bytes.ends_with(&START[..*length]);
    let beginning = (0..START.len()).rev().find(is_beginning);
    bytes.len() - beginning.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::stray_bytes;

    #[test]
    fn bytes_before_a_head_are_stray() {
        let table: [(&[u8], usize); 8] = [
            (b"HTTP/1.1 200 OK\r\n\r\n", 0),
            (b"H", 0),
            (b"HTTP/1", 0),
            (b"strayHTTP/1.1 200 OK\r\n\r\n", 5),
            (b"strayHTTP", 5),
            (b"HTTPHTTP/", 4),
            (b"stray", 5),
            (b"", 0),
        ];
        for (bytes, stray) in table {
            assert_eq!(stray_bytes(bytes), stray, "{}", bytes.escape_ascii());
        }
    }
}
