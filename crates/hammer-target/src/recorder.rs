//! Recorder of arrivals and counts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::counts::TargetCounts;
use crate::ground_truth::{GroundTruth, RequestArrival};
use crate::queue::WaitPlanner;

/// The default maximum of kept arrivals: half an hour at 1,000 hits/s, in 64 MB.
pub(crate) const MAX_ARRIVALS: usize = 2_000_000;

/// The records of a target. The lock is held only for a few stores at a time.
#[derive(Debug)]
pub(crate) struct TargetRecorder {
    started: Instant,
    max_arrivals: usize,
    /// The idle time of a target that polls, in nanoseconds.
    idle_ns: AtomicU64,
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
    /// The number of the request among those of all connections, from 1.
    pub(crate) number: u64,
    /// The time of its arrival.
    pub(crate) at: Instant,
    /// The time that it has to wait.
    pub(crate) wait: Duration,
}

/// A guard that counts a connection as open until it is dropped.
#[derive(Debug)]
pub(crate) struct OpenConnectionGuard(Arc<TargetRecorder>);

impl TargetRecorder {
    /// Creates a recorder that keeps the first `max_arrivals` arrivals.
    pub(crate) fn new(max_arrivals: usize) -> Self {
        // All memory is reserved at once. Memory that is not written costs nothing, and growing a vector
        // of tens of megabytes would stall the target.
        let arrivals = Vec::with_capacity(max_arrivals);
        let state = RecordedState {
            counts: TargetCounts::default(),
            arrivals,
            dropped_arrivals: 0,
            tokens_issued: Vec::new(),
            first_arrival: None,
        };
        Self {
            started: Instant::now(),
            max_arrivals,
            idle_ns: AtomicU64::new(0),
            state: Mutex::new(state),
        }
    }

    /// Records an accepted connection.
    pub(crate) fn open_connection(self: &Arc<Self>) -> OpenConnectionGuard {
        let counts = &mut self.lock_state().counts;
        counts.connections += 1;
        counts.open_connections += 1;
        counts.peak_connections = counts.peak_connections.max(counts.open_connections);
        OpenConnectionGuard(Arc::clone(self))
    }

    /// Records a request whose head was parsed, and plans its wait.
    pub(crate) fn record_arrival(&self, planner: &WaitPlanner) -> ArrivedRequest {
        let mut state = self.lock_state();
        // The clock is read under the lock, so that arrivals are in order with any runtime.
        let now = Instant::now();
        let at = now.duration_since(self.started);
        let first = *state.first_arrival.get_or_insert(at);
        let wait = planner.wait_at(at - first);
        state.counts.requests += 1;
        if state.arrivals.len() < self.max_arrivals {
            state.arrivals.push(RequestArrival { at, waited: wait });
        } else {
            state.dropped_arrivals += 1;
        }
        ArrivedRequest {
            number: state.counts.requests,
            at: now,
            wait,
        }
    }

    /// Records bytes of a raw target, and the heads in them, which are always answered.
    ///
    /// All heads of one read arrived at the same time. The clock is not read if no arrival is kept.
    pub(crate) fn record_raw(&self, bytes: usize, heads: usize) {
        let mut state = self.lock_state();
        state.counts.request_bytes += bytes as u64;
        state.counts.requests += heads as u64;
        state.counts.answered += heads as u64;
        if self.max_arrivals == 0 || heads == 0 {
            return;
        }
        let arrival = RequestArrival {
            at: self.started.elapsed(),
            waited: Duration::ZERO,
        };
        let kept = heads.min(self.max_arrivals - state.arrivals.len());
        state.arrivals.extend(std::iter::repeat_n(arrival, kept));
        state.dropped_arrivals += (heads - kept) as u64;
    }

    /// Records the answer of a request and its wait.
    pub(crate) fn record_answered(&self, request: ArrivedRequest, waited: Duration) {
        let mut state = self.lock_state();
        state.counts.answered += 1;
        state.record_wait(request, waited);
    }

    /// Records a request that fails on purpose, and its wait.
    pub(crate) fn record_failed(&self, request: ArrivedRequest, waited: Duration) {
        let mut state = self.lock_state();
        state.counts.failed += 1;
        state.record_wait(request, waited);
    }

    /// Records an issued token.
    pub(crate) fn record_token(&self) {
        let at = self.started.elapsed();
        self.lock_state().tokens_issued.push(at);
    }

    /// Records bytes that were read from a connection.
    pub(crate) fn record_read(&self, bytes: usize) {
        self.lock_state().counts.request_bytes += bytes as u64;
    }

    /// Records bytes of the body of a request.
    pub(crate) fn record_body(&self, bytes: usize) {
        self.lock_state().counts.body_bytes += bytes as u64;
    }

    /// Records time in which a target polled and nothing arrived.
    pub(crate) fn record_idle(&self, time: Duration) {
        self.idle_ns
            .fetch_add(time.as_nanos() as u64, Ordering::Relaxed);
    }

    /// Returns the time in which a target polled and nothing arrived.
    pub(crate) fn idle_time(&self) -> Duration {
        Duration::from_nanos(self.idle_ns.load(Ordering::Relaxed))
    }

    pub(crate) fn counts(&self) -> TargetCounts {
        self.lock_state().counts
    }

    pub(crate) fn ground_truth(&self) -> GroundTruth {
        let state = self.lock_state();
        GroundTruth {
            started: self.started.into_std(),
            counts: state.counts,
            arrivals: state.arrivals.clone(),
            dropped_arrivals: state.dropped_arrivals,
            tokens_issued: state.tokens_issued.clone(),
        }
    }

    fn lock_state(&self) -> MutexGuard<'_, RecordedState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RecordedState {
    fn record_wait(&mut self, request: ArrivedRequest, waited: Duration) {
        if let Some(arrival) = self.arrivals.get_mut(request.number as usize - 1) {
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
    use crate::behavior::TargetBehavior;

    #[test]
    fn arrivals_above_the_maximum_are_counted_but_not_kept() {
        let recorder = TargetRecorder::new(2);
        let planner = WaitPlanner::new(TargetBehavior::default());
        for _ in 0..5 {
            let request = recorder.record_arrival(&planner);
            recorder.record_answered(request, Duration::ZERO);
        }
        let truth = recorder.ground_truth();
        assert_eq!((truth.counts.requests, truth.counts.answered), (5, 5));
        assert_eq!((truth.arrivals.len(), truth.dropped_arrivals), (2, 3));
    }

    #[test]
    fn raw_arrivals_are_kept_only_up_to_the_maximum() {
        for (max_arrivals, kept, dropped) in [(0, 0, 0), (2, 2, 3), (4, 4, 1), (9, 5, 0)] {
            let recorder = TargetRecorder::new(max_arrivals);
            for (bytes, heads) in [(10, 1), (5, 0), (30, 3), (10, 1)] {
                recorder.record_raw(bytes, heads);
            }
            let truth = recorder.ground_truth();
            assert_eq!((truth.counts.requests, truth.counts.answered), (5, 5));
            assert_eq!(truth.counts.request_bytes, 55);
            assert_eq!(
                (truth.arrivals.len(), truth.dropped_arrivals),
                (kept, dropped),
                "{max_arrivals}"
            );
            assert!(truth.arrivals.is_sorted_by_key(|arrival| arrival.at));
        }
    }
}
