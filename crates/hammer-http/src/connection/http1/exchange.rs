//! One request and its response on an HTTP/1.1 connection.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hammer_core::{Failure, Slot};
use hammer_wire::ResponseHead;
use hammer_wire::http1::{MAX_INCOMPLETE_BYTES, ReceiveError, ResponseSink};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::super::lifetime::ConnectionEnd;
use super::super::read_turn::wake_after_others;
use super::request_sender::RequestSender;
use super::{ExchangeSummary, Http1Connection, stray};
use crate::failures;
use crate::request::http1::OutgoingRequest;

/// An exchange in progress.
pub(super) struct Http1Exchange<'e, S> {
    connection: &'e mut Http1Connection,
    sender: RequestSender<'e>,
    slot: &'e Slot,
    /// True if the connection was open before the hit.
    kept: bool,
    sink: ExchangeSink<'e, S>,
    /// True if the head of the response has a time limit, which the connection's timer ends.
    is_time_limited: bool,
    waited_for_body: bool,
    /// True if the target ended the connection.
    closed_by_target: bool,
    /// True if bytes came that belong to no response.
    has_stray_bytes: bool,
    /// The time after which bytes that are not a response are taken for one.
    stray_time: Option<Pin<Box<Sleep>>>,
}

/// Passes the events of a response on, and notes what the exchange must know.
struct ExchangeSink<'e, S> {
    inner: &'e mut S,
    body_bytes: u64,
    /// The status of the final response.
    status: Option<u16>,
    is_body_wanted: bool,
}

impl<'e, S: ResponseSink<Error = Failure>> Http1Exchange<'e, S> {
    pub(super) fn new(
        connection: &'e mut Http1Connection,
        request: OutgoingRequest<'e>,
        inner: &'e mut S,
        time_limit: Option<Duration>,
        kept: bool,
        slot: &'e Slot,
    ) -> Self {
        if let Some(limit) = time_limit {
            connection.set_timer(limit);
        }
        Self {
            connection,
            sender: RequestSender::new(request),
            slot,
            kept,
            sink: ExchangeSink {
                inner,
                body_bytes: 0,
                status: None,
                is_body_wanted: false,
            },
            is_time_limited: time_limit.is_some(),
            waited_for_body: false,
            closed_by_target: false,
            has_stray_bytes: false,
            stray_time: None,
        }
    }

    pub(super) fn summary(&self) -> ExchangeSummary {
        ExchangeSummary {
            body_bytes: self.sink.body_bytes,
            waited_for_body: self.waited_for_body,
            upload_cut_short: self.sender.has_unsent_body(),
            connection_end: self.connection_end(),
        }
    }

    /// The end of the connection, unless it can take another request.
    fn connection_end(&self) -> Option<ConnectionEnd> {
        if self.closed_by_target || self.sender.error().is_some() {
            return Some(ConnectionEnd::ByTarget);
        }
        let decoder = &self.connection.decoder;
        if !decoder.is_complete() || decoder.is_switched() {
            return Some(ConnectionEnd::Dropped);
        }
        if !decoder.is_persistent() {
            // The target said that it closes.
            return Some(ConnectionEnd::ByTarget);
        }
        let is_unusable = self.sender.is_cut_short() || self.has_stray_bytes;
        is_unusable.then_some(ConnectionEnd::Dropped)
    }

    fn is_complete(&self) -> bool {
        self.connection.decoder.is_complete()
    }

    /// Sends and receives until the response is complete.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.connection.turn.begin();
        loop {
            let connection = &mut *self.connection;
            let has_written = self
                .sender
                .poll(&mut connection.stream, &mut connection.turn, cx)?;
            match self.poll_receive(cx) {
                Poll::Ready(Ok(())) if self.is_complete() => {
                    self.finish();
                    return Poll::Ready(Ok(()));
                }
                Poll::Ready(Ok(())) => self
                    .sender
                    .notice(self.sink.status, self.sink.is_body_wanted),
                Poll::Ready(Err(failure)) => return Poll::Ready(Err(failure)),
                Poll::Pending if has_written && !self.sender.is_done() => {}
                Poll::Pending => return self.poll_limits(cx),
            }
            // Only now, so that a turn that is used up by writing sees an early response.
            if self.connection.turn.is_over() {
                // Other tasks, timers and sockets come first.
                wake_after_others(cx);
                return self.poll_limits(cx);
            }
        }
    }

    /// Waits for the socket, but no longer than the limits allow.
    fn poll_limits(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        if self.sink.status.is_some() {
            self.waited_for_body = true;
            return Poll::Pending;
        }
        if let Some(time) = &mut self.stray_time
            && time.as_mut().poll(cx).is_ready()
        {
            self.receive_kept_bytes()?;
        }
        match &mut self.connection.timer {
            Some(timer) if self.is_time_limited => {
                ready!(timer.as_mut().poll(cx));
                Poll::Ready(Err(failures::FIRST_BYTE_TIMEOUT))
            }
            _ => Poll::Pending,
        }
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

    fn receive(&mut self, bytes: &mut [u8]) -> Result<(), Failure> {
        if !self.kept || self.connection.decoder.has_begun() {
            return self.decode(bytes);
        }
        let position = stray::head_position(bytes);
        if position.is_some() {
            self.stray_time = None;
        }
        match position {
            Some(0) => self.decode(bytes),
            Some(stray) => {
                tracing::debug!(stray, "bytes that belong to no response");
                self.has_stray_bytes = true;
                self.decode(&mut bytes[stray..])
            }
            None if bytes.len() > MAX_INCOMPLETE_BYTES => self.decode(bytes),
            // The head of the response may still follow.
            None => {
                self.connection.partial.extend_from_slice(bytes);
                let time = || Box::pin(sleep(stray::WAIT_FOR_HEAD));
                self.stray_time.get_or_insert_with(time);
                Ok(())
            }
        }
    }

    /// Decodes bytes that were kept because they do not begin a response.
    fn receive_kept_bytes(&mut self) -> Result<(), Failure> {
        self.stray_time = None;
        let mut bytes = std::mem::take(&mut self.connection.partial);
        self.decode(&mut bytes)
    }

    fn decode(&mut self, bytes: &mut [u8]) -> Result<(), Failure> {
        let connection = &mut *self.connection;
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
        if self.stray_time.is_some() {
            self.receive_kept_bytes()?;
        }
        if self.connection.decoder.receive_end().is_ok() {
            return Ok(());
        }
        // The error of the socket says more than its end.
        if let Some(failure) = self.sender.error() {
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
            self.closed_by_target = hammer_net::is_tls_alert(&error);
            return Err(failure);
        }
        self.closed_by_target = true;
        if self.stray_time.is_some() {
            self.receive_kept_bytes()?;
        }
        tracing::debug!(%error, "the connection failed");
        Err(self.end_failure(error.into()))
    }

    fn end_failure(&self, failure: Failure) -> Failure {
        let connection = &*self.connection;
        if !self.kept || connection.decoder.has_begun() {
            return failure;
        }
        connection.idle_failure(failure, self.slot)
    }

    /// Notes the end of a complete response.
    fn finish(&mut self) {
        self.sender.cut_short();
        self.connection.release_partial();
    }
}

impl<S: ResponseSink<Error = Failure>> ResponseSink for ExchangeSink<'_, S> {
    type Error = Failure;

    fn interim(&mut self, head: &ResponseHead<'_>) -> Result<(), Failure> {
        self.is_body_wanted |= head.status == 100;
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
