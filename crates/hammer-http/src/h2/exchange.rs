//! One hit on its way through a connection.

use std::cell::{RefCell, RefMut};
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use hammer_core::Failure;
use hyper::HeaderMap;

use super::request::Http2Request;
use super::response_head::Http2ResponseHead;

/// Why a hit gets no answer on this connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamFailure {
    /// Not a byte of it was handed to the socket.
    Unsent,
    /// The target says that it has not looked at it, and will not (RFC 9113, section 8.7).
    Refused,
    /// It may have been processed.
    Failed(Failure),
}

/// How far a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExchangeState {
    /// There is no hit.
    Idle,
    /// It waits for a stream.
    Queued,
    /// A stream is kept for it.
    StreamGranted,
    /// It was sent, or is about to be.
    Sent,
    /// The head of the answer is here.
    HeadReceived,
    /// All of the answer is here.
    Complete,
    Failed(StreamFailure),
}

/// What a slot and the connection that carries its hit know of it. One for each slot, used again and
/// again, so that a hit allocates nothing.
#[derive(Debug)]
pub(crate) struct Http2Exchange(RefCell<ExchangeProgress>);

#[derive(Debug)]
pub(super) struct ExchangeProgress {
    pub(super) state: ExchangeState,
    pub(super) stream_id: u32,
    /// Where its first byte is in all that the connection sends.
    pub(super) start_offset: u64,
    pub(super) response: Http2ResponseHead,
    /// Whether the answer has no body whatever its head says: that to HEAD.
    pub(super) bodiless: bool,
    /// How much of a body has come.
    pub(super) body_bytes: u64,
    /// How much more the peer may send before it is told that it may send more.
    pub(super) receive_window: i64,
    pub(super) consumed: u32,
    pub(super) send_window: i64,
    /// What is left of the request's body.
    pub(super) unsent_body: Bytes,
    /// What has come of the answer's body and was not taken, if it is wanted.
    pending_body: Vec<u8>,
    interest: ResponseInterest,
    waker: Option<Waker>,
}

/// What a slot wants to see of an answer, beside its status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ResponseInterest {
    pub(crate) headers: bool,
    pub(crate) body: bool,
}

impl Http2Exchange {
    pub(crate) fn new(wants: ResponseInterest) -> Self {
        Self(RefCell::new(ExchangeProgress {
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
            interest: wants,
            waker: None,
        }))
    }

    pub(super) fn borrow_progress(&self) -> RefMut<'_, ExchangeProgress> {
        self.0.borrow_mut()
    }

    /// Waits for a stream that it was queued for.
    pub(crate) async fn stream_granted(&self) -> Result<(), StreamFailure> {
        poll_fn(|cx| self.poll_state(ExchangeState::StreamGranted, cx)).await
    }

    /// Waits for the head of the answer: its status, and its headers if they are wanted.
    pub(crate) async fn response_head(&self) -> Result<(u16, Option<HeaderMap>), StreamFailure> {
        poll_fn(|cx| self.poll_state(ExchangeState::HeadReceived, cx)).await?;
        let mut progress = self.borrow_progress();
        Ok((progress.response.status, progress.response.headers.take()))
    }

    /// Waits for the end of the answer, or for more of a body that is wanted.
    pub(crate) fn poll_complete(&self, cx: &Context<'_>) -> Poll<Result<(), StreamFailure>> {
        self.poll_state(ExchangeState::Complete, cx)
    }

    /// Hands what has come of the body to `take`.
    pub(crate) fn drain_body(
        &self,
        take: &mut impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut progress = self.borrow_progress();
        if progress.pending_body.is_empty() {
            return Ok(());
        }
        let taken = take(&progress.pending_body);
        progress.pending_body.clear();
        taken
    }

    pub(crate) fn body_bytes(&self) -> u64 {
        self.borrow_progress().body_bytes
    }

    /// Waits until the hit is at `stage`, or beyond it.
    fn poll_state(
        &self,
        stage: ExchangeState,
        cx: &Context<'_>,
    ) -> Poll<Result<(), StreamFailure>> {
        let mut progress = self.borrow_progress();
        let reached = match (progress.state, stage) {
            (ExchangeState::Failed(broken), _) => return Poll::Ready(Err(broken)),
            (ExchangeState::Complete, _) => true,
            (now, wanted) => now == wanted,
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

impl ExchangeProgress {
    /// Another hit begins, as `stream`.
    pub(super) fn start(&mut self, stream: u32, request: &Http2Request) {
        self.state = ExchangeState::Sent;
        self.stream_id = stream;
        self.response.clear(self.interest.headers);
        self.pending_body.clear();
        self.bodiless = request.bodiless;
        self.body_bytes = 0;
        self.consumed = 0;
        self.unsent_body = request.body.clone();
    }

    /// Goes on to `stage`, and wakes the slot.
    pub(super) fn advance_to(&mut self, stage: ExchangeState) {
        self.state = stage;
        if let Some(waker) = &self.waker {
            waker.wake_by_ref();
        }
    }

    /// Takes what came of the body; whether it is still within what was announced.
    pub(super) fn receive_body(&mut self, content: &[u8]) -> bool {
        self.body_bytes += content.len() as u64;
        if self.interest.body {
            self.pending_body.extend_from_slice(content);
            self.advance_to(self.state);
        }
        let announced = self.response.content_length;
        self.bodiless || announced.is_none_or(|length| self.body_bytes <= length)
    }

    /// Whether an answer that ends now is as long as it said.
    pub(super) fn is_complete(&self) -> bool {
        let announced = self.response.content_length;
        let none = self.body_bytes == 0 && (self.bodiless || self.response.status == 304);
        announced.is_none_or(|length| length == self.body_bytes || none)
    }
}
