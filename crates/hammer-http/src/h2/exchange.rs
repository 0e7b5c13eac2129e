//! One request and its response on an HTTP/2 connection.

use std::cell::{RefCell, RefMut};
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use hammer_core::Failure;
use http::HeaderMap;

use super::request::Http2Request;
use super::response_head::Http2ResponseHead;

/// The reason that a hit gets no response on this connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamFailure {
    /// No byte of the request was written to the socket.
    Unsent,
    /// The target did not process the request and refuses to (RFC 9113, section 8.7).
    Refused,
    /// The target may have processed the request.
    Failed(Failure),
}

/// The progress of a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExchangeState {
    /// No hit is in flight.
    Idle,
    /// The hit waits for a stream.
    Queued,
    /// A stream is reserved for the hit.
    StreamGranted,
    /// The request was sent, or is in the output buffer.
    Sent,
    /// The head of the response has arrived.
    HeadReceived,
    /// The whole response has arrived.
    Complete,
    Failed(StreamFailure),
}

/// The state of a hit, shared by its slot and the connection.
///
/// Each slot reuses one, so that a hit allocates nothing.
#[derive(Debug)]
pub(crate) struct Http2Exchange(RefCell<Http2ExchangeState>);

#[derive(Debug)]
pub(super) struct Http2ExchangeState {
    pub(super) state: ExchangeState,
    pub(super) stream_id: u32,
    /// The offset of its first byte among all bytes that the connection sends.
    pub(super) start_offset: u64,
    pub(super) response: Http2ResponseHead,
    /// True if the response has no body regardless of its headers, such as a response to HEAD.
    pub(super) bodiless: bool,
    /// The number of body bytes received.
    pub(super) body_bytes: u64,
    /// The number of bytes that the peer may send before the next WINDOW_UPDATE.
    pub(super) receive_window: i64,
    /// Bytes received since the last WINDOW_UPDATE.
    pub(super) consumed: u32,
    pub(super) send_window: i64,
    /// The rest of the request's body.
    pub(super) unsent_body: Bytes,
    /// Body bytes received and not yet drained; empty if the slot does not need the body.
    pending_body: Vec<u8>,
    interest: ResponseInterest,
    waker: Option<Waker>,
}

/// The parts of a response that a slot needs in addition to the status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ResponseInterest {
    pub(crate) headers: bool,
    pub(crate) body: bool,
}

impl Http2Exchange {
    pub(crate) fn new(interest: ResponseInterest) -> Self {
        Self(RefCell::new(Http2ExchangeState {
            state: ExchangeState::Idle,
            stream_id: 0,
            start_offset: 0,
            response: Http2ResponseHead::default(),
            bodiless: false,
            body_bytes: 0,
            receive_window: 0,
            consumed: 0,
            send_window: 0,
            unsent_body: Bytes::new(),
            pending_body: Vec::new(),
            interest,
            waker: None,
        }))
    }

    pub(super) fn borrow_progress(&self) -> RefMut<'_, Http2ExchangeState> {
        self.0.borrow_mut()
    }

    /// Waits for the stream that it was queued for.
    pub(crate) async fn stream_granted(&self) -> Result<(), StreamFailure> {
        poll_fn(|cx| self.poll_state(ExchangeState::StreamGranted, cx)).await
    }

    /// Waits for the head of the response; returns its status, and its headers if wanted.
    pub(crate) async fn response_head(&self) -> Result<(u16, Option<HeaderMap>), StreamFailure> {
        poll_fn(|cx| self.poll_state(ExchangeState::HeadReceived, cx)).await?;
        let mut progress = self.borrow_progress();
        Ok((progress.response.status, progress.response.headers.take()))
    }

    /// Waits for the end of the response; also wakes the slot for each part of a wanted body.
    pub(crate) fn poll_complete(&self, cx: &Context<'_>) -> Poll<Result<(), StreamFailure>> {
        self.poll_state(ExchangeState::Complete, cx)
    }

    /// Passes the body bytes received so far to `take`.
    pub(crate) fn drain_body(
        &self,
        take: &mut impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut progress = self.borrow_progress();
        if progress.pending_body.is_empty() {
            return Ok(());
        }
        let result = take(&progress.pending_body);
        progress.pending_body.clear();
        result
    }

    pub(crate) fn body_bytes(&self) -> u64 {
        self.borrow_progress().body_bytes
    }

    /// Waits until the hit is in state `wanted`, or complete.
    fn poll_state(
        &self,
        wanted: ExchangeState,
        cx: &Context<'_>,
    ) -> Poll<Result<(), StreamFailure>> {
        let mut progress = self.borrow_progress();
        let reached = match progress.state {
            ExchangeState::Failed(failure) => return Poll::Ready(Err(failure)),
            ExchangeState::Complete => true,
            state => state == wanted,
        };
        if reached {
            return Poll::Ready(Ok(()));
        }
        match &mut progress.waker {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        Poll::Pending
    }
}

impl Http2ExchangeState {
    /// Starts the next hit on this stream.
    pub(super) fn start(&mut self, stream_id: u32, request: &Http2Request) {
        self.state = ExchangeState::Sent;
        self.stream_id = stream_id;
        self.response.clear(self.interest.headers);
        self.pending_body.clear();
        self.bodiless = request.bodiless;
        self.body_bytes = 0;
        self.consumed = 0;
        self.unsent_body = request.body.clone();
    }

    /// Changes the state and wakes the slot.
    pub(super) fn advance_to(&mut self, state: ExchangeState) {
        self.state = state;
        if let Some(waker) = &self.waker {
            waker.wake_by_ref();
        }
    }

    /// Adds bytes of the body; returns false if they exceed the announced length.
    pub(super) fn receive_body(&mut self, content: &[u8]) -> bool {
        self.body_bytes += content.len() as u64;
        if self.interest.body {
            self.pending_body.extend_from_slice(content);
            self.advance_to(self.state);
        }
        let announced = self.response.content_length;
        self.bodiless || announced.is_none_or(|length| self.body_bytes <= length)
    }

    /// Returns true if the body has its announced length.
    pub(super) fn is_complete(&self) -> bool {
        let announced = self.response.content_length;
        let no_body = self.body_bytes == 0 && (self.bodiless || self.response.status == 304);
        announced.is_none_or(|length| length == self.body_bytes || no_body)
    }
}
