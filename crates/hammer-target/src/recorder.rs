//! Where a target writes down what happens.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::behavior::TargetBehavior;
use crate::counts::TargetCounts;
use crate::ground_truth::{GroundTruth, RequestArrival};

/// How many arrivals are kept: half an hour at 1,000/s, in 64 MB.
pub(crate) const MAX_ARRIVALS: usize = 2_000_000;

/// What a target has seen. The lock is held for a few stores at a time.
#[derive(Debug)]
pub(crate) struct TargetRecorder {
    started: Instant,
    max_arrivals: usize,
    state: Mutex<RecordedState>,
}

#[derive(Debug)]
struct RecordedState {
    counts: TargetCounts,
    arrivals: Vec<RequestArrival>,
    dropped_arrivals: u64,
    tokens_issued: Vec<Duration>,
    first_arrival: Option<Duration>,
}

/// A request that has arrived.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ArrivedRequest {
    /// Counted from 1, over all connections.
    pub(crate) number: u64,
    /// When it arrived.
    pub(crate) arrived: Instant,
    /// How long it has to wait.
    pub(crate) wait: Duration,
}

/// A connection that counts as open until this is dropped.
#[derive(Debug)]
pub(crate) struct OpenConnectionGuard(Arc<TargetRecorder>);

impl TargetRecorder {
    /// An empty one that keeps the first `keep` arrivals.
    pub(crate) fn new(max_arrivals: usize) -> Self {
        // All room at once: memory that is not written costs nothing, and growing a vector of
        // tens of megabytes would stall the target at a moment that no knob asked for.
        let arrivals = Vec::with_capacity(max_arrivals);
        let page = RecordedState {
            counts: TargetCounts::default(),
            arrivals,
            dropped_arrivals: 0,
            tokens_issued: Vec::new(),
            first_arrival: None,
        };
        Self {
            started: Instant::now(),
            max_arrivals,
            state: Mutex::new(page),
        }
    }

    /// A connection was accepted.
    pub(crate) fn open_connection(self: &Arc<Self>) -> OpenConnectionGuard {
        let counts = &mut self.lock_state().counts;
        counts.connections += 1;
        counts.open_connections += 1;
        counts.peak_connections = counts.peak_connections.max(counts.open_connections);
        OpenConnectionGuard(Arc::clone(self))
    }

    /// A request's head was parsed.
    pub(crate) fn record_arrival(&self, knobs: &TargetBehavior) -> ArrivedRequest {
        let mut page = self.lock_state();
        // Read under the lock, so that arrivals are in order whatever runtime serves them.
        let now = Instant::now();
        let at = now.duration_since(self.started);
        let first = *page.first_arrival.get_or_insert(at);
        let wait = knobs.wait_at(at - first);
        page.counts.requests += 1;
        if page.arrivals.len() < self.max_arrivals {
            page.arrivals.push(RequestArrival { at, waited: wait });
        } else {
            page.dropped_arrivals += 1;
        }
        ArrivedRequest {
            number: page.counts.requests,
            arrived: now,
            wait,
        }
    }

    /// Bytes were read, and the heads that end in them are answered without a look at them.
    pub(crate) fn record_raw(&self, bytes: usize, heads: usize) {
        let counts = &mut self.lock_state().counts;
        counts.request_bytes += bytes as u64;
        counts.requests += heads as u64;
        counts.answered += heads as u64;
    }

    /// A request was made to wait this long, and now gets its answer.
    pub(crate) fn record_answered(&self, ticket: ArrivedRequest, waited: Duration) {
        let mut page = self.lock_state();
        page.counts.answered += 1;
        page.record_wait(ticket, waited);
    }

    /// A request was made to wait this long, and now gets no answer.
    pub(crate) fn record_failed(&self, ticket: ArrivedRequest, waited: Duration) {
        let mut page = self.lock_state();
        page.counts.failed += 1;
        page.record_wait(ticket, waited);
    }

    /// A token was given.
    pub(crate) fn record_token(&self) {
        let at = self.started.elapsed();
        self.lock_state().tokens_issued.push(at);
    }

    /// Bytes were read from a connection.
    pub(crate) fn record_read(&self, bytes: usize) {
        self.lock_state().counts.request_bytes += bytes as u64;
    }

    /// Bytes of a request's body were read.
    pub(crate) fn record_body(&self, bytes: usize) {
        self.lock_state().counts.body_bytes += bytes as u64;
    }

    pub(crate) fn counts(&self) -> TargetCounts {
        self.lock_state().counts
    }

    pub(crate) fn ground_truth(&self) -> GroundTruth {
        let page = self.lock_state();
        GroundTruth {
            started: self.started.into_std(),
            counts: page.counts,
            arrivals: page.arrivals.clone(),
            dropped_arrivals: page.dropped_arrivals,
            tokens_issued: page.tokens_issued.clone(),
        }
    }

    fn lock_state(&self) -> MutexGuard<'_, RecordedState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RecordedState {
    fn record_wait(&mut self, ticket: ArrivedRequest, waited: Duration) {
        if let Some(arrival) = self.arrivals.get_mut(ticket.number as usize - 1) {
            arrival.waited = waited;
        }
    }
}

impl Drop for OpenConnectionGuard {
    fn drop(&mut self) {
        self.0.lock_state().counts.open_connections -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_beyond_the_bound_are_counted_but_not_kept() {
        let ledger = TargetRecorder::new(2);
        for _ in 0..5 {
            let ticket = ledger.record_arrival(&TargetBehavior::default());
            ledger.record_answered(ticket, Duration::ZERO);
        }
        let truth = ledger.ground_truth();
        assert_eq!((truth.counts.requests, truth.counts.answered), (5, 5));
        assert_eq!((truth.arrivals.len(), truth.dropped_arrivals), (2, 3));
    }
}
