use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::coordinator::START_LEAD;
use crate::stop_handle::StopHandle;

/// How long before its start a run that starts later opens its first sessions: time enough to
/// connect, and too little for a target to close them again because nothing came.
const OPEN_EARLY: Duration = Duration::from_secs(1);

/// Lets several runs start at the same instant, each with an offset of its own.
///
/// Each run executes on a thread of its own; none starts before all have opened their first
/// sessions. A run that can't be made, or is stopped, does not hold up the others.
///
/// ```
/// use std::time::Duration;
/// use hammer_core::{Outcome, Rate, Run, Schedule, StartBarrier, from_fn};
///
/// let together = StartBarrier::new(2);
/// let reports = std::thread::scope(|scope| {
///     let threads = [0, 50].map(|offset_ms| {
///         let hammer = from_fn(|_hit| async { Ok(Outcome::ok("done")) });
///         let run = Run::new(hammer, Schedule::constant(Rate::per_second(100)).hits(5))
///             .together(together.place(Duration::from_millis(offset_ms)));
///         scope.spawn(|| run.execute(|_| ()))
///     });
///     threads.map(|thread| thread.join().expect("no panic"))
/// });
/// assert!(reports.iter().all(|report| report.as_ref().is_ok_and(|report| report.hits.ok == 5)));
/// ```
#[derive(Debug, Clone)]
pub struct StartBarrier(Arc<BarrierInner>);

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

/// The place of one run among those that start together; dropped, it is nobody's to wait for.
#[derive(Debug)]
pub struct StartTicket {
    barrier: StartBarrier,
    offset: Duration,
    arrived: bool,
}

impl StartBarrier {
    /// For so many runs.
    #[must_use]
    pub fn new(runs: usize) -> Self {
        let state = Mutex::new(BarrierState {
            pending_runs: runs,
            start: None,
        });
        let changed = Condvar::new();
        Self(Arc::new(BarrierInner { state, changed }))
    }

    /// The place of one of them, which starts `offset` after the common start.
    #[must_use]
    pub fn ticket(&self, offset: Duration) -> StartTicket {
        StartTicket {
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

impl StartTicket {
    /// Waits until it is time to open the first sessions.
    pub(crate) fn wait_before_opening(&mut self, stop: &StopHandle) {
        if self.offset > OPEN_EARLY {
            let start = self.wait_for_start();
            stop.wait_until((start - OPEN_EARLY).into_std());
        }
    }

    /// When this run starts; waits until all have arrived.
    pub(crate) fn wait_for_start(&mut self) -> Instant {
        let together = self.barrier.clone();
        let mut state = if self.arrived {
            together.state()
        } else {
            self.arrived = true;
            together.arrive()
        };
        loop {
            if let Some(start) = state.start {
                return start + self.offset;
            }
            let waited = together.0.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for StartTicket {
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
    fn all_start_together_and_one_that_is_gone_is_not_waited_for() {
        let together = StartBarrier::new(3);
        let offset = Duration::from_secs(3600);
        let (mut first, mut second) = (together.ticket(Duration::ZERO), together.ticket(offset));
        drop(together.ticket(offset));
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
        let together = StartBarrier::new(1);
        let mut place = together.ticket(Duration::from_secs(3600));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| place.wait_before_opening(&stop));
            stop.drain();
            waiting.join().expect("no panic");
        });
    }
}
