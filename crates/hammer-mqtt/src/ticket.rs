use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use hammer_core::{Failure, Outcome, Slot};

use crate::delivery::Arrival;

type Ended = Result<Outcome, Failure>;

/// Where the hit of a slot waits for its end; one hit after the other.
pub(crate) struct Ticket {
    /// Its place among those of the worker.
    pub(crate) index: u32,
    pub(crate) slot: Slot,
    generation: Cell<u32>,
    /// Subscribers that have yet to get the message of this hit.
    copies: Cell<u32>,
    /// Bytes that its message was sent as.
    sent: Cell<u32>,
    /// Bytes that subscribers have got it as.
    received: Cell<u64>,
    ended: Cell<Option<Ended>>,
    waker: RefCell<Option<Waker>>,
}

/// What is kept for a hit where its end will be known. When that comes after the hit is over, it
/// meets nobody.
#[derive(Clone)]
pub(crate) struct Receipt {
    ticket: Rc<Ticket>,
    generation: u32,
    /// Bytes that the hit has sent.
    pub(crate) sent: u32,
}

impl Ticket {
    pub(crate) fn new(index: u32, slot: Slot, generation: u32) -> Self {
        Self {
            index,
            slot,
            generation: Cell::new(generation),
            copies: Cell::new(0),
            sent: Cell::new(0),
            received: Cell::new(0),
            ended: Cell::new(None),
            waker: RefCell::new(None),
        }
    }

    /// For the hit that is now in this slot.
    pub(crate) fn receipt(self: &Rc<Self>) -> Receipt {
        Receipt {
            ticket: self.clone(),
            generation: self.generation.get(),
            sent: 0,
        }
    }

    pub(crate) fn generation(&self) -> u32 {
        self.generation.get()
    }

    /// What is known of the message of this hit before it is numbered.
    pub(crate) fn arrival(&self, worker: u16, client: u64) -> Arrival {
        Arrival {
            worker,
            client: client as u32,
            ticket: self.index,
            generation: self.generation(),
            seq: 0,
            subscriber: 0,
            bytes: 0,
        }
    }

    /// The message of this hit is to reach so many subscribers.
    pub(crate) fn expect_copies(&self, copies: u32) {
        self.copies.set(copies);
        self.received.set(0);
    }

    /// A subscriber has got the message of the hit of this generation; whether that hit still
    /// waits.
    pub(crate) fn arrived(&self, arrival: &Arrival) -> bool {
        if arrival.generation != self.generation.get() {
            return false;
        }
        let received = self.received.get() + u64::from(arrival.bytes);
        self.received.set(received);
        self.copies.set(self.copies.get().saturating_sub(1));
        if self.copies.get() == 0 {
            let sent = u64::from(self.sent.get());
            self.end(Ok(Outcome::ok("delivered").sent(sent).received(received)));
        }
        true
    }

    fn end(&self, ended: Ended) {
        if let Some(first) = self.ended.take() {
            self.ended.set(Some(first));
            return;
        }
        self.ended.set(Some(ended));
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }

    /// Waits for the end of the present hit, which is over with it.
    pub(crate) async fn ended(&self) -> Ended {
        poll_fn(|cx| match self.ended.take() {
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
    pub(crate) fn over(&self) {
        self.generation.set(self.generation.get().wrapping_add(1));
        self.ended.set(None);
    }
}

impl Receipt {
    /// Whether its hit still waits.
    pub(crate) fn is_live(&self) -> bool {
        self.generation == self.ticket.generation.get()
    }

    /// The hit has ended; whether it still waited for that.
    pub(crate) fn end(&self, ended: Ended) -> bool {
        let live = self.is_live();
        if live {
            self.ticket.end(ended);
        }
        live
    }

    /// The message of the hit is encoded, in so many bytes.
    pub(crate) fn encoded(&mut self, bytes: u32) {
        self.sent = bytes;
        if self.is_live() {
            self.ticket.sent.set(bytes);
        }
    }

    /// Names the step of the hit that ends now.
    pub(crate) fn mark(&self, phase: &'static str) {
        if self.is_live() {
            self.ticket.slot.mark(phase);
        }
    }
}
