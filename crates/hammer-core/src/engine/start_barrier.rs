//! A common start for several runs.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::engine::stop_handle::StopHandle;

/// The delay between the last worker becoming ready and the start, long enough for the message to
/// reach every worker.
pub(crate) const START_LEAD: Duration = Duration::from_millis(2);
/// The time before its start at which a run with an offset opens its first sessions. It is as long
/// as opening can take, and too short for a target to close idle connections.
const OPEN_EARLY: Duration = Duration::from_secs(3);

/// Starts several runs at the same instant, each with an offset.
///
/// Each run executes on a separate thread. None starts before all have opened their first sessions.
/// A run that cannot start, or is stopped, does not delay the others.
///
/// ```
/// use std::time::{Duration, Instant};
/// use hammer_core::{Outcome, Rate, Run, Schedule, RunStartBarrier, from_fn};
///
/// let barrier = RunStartBarrier::new(2);
/// let reports = std::thread::scope(|scope| {
///     let threads = [0, 50].map(|offset_ms| {
///         let hammer = from_fn(async |_hit| Ok(Outcome::ok("done")));
///         let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(5);
///         let run = Run::new(hammer, schedule)
///             .start_ticket(barrier.ticket(Duration::from_millis(offset_ms)));
///         scope.spawn(|| run.execute())
///     });
///     threads.map(|thread| thread.join().expect("no panic"))
/// });
/// assert!(reports.iter().all(|report| report.as_ref().is_ok_and(|report| report.hits.ok == 5)));
/// ```
#[derive(Debug, Clone)]
pub struct RunStartBarrier(Arc<BarrierInner>);

#[derive(Debug)]
struct BarrierInner {
    state: Mutex<BarrierState>,
    changed: Condvar,
}

#[derive(Debug)]
struct BarrierState {
    pending_runs: usize,
    start: Option<Instant>,
}

/// The ticket of one run of a [`RunStartBarrier`]. The others do not wait for a dropped ticket.
#[derive(Debug)]
pub struct RunStartTicket {
    barrier: RunStartBarrier,
    offset: Duration,
    arrived: bool,
}

impl RunStartBarrier {
    /// Creates a barrier for `runs` runs.
    #[must_use]
    pub fn new(runs: usize) -> Self {
        let state = Mutex::new(BarrierState {
            pending_runs: runs,
            start: None,
        });
        let changed = Condvar::new();
        Self(Arc::new(BarrierInner { state, changed }))
    }

    /// Creates the ticket of a run that starts `offset` after the common start.
    #[must_use]
    pub fn ticket(&self, offset: Duration) -> RunStartTicket {
        RunStartTicket {
            barrier: self.clone(),
            offset,
            arrived: false,
        }
    }

    fn state(&self) -> MutexGuard<'_, BarrierState> {
        let state = self.0.state.lock();
        state.unwrap_or_else(PoisonError::into_inner)
    }

    fn arrive(&self) -> MutexGuard<'_, BarrierState> {
        let mut state = self.state();
        state.pending_runs = state.pending_runs.saturating_sub(1);
        if state.pending_runs == 0 && state.start.is_none() {
            state.start = Some(Instant::now() + START_LEAD);
            self.0.changed.notify_all();
        }
        state
    }
}

impl RunStartTicket {
    /// Waits until it is time to open the first sessions.
    pub(crate) fn wait_before_opening(&mut self, stop: &StopHandle) {
        if self.offset > OPEN_EARLY {
            let start = self.wait_for_start();
            stop.wait_until(start - OPEN_EARLY);
        }
    }

    /// Waits until all runs have arrived, and returns the start of this run.
    pub(crate) fn wait_for_start(&mut self) -> Instant {
        let barrier = self.barrier.clone();
        let mut state = if self.arrived {
            barrier.state()
        } else {
            self.arrived = true;
            barrier.arrive()
        };
        loop {
            if let Some(start) = state.start {
                return start.checked_add(self.offset).unwrap_or(start);
            }
            let waited = barrier.0.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for RunStartTicket {
    fn drop(&mut self) {
        if !self.arrived {
            drop(self.barrier.arrive());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_start_together_without_waiting_for_a_dropped_ticket() {
        let barrier = RunStartBarrier::new(3);
        let offset = Duration::from_secs(3600);
        let (mut first, mut second) = (barrier.ticket(Duration::ZERO), barrier.ticket(offset));
        drop(barrier.ticket(offset));
        let (first, second) = std::thread::scope(|scope| {
            let first = scope.spawn(|| first.wait_for_start());
            let second = scope.spawn(|| second.wait_for_start());
            (
                first.join().expect("no panic"),
                second.join().expect("no panic"),
            )
        });
        assert_eq!(second - first, offset);
    }

    #[test]
    fn a_stop_ends_the_wait_for_a_late_start() {
        let stop = StopHandle::new();
        let barrier = RunStartBarrier::new(1);
        let mut ticket = barrier.ticket(Duration::from_secs(3600));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| ticket.wait_before_opening(&stop));
            stop.drain();
            waiting.join().expect("no panic");
        });
    }
}
