//! Where a target writes down what happens.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::counts::Counts;
use crate::knobs::Knobs;
use crate::truth::{Arrival, Truth};

/// How many arrivals are kept: half an hour at 1,000/s, in 64 MB.
pub(crate) const KEPT: usize = 2_000_000;

/// What a target has seen. The lock is held for a few stores at a time.
#[derive(Debug)]
pub(crate) struct Ledger {
    started: Instant,
    keep: usize,
    page: Mutex<Page>,
}

#[derive(Debug)]
struct Page {
    counts: Counts,
    arrivals: Vec<Arrival>,
    not_kept: u64,
    tokens: Vec<Duration>,
    first: Option<Duration>,
}

/// A request that has arrived.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket {
    /// Counted from 1, over all connections.
    pub(crate) number: u64,
    /// When it arrived.
    pub(crate) at: Instant,
    /// How long it has to wait.
    pub(crate) wait: Duration,
}

/// A connection that counts as open until this is dropped.
#[derive(Debug)]
pub(crate) struct Open(Arc<Ledger>);

impl Ledger {
    /// An empty one that keeps the first `keep` arrivals.
    pub(crate) fn new(keep: usize) -> Self {
        // All room at once: memory that is not written costs nothing, and growing a vector of
        // tens of megabytes would stall the target at a moment that no knob asked for.
        let arrivals = Vec::with_capacity(keep);
        let page = Page {
            counts: Counts::default(),
            arrivals,
            not_kept: 0,
            tokens: Vec::new(),
            first: None,
        };
        Self {
            started: Instant::now(),
            keep,
            page: Mutex::new(page),
        }
    }

    /// A connection was accepted.
    pub(crate) fn open(self: &Arc<Self>) -> Open {
        let counts = &mut self.page().counts;
        counts.connections += 1;
        counts.open += 1;
        counts.peak_open = counts.peak_open.max(counts.open);
        Open(Arc::clone(self))
    }

    /// A request's head was parsed.
    pub(crate) fn arrive(&self, knobs: &Knobs) -> Ticket {
        let mut page = self.page();
        // Read under the lock, so that arrivals are in order whatever runtime serves them.
        let now = Instant::now();
        let at = now.duration_since(self.started);
        let first = *page.first.get_or_insert(at);
        let wait = knobs.wait(at - first);
        page.counts.requests += 1;
        if page.arrivals.len() < self.keep {
            page.arrivals.push(Arrival { at, waited: wait });
        } else {
            page.not_kept += 1;
        }
        Ticket {
            number: page.counts.requests,
            at: now,
            wait,
        }
    }

    /// Bytes were read, and the heads that end in them are answered without a look at them.
    pub(crate) fn answer_unread(&self, bytes: usize, heads: usize) {
        let counts = &mut self.page().counts;
        counts.request_bytes += bytes as u64;
        counts.requests += heads as u64;
        counts.answered += heads as u64;
    }

    /// A request was made to wait this long, and now gets its answer.
    pub(crate) fn answer(&self, ticket: Ticket, waited: Duration) {
        let mut page = self.page();
        page.counts.answered += 1;
        page.waited(ticket, waited);
    }

    /// A request was made to wait this long, and now gets no answer.
    pub(crate) fn fail(&self, ticket: Ticket, waited: Duration) {
        let mut page = self.page();
        page.counts.failed += 1;
        page.waited(ticket, waited);
    }

    /// A token was given.
    pub(crate) fn give_token(&self) {
        let at = self.started.elapsed();
        self.page().tokens.push(at);
    }

    /// Bytes were read from a connection.
    pub(crate) fn read(&self, bytes: usize) {
        self.page().counts.request_bytes += bytes as u64;
    }

    /// Bytes of a request's body were read.
    pub(crate) fn read_body(&self, bytes: usize) {
        self.page().counts.body_bytes += bytes as u64;
    }

    pub(crate) fn counts(&self) -> Counts {
        self.page().counts
    }

    pub(crate) fn truth(&self) -> Truth {
        let page = self.page();
        Truth {
            started: self.started.into_std(),
            counts: page.counts,
            arrivals: page.arrivals.clone(),
            not_kept: page.not_kept,
            tokens: page.tokens.clone(),
        }
    }

    fn page(&self) -> MutexGuard<'_, Page> {
        self.page.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Page {
    fn waited(&mut self, ticket: Ticket, waited: Duration) {
        if let Some(arrival) = self.arrivals.get_mut(ticket.number as usize - 1) {
            arrival.waited = waited;
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.page().counts.open -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_beyond_the_bound_are_counted_but_not_kept() {
        let ledger = Ledger::new(2);
        for _ in 0..5 {
            let ticket = ledger.arrive(&Knobs::default());
            ledger.answer(ticket, Duration::ZERO);
        }
        let truth = ledger.truth();
        assert_eq!((truth.counts.requests, truth.counts.answered), (5, 5));
        assert_eq!((truth.arrivals.len(), truth.not_kept), (2, 3));
    }
}
