//! One request and its response on an HTTP/2 connection.

use std::cell::{RefCell, RefMut};
use std::task::{Context, Poll, Waker};

use super::outgoing_body::OutgoingBody;
use super::request::Http2Request;
use super::response_head::{ReceivedHead, ReceivedTrailers};
use super::stream_failure::StreamFailure;
use crate::FieldList;

/// The progress of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExchangeState {
    /// No request is in flight.
    Idle,
    /// The exchange waits for a stream.
    Queued,
    /// A stream is reserved for the exchange.
    StreamGranted,
    /// The request was sent, or is in the output buffer.
    Sent,
    /// The head of the response has arrived.
    HeadReceived,
    /// The whole response has arrived.
    Complete,
    Failed(StreamFailure),
}

/// An event of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Http2Event {
    /// A stream is free for the exchange, which was queued. The request must now be sent.
    StreamGranted,
    /// The head of the final response has arrived, with this status.
    ///
    /// [`Http2Exchange::read_fields`] has its fields, if they are wanted.
    Head(u16),
    /// A part of a wanted body has arrived, for [`Http2Exchange::drain_body`].
    Body,
    /// The unsent pieces of a request body that is sent in pieces are used up.
    NeedsBody,
    /// Trailers have arrived, for [`Http2Exchange::read_trailers`], if they are wanted.
    Trailers,
    /// The response has ended. If the stream is a tunnel, the direction from the peer has ended.
    End,
}

/// The parts of a response that are wanted in addition to the status.
///
/// Other parts are checked and counted, but not kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResponseInterest {
    /// The header fields.
    pub headers: bool,
    /// The body.
    pub body: bool,
    /// The trailers.
    pub trailers: bool,
}

/// The state of one request and its response, shared by its owner and the connection.
///
/// An exchange is reused for one request after the other, so that a request allocates nothing.
/// The owner either asks for the [next event](Self::next_event) after each time that bytes were received,
/// or is woken for it ([`poll_event`](Self::poll_event)).
#[derive(Debug)]
pub struct Http2Exchange(RefCell<ExchangeProgress>);

#[derive(Debug)]
pub(crate) struct ExchangeProgress {
    pub(crate) state: ExchangeState,
    pub(crate) stream_id: u32,
    /// The offset of its first byte among all bytes that the connection sends.
    pub(crate) start_offset: u64,
    pub(crate) response: ReceivedHead,
    pub(crate) trailers: ReceivedTrailers,
    pub(crate) interim_responses: u32,
    /// True if the response has no body regardless of its headers: a response to HEAD.
    is_head: bool,
    /// True if the request asks for a tunnel.
    wants_tunnel: bool,
    /// True if the stream is a tunnel whose direction from the peer has ended.
    pub(crate) peer_ended: bool,
    /// The number of body bytes received.
    pub(crate) body_bytes: u64,
    /// The number of bytes that the peer may send before the next WINDOW_UPDATE.
    pub(crate) receive_window: i64,
    /// Bytes received since the last WINDOW_UPDATE.
    pub(crate) consumed: u32,
    pub(crate) send_window: i64,
    /// The part of the request that is not sent.
    pub(crate) outgoing: OutgoingBody,
    /// True if the connection has it in its queue of bodies to send.
    pub(crate) in_send_queue: bool,
    /// True if the response was complete before the request was sent.
    upload_cut_short: bool,
    /// Body bytes received and not yet drained; empty if the body is not wanted.
    pending_body: Vec<u8>,
    interest: ResponseInterest,
    head_delivered: bool,
    trailers_delivered: bool,
    needs_body: bool,
    waker: Option<Waker>,
}

impl Http2Exchange {
    /// Creates an idle exchange, which keeps the given parts of responses.
    #[must_use]
    pub fn new(interest: ResponseInterest) -> Self {
        Self(RefCell::new(ExchangeProgress {
            state: ExchangeState::Idle,
            stream_id: 0,
            start_offset: 0,
            response: ReceivedHead::default(),
            trailers: ReceivedTrailers::default(),
            interim_responses: 0,
            is_head: false,
            wants_tunnel: false,
            peer_ended: false,
            body_bytes: 0,
            receive_window: 0,
            consumed: 0,
            send_window: 0,
            outgoing: OutgoingBody::default(),
            in_send_queue: false,
            upload_cut_short: false,
            pending_body: Vec::new(),
            interest,
            head_delivered: false,
            trailers_delivered: false,
            needs_body: false,
            waker: None,
        }))
    }

