//! The hand-over of a result from a connection to the hit that waits for it.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use hammer_core::{Failure, Outcome, Slot};

use crate::load::delivery::DeliveryRecord;
use crate::load::undelivered_messages::UndeliveredMessage;

type OutcomeOrFailure = Result<Outcome, Failure>;

/// The place where the current hit of a slot waits for its result.
pub(crate) struct HitWaiter {
    /// The index among the waiters of the worker.
    pub(crate) index: u32,
    pub(crate) slot: Slot,
    generation: Cell<u32>,
    /// The number of deliveries of the message that are still missing.
    missing_copies: Cell<u32>,
    /// The size of the packet sent, in bytes.
    sent: Cell<u32>,
    /// The size of all packets that subscribers received, in bytes.
    received: Cell<u64>,
    /// True if the broker has acknowledged the message.
    acknowledged: Cell<bool>,
    result: Cell<Option<OutcomeOrFailure>>,
    waker: RefCell<Option<Waker>>,
}

/// A handle that completes a hit. It has no effect after the hit is over.
#[derive(Clone)]
pub(crate) struct HitPromise {
    waiter: Rc<HitWaiter>,
    generation: u32,
    /// The size of the packet sent, in bytes.
    pub(crate) sent: u32,
}

impl HitWaiter {
    pub(crate) fn new(index: u32, slot: Slot, generation: u32) -> Self {
        Self {
            index,
            slot,
            generation: Cell::new(generation),
            missing_copies: Cell::new(0),
            sent: Cell::new(0),
            received: Cell::new(0),
            acknowledged: Cell::new(false),
            result: Cell::new(None),
            waker: RefCell::new(None),
        }
    }

    /// Returns a handle for the current hit.
    pub(crate) fn promise(self: &Rc<Self>) -> HitPromise {
        HitPromise {
            waiter: self.clone(),
            generation: self.generation.get(),
            sent: 0,
        }
    }

    pub(crate) fn generation(&self) -> u32 {
        self.generation.get()
    }

    /// Returns the record for the header of the message, without its sequence number.
    pub(crate) fn delivery_record(&self, worker: u16, client: u64) -> DeliveryRecord {
        DeliveryRecord {
            worker,
            client: client as u32,
            waiter: self.index,
            generation: self.generation(),
            seq: 0,
            subscriber: 0,
            bytes: 0,
        }
    }

    /// Sets the number of deliveries that complete the hit.
    pub(crate) fn expect_copies(&self, copies: u32) {
        self.missing_copies.set(copies);
        self.received.set(0);
        self.sent.set(0);
        self.acknowledged.set(false);
    }

    /// Takes the state of the message of a hit that timed out.
    pub(crate) fn take_undelivered(&self) -> Option<UndeliveredMessage> {
        let (acknowledged, sent) = (self.acknowledged.take(), self.sent.take());
        match (acknowledged, sent) {
            (true, _) => Some(UndeliveredMessage::Acknowledged),
            (false, 0) => None,
            (false, _) => Some(UndeliveredMessage::Sent),
        }
    }

    /// Records a delivery. Returns true if its hit still waits.
    pub(crate) fn record_delivery(&self, delivery: &DeliveryRecord) -> bool {
        if delivery.generation != self.generation.get() {
            return false;
        }
        let received = self.received.get() + u64::from(delivery.bytes);
        self.received.set(received);
        self.missing_copies
            .set(self.missing_copies.get().saturating_sub(1));
        if self.missing_copies.get() == 0 {
            let sent = u64::from(self.sent.get());
            self.complete(Ok(Outcome::ok("delivered").sent(sent).received(received)));
        }
        true
    }

    fn complete(&self, result: OutcomeOrFailure) {
        if let Some(first) = self.result.take() {
            self.result.set(Some(first));
            return;
        }
        self.result.set(Some(result));
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }

    /// Waits for the result of the current hit.
    pub(crate) async fn wait_for_end(&self) -> OutcomeOrFailure {
        poll_fn(|cx| match self.result.take() {
            Some(result) => Poll::Ready(result),
            None => {
                let mut waker = self.waker.borrow_mut();
                match &mut *waker {
                    Some(waker) => waker.clone_from(cx.waker()),
                    none => *none = Some(cx.waker().clone()),
                }
                Poll::Pending
            }
        })
        .await
    }

    /// Ends the current hit, completed or abandoned.
    pub(crate) fn finish_hit(&self) {
        self.generation.set(self.generation.get().wrapping_add(1));
        self.result.set(None);
    }
}

impl HitPromise {
    /// Returns true if the hit still waits.
    pub(crate) fn is_awaited(&self) -> bool {
        self.generation == self.waiter.generation.get()
    }

    /// Completes the hit. Returns false if it no longer waited.
    pub(crate) fn complete(&self, result: OutcomeOrFailure) -> bool {
        let awaited = self.is_awaited();
        if awaited {
            self.waiter.complete(result);
        }
        awaited
    }

    /// Records that the broker has acknowledged the message.
    pub(crate) fn mark_acknowledged(&self) {
        if self.is_awaited() {
            self.waiter.acknowledged.set(true);
        }
    }

    /// Sets the size of the encoded message.
    pub(crate) fn set_encoded_size(&mut self, bytes: u32) {
        self.sent = bytes;
        if self.is_awaited() {
            self.waiter.sent.set(bytes);
        }
    }

    /// Marks the end of a phase of the hit.
    pub(crate) fn mark_phase(&self, phase: &'static str) {
        if self.is_awaited() {
            self.waiter.slot.mark(phase);
        }
    }
}
