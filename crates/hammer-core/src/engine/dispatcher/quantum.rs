//! The coarseness of a worker's wake-ups.

use std::time::Duration;

use crate::host::thread_usage::BUSY_SHARE;

/// The first quantum of a busy thread.
const MIN_QUANTUM: Duration = Duration::from_micros(25);
/// The largest quantum: hits due within it start together.
const MAX_QUANTUM: Duration = Duration::from_micros(400);
/// The share of busy time below which the quantum shrinks again. The distance to [`BUSY_SHARE`] keeps
/// it from changing every second.
const CALM_SHARE: f64 = 0.75;

/// The shortest time between two steps that start hits.
///
/// It is 0 while the thread has time to spare: each hit wakes the worker, and hits that fall due
/// while it works start together anyway. A thread that was busy for nine tenths of the last second
/// has no time for that, so its quantum doubles until it has.
#[derive(Debug, Default)]
pub(crate) struct Quantum(Duration);

impl Quantum {
    /// The shortest time between two steps that start hits.
    pub(crate) fn duration(&self) -> Duration {
        self.0
    }

    /// Adapts to the share of the last second in which the thread was busy.
    pub(crate) fn adapt(&mut self, busy: f64) {
        if busy >= BUSY_SHARE {
            self.0 = (self.0 * 2).clamp(MIN_QUANTUM, MAX_QUANTUM);
        } else if busy < CALM_SHARE {
            let half = self.0 / 2;
            self.0 = if half < MIN_QUANTUM {
                Duration::ZERO
            } else {
                half
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_busy_thread_coarsens_and_no_further_than_needed() {
        let mut quantum = Quantum::default();
        for (busy, micros) in [
            (0.89, 0),
            (0.9, 25),
            (0.8, 25),
            (0.95, 50),
            (0.95, 100),
            (0.95, 200),
            (0.95, 400),
            (1.0, 400),
            (0.8, 400),
            (0.5, 200),
            (0.5, 100),
            (0.5, 50),
            (0.5, 25),
            (0.5, 0),
            (0.0, 0),
        ] {
            quantum.adapt(busy);
            assert_eq!(quantum.duration(), Duration::from_micros(micros), "{busy}");
        }
    }
}
