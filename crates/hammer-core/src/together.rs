use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::coordinator::LEAD;
use crate::stop::Stop;

/// How long before its start a run that starts later opens its first sessions: time enough to
/// connect, and too little for a target to close them again because nothing came.
const EARLY: Duration = Duration::from_secs(1);

/// Lets several runs start at the same instant, each with an offset of its own.
///
/// Each run executes on a thread of its own; none starts before all have opened their first
/// sessions. A run that can't be made, or is stopped, does not hold up the others.
///
/// ```
/// use std::time::Duration;
/// use hammer_core::{Outcome, Rate, Run, Schedule, Together, from_fn};
///
/// let together = Together::new(2);
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
pub struct Together(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    missing: usize,
    start: Option<Instant>,
}

/// The place of one run among those that start together; dropped, it is nobody's to wait for.
#[derive(Debug)]
pub struct Place {
    together: Together,
    offset: Duration,
    arrived: bool,
}

impl Together {
    /// For so many runs.
    #[must_use]
    pub fn new(runs: usize) -> Self {
        let state = Mutex::new(State {
            missing: runs,
            start: None,
        });
        let changed = Condvar::new();
        Self(Arc::new(Inner { state, changed }))
    }

    /// The place of one of them, which starts `offset` after the common start.
    #[must_use]
    pub fn place(&self, offset: Duration) -> Place {
        Place {
            together: self.clone(),
            offset,
            arrived: false,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let state = self.0.state.lock();
        state.unwrap_or_else(PoisonError::into_inner)
    }

    fn arrive(&self) -> MutexGuard<'_, State> {
        let mut state = self.state();
        state.missing = state.missing.saturating_sub(1);
        if state.missing == 0 && state.start.is_none() {
            state.start = Some(Instant::now() + LEAD);
            self.0.changed.notify_all();
        }
        state
    }
}

impl Place {
    /// Waits until it is time to open the first sessions.
    pub(crate) fn before_opening(&mut self, stop: &Stop) {
        if self.offset > EARLY {
            let start = self.start();
            stop.wait_until((start - EARLY).into_std());
        }
    }

    /// When this run starts; waits until all have arrived.
    pub(crate) fn start(&mut self) -> Instant {
        let together = self.together.clone();
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

impl Drop for Place {
    fn drop(&mut self) {
        if !self.arrived {
            drop(self.together.arrive());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_start_together_and_one_that_is_gone_is_not_waited_for() {
        let together = Together::new(3);
        let offset = Duration::from_secs(3600);
        let (mut first, mut second) = (together.place(Duration::ZERO), together.place(offset));
        drop(together.place(offset));
        let (first, second) = std::thread::scope(|scope| {
            let first = scope.spawn(|| first.start());
            let second = scope.spawn(|| second.start());
            (
                first.join().expect("no panic"),
                second.join().expect("no panic"),
            )
        });
        assert_eq!(second - first, offset);
    }

    #[test]
    fn a_stop_ends_the_wait_for_a_late_start() {
        let stop = Stop::new();
        let together = Together::new(1);
        let mut place = together.place(Duration::from_secs(3600));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| place.before_opening(&stop));
            stop.drain();
            waiting.join().expect("no panic");
        });
    }
}