    pub(crate) fn borrow_progress(&self) -> RefMut<'_, ExchangeProgress> {
        self.0.borrow_mut()
    }

    /// Returns the next event, or `None` until more bytes are received.
    ///
    /// [`StreamGranted`](Http2Event::StreamGranted), [`Body`](Http2Event::Body) and
    /// [`End`](Http2Event::End) are returned again until the request is sent, the body is drained, or
    /// the next request begins.
    ///
    /// # Errors
    ///
    /// If there is no usable response.
    pub fn next_event(&self) -> Result<Option<Http2Event>, StreamFailure> {
        self.borrow_progress().next_event()
    }

    /// Returns the next event, or wakes the task of `cx` once there may be one.
    ///
    /// # Errors
    ///
    /// If there is no usable response.
    pub fn poll_event(&self, cx: &Context<'_>) -> Poll<Result<Http2Event, StreamFailure>> {
        let mut progress = self.borrow_progress();
        if let Some(event) = progress.next_event().transpose() {
            return Poll::Ready(event);
        }
        match &mut progress.waker {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    /// Passes the fields of the response to `read`; there are none unless they are wanted.
    pub fn read_fields<T>(&self, read: impl FnOnce(&FieldList) -> T) -> T {
        read(&self.borrow_progress().response.fields.list)
    }

    /// Passes the trailers of the response to `read`; there are none unless they are wanted.
    pub fn read_trailers<T>(&self, read: impl FnOnce(&FieldList) -> T) -> T {
        read(&self.borrow_progress().trailers.fields.list)
    }

    /// Passes the body bytes received so far to `take`, and forgets them.
    ///
    /// # Errors
    ///
    /// The error of `take`.
    pub fn drain_body<E>(&self, take: impl FnOnce(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let mut progress = self.borrow_progress();
        if progress.pending_body.is_empty() {
            return Ok(());
        }
        let result = take(&progress.pending_body);
        progress.pending_body.clear();
        result
    }

    /// Returns the number of body bytes received so far.
    #[must_use]
    pub fn body_bytes(&self) -> u64 {
        self.borrow_progress().body_bytes
    }

    /// Returns the number of bytes of the request body that wait for credit or for the socket.
    #[must_use]
    pub fn unsent_bytes(&self) -> usize {
        self.borrow_progress().outgoing.len()
    }

    /// Returns true if the response was complete before the request was sent as a whole.
    #[must_use]
    pub fn upload_cut_short(&self) -> bool {
        self.borrow_progress().upload_cut_short
    }
}

impl ExchangeProgress {
    fn next_event(&mut self) -> Result<Option<Http2Event>, StreamFailure> {
        let head_received = match self.state {
            ExchangeState::Failed(failure) => return Err(failure),
            ExchangeState::StreamGranted => return Ok(Some(Http2Event::StreamGranted)),
            ExchangeState::HeadReceived | ExchangeState::Complete => true,
            ExchangeState::Idle | ExchangeState::Queued | ExchangeState::Sent => false,
        };
        if head_received && !self.head_delivered {
            self.head_delivered = true;
            return Ok(Some(Http2Event::Head(self.response.status)));
        }
        if std::mem::take(&mut self.needs_body) && self.outgoing.is_open() {
            return Ok(Some(Http2Event::NeedsBody));
        }
        if !self.pending_body.is_empty() {
            return Ok(Some(Http2Event::Body));
        }
        if self.state != ExchangeState::Complete && !self.peer_ended {
            return Ok(None);
        }
        if !self.trailers.fields.list.is_empty() && !self.trailers_delivered {
            self.trailers_delivered = true;
            return Ok(Some(Http2Event::Trailers));
        }
        Ok(Some(Http2Event::End))
    }

    /// Starts the next request on this stream.
    pub(crate) fn start(&mut self, stream_id: u32, request: &Http2Request) {
        self.state = ExchangeState::Sent;
        self.stream_id = stream_id;
        self.response.clear(self.interest.headers);
        self.trailers.clear(self.interest.trailers);
        self.interim_responses = 0;
        self.pending_body.clear();
        self.is_head = request.is_head;
        self.wants_tunnel = request.opens_tunnel();
        self.peer_ended = false;
        self.body_bytes = 0;
        self.consumed = 0;
        self.outgoing
            .start(request.body().clone(), request.is_complete());
        self.upload_cut_short = false;
        self.head_delivered = false;
        self.trailers_delivered = false;
        self.needs_body = false;
    }

    /// Prepares for the head that follows an interim response.
    pub(crate) fn expect_next_head(&mut self) {
        self.response.clear(self.interest.headers);
    }

    /// Changes the state and wakes the owner.
    pub(crate) fn advance_to(&mut self, state: ExchangeState) {
        self.state = state;
        self.wake();
    }

    /// Completes the response.
    pub(crate) fn complete(&mut self) {
        self.upload_cut_short = !self.outgoing.is_sent();
        self.outgoing.discard();
        self.advance_to(ExchangeState::Complete);
    }

    /// Ends the direction from the peer.
    pub(crate) fn end_by_peer(&mut self) {
        self.peer_ended = true;
        self.wake();
    }

    /// Records that all pieces of the body so far were sent, and that more may follow.
    pub(crate) fn request_body(&mut self) {
        self.needs_body = true;
        self.wake();
    }

    fn wake(&self) {
        if let Some(waker) = &self.waker {
            waker.wake_by_ref();
        }
    }

    /// Returns true if both sides send bytes until each of them ends its direction.
    pub(crate) fn is_tunnel(&self) -> bool {
        self.wants_tunnel && (200..300).contains(&self.response.status)
    }

    /// Returns true if the stream is in use.
    pub(crate) fn is_in_flight(&self) -> bool {
        matches!(
            self.state,
            ExchangeState::Sent | ExchangeState::HeadReceived
        )
    }

    /// Returns the length of the body that the response announces and must have.
    fn announced_length(&self) -> Option<u64> {
        // A tunnel has no length (RFC 9110, section 9.3.6).
        self.response.content_length.filter(|_| !self.is_tunnel())
    }

    /// Adds bytes of the body; returns false if they exceed the announced length.
    pub(crate) fn receive_body(&mut self, content: &[u8]) -> bool {
        self.body_bytes += content.len() as u64;
        if self.interest.body && !content.is_empty() {
            self.pending_body.extend_from_slice(content);
            self.wake();
        }
        let announced = self.announced_length();
        self.is_head || announced.is_none_or(|length| self.body_bytes <= length)
    }

    /// Returns true if the body has its announced length.
    pub(crate) fn has_announced_length(&self) -> bool {
        let may_be_missing = self.is_head || matches!(self.response.status, 204 | 304);
        let missing = self.body_bytes == 0 && may_be_missing;
        self.announced_length()
            .is_none_or(|length| length == self.body_bytes || missing)
    }
}
