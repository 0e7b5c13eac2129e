//! One hit on its way through a connection.

use std::cell::{RefCell, RefMut};
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use hammer_core::Failure;
use hyper::HeaderMap;

use super::answer::Answer;
use super::request::Request;

/// Why a hit gets no answer on this connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Not a byte of it was handed to the socket.
    Unsent,
    /// The target says that it has not looked at it, and will not (RFC 9113, section 8.7).
    Refused,
    /// It may have been processed.
    Failed(Failure),
}

/// How far a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// There is no hit.
    Idle,
    /// It waits for a stream.
    Queued,
    /// A stream is kept for it.
    Granted,
    /// It was sent, or is about to be.
    Sent,
    /// The head of the answer is here.
    Head,
    /// All of the answer is here.
    Ended,
    Broken(Broken),
}

/// What a slot and the connection that carries its hit know of it. One for each slot, used again and
/// again, so that a hit allocates nothing.
#[derive(Debug)]
pub(crate) struct Exchange(RefCell<Progress>);

#[derive(Debug)]
pub(super) struct Progress {
    pub(super) stage: Stage,
    pub(super) stream: u32,
    /// Where its first byte is in all that the connection sends.
    pub(super) begin: u64,
    pub(super) answer: Answer,
    /// Whether the answer has no body whatever its head says: that to HEAD.
    pub(super) bodiless: bool,
    /// How much of a body has come.
    pub(super) body_bytes: u64,
    /// How much more the peer may send before it is told that it may send more.
    pub(super) receive_left: i64,
    pub(super) consumed: u32,
    pub(super) send_window: i64,
    /// What is left of the request's body.
    pub(super) unsent: Bytes,
    /// What has come of the answer's body and was not taken, if it is wanted.
    untaken: Vec<u8>,
    wants: Wants,
    waker: Option<Waker>,
}

/// What a slot wants to see of an answer, beside its status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wants {
    pub(crate) headers: bool,
    pub(crate) body: bool,
}

impl Exchange {
    pub(crate) fn new(wants: Wants) -> Self {
        Self(RefCell::new(Progress {
            stage: Stage::Idle,
            stream: 0,
            begin: 0,
            answer: Answer::default(),
            bodiless: false,
            body_bytes: 0,
            receive_left: 0,
            consumed: 0,
            send_window: 0,
            unsent: Bytes::new(),
            untaken: Vec::new(),
            wants,
            waker: None,
        }))
    }

    pub(super) fn progress(&self) -> RefMut<'_, Progress> {
        self.0.borrow_mut()
    }

    /// Waits for a stream that it was queued for.
    pub(crate) async fn granted(&self) -> Result<(), Broken> {
        poll_fn(|cx| self.poll_reached(Stage::Granted, cx)).await
    }

    /// Waits for the head of the answer: its status, and its headers if they are wanted.
    pub(crate) async fn head(&self) -> Result<(u16, Option<HeaderMap>), Broken> {
        poll_fn(|cx| self.poll_reached(Stage::Head, cx)).await?;
        let mut progress = self.progress();
        Ok((progress.answer.status, progress.answer.headers.take()))
    }

    /// Waits for the end of the answer, or for more of a body that is wanted.
    pub(crate) fn poll_ended(&self, cx: &Context<'_>) -> Poll<Result<(), Broken>> {
        self.poll_reached(Stage::Ended, cx)
    }

    /// Hands what has come of the body to `take`.
    pub(crate) fn take_body(
        &self,
        take: &mut impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut progress = self.progress();
        if progress.untaken.is_empty() {
            return Ok(());
        }
        let taken = take(&progress.untaken);
        progress.untaken.clear();
        taken
    }

    pub(crate) fn body_bytes(&self) -> u64 {
        self.progress().body_bytes
    }

    /// Waits until the hit is at `stage`, or beyond it.
    fn poll_reached(&self, stage: Stage, cx: &Context<'_>) -> Poll<Result<(), Broken>> {
        let mut progress = self.progress();
        let reached = match (progress.stage, stage) {
            (Stage::Broken(broken), _) => return Poll::Ready(Err(broken)),
            (Stage::Ended, _) => true,
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

impl Progress {
    /// Another hit begins, as `stream`.
    pub(super) fn begin(&mut self, stream: u32, request: &Request) {
        self.stage = Stage::Sent;
        self.stream = stream;
        self.answer.clear(self.wants.headers);
        self.untaken.clear();
        self.bodiless = request.bodiless;
        self.body_bytes = 0;
        self.consumed = 0;
        self.unsent = request.body.clone();
    }

    /// Goes on to `stage`, and wakes the slot.
    pub(super) fn reach(&mut self, stage: Stage) {
        self.stage = stage;
        if let Some(waker) = &self.waker {
            waker.wake_by_ref();
        }
    }

    /// Takes what came of the body; whether it is still within what was announced.
    pub(super) fn take_body(&mut self, content: &[u8]) -> bool {
        self.body_bytes += content.len() as u64;
        if self.wants.body {
            self.untaken.extend_from_slice(content);
            self.reach(self.stage);
        }
        let announced = self.answer.content_length;
        self.bodiless || announced.is_none_or(|length| self.body_bytes <= length)
    }

    /// Whether an answer that ends now is as long as it said.
    pub(super) fn is_whole(&self) -> bool {
        let announced = self.answer.content_length;
        let none = self.body_bytes == 0 && (self.bodiless || self.answer.status == 304);
        announced.is_none_or(|length| length == self.body_bytes || none)
    }
}
