use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use hammer_core::{Failure, Outcome, Slot};

use crate::delivery::DeliveryRecord;

type OutcomeOrFailure = Result<Outcome, Failure>;

/// Where the hit of a slot waits for its end; one hit after the other.
pub(crate) struct HitWaiter {
    /// Its place among those of the worker.
    pub(crate) index: u32,
    pub(crate) slot: Slot,
    generation: Cell<u32>,
    /// Subscribers that have yet to get the message of this hit.
    missing_copies: Cell<u32>,
    /// Bytes that its message was sent as.
    sent: Cell<u32>,
    /// Bytes that subscribers have got it as.
    received: Cell<u64>,
    result: Cell<Option<OutcomeOrFailure>>,
    waker: RefCell<Option<Waker>>,
}

/// What is kept for a hit where its end will be known. When that comes after the hit is over, it
/// meets nobody.
#[derive(Clone)]
pub(crate) struct HitPromise {
    waiter: Rc<HitWaiter>,
    generation: u32,
    /// Bytes that the hit has sent.
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
            result: Cell::new(None),
            waker: RefCell::new(None),
        }
    }

    /// For the hit that is now in this slot.
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

    /// What is known of the message of this hit before it is numbered.
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

    /// The message of this hit is to reach so many subscribers.
    pub(crate) fn expect_copies(&self, copies: u32) {
        self.missing_copies.set(copies);
        self.received.set(0);
    }

    /// A subscriber has got the message of the hit of this generation; whether that hit still
    /// waits.
    pub(crate) fn record_delivery(&self, arrival: &DeliveryRecord) -> bool {
        if arrival.generation != self.generation.get() {
            return false;
        }
        let received = self.received.get() + u64::from(arrival.bytes);
        self.received.set(received);
        self.missing_copies
            .set(self.missing_copies.get().saturating_sub(1));
        if self.missing_copies.get() == 0 {
            let sent = u64::from(self.sent.get());
            self.complete(Ok(Outcome::ok("delivered").sent(sent).received(received)));
        }
        true
    }

    fn complete(&self, ended: OutcomeOrFailure) {
        if let Some(first) = self.result.take() {
            self.result.set(Some(first));
            return;
        }
        self.result.set(Some(ended));
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }

    /// Waits for the end of the present hit, which is over with it.
    pub(crate) async fn wait_for_end(&self) -> OutcomeOrFailure {
        poll_fn(|cx| match self.result.take() {
            Some(ended) => Poll::Ready(ended),
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

    /// The present hit is over, whether it ended or was given up.
    pub(crate) fn finish_hit(&self) {
        self.generation.set(self.generation.get().wrapping_add(1));
        self.result.set(None);
    }
}

impl HitPromise {
    /// Whether its hit still waits.
    pub(crate) fn is_awaited(&self) -> bool {
        self.generation == self.waiter.generation.get()
    }

    /// The hit has ended; whether it still waited for that.
    pub(crate) fn complete(&self, ended: OutcomeOrFailure) -> bool {
        let live = self.is_awaited();
        if live {
            self.waiter.complete(ended);
        }
        live
    }

    /// The message of the hit is encoded, in so many bytes.
    pub(crate) fn set_encoded_size(&mut self, bytes: u32) {
        self.sent = bytes;
        if self.is_awaited() {
            self.waiter.sent.set(bytes);
        }
    }

    /// Names the step of the hit that ends now.
    pub(crate) fn mark_phase(&self, phase: &'static str) {
        if self.is_awaited() {
            self.waiter.slot.mark(phase);
        }
    }
}
