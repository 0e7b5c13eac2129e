//! The coarseness of a worker's wake-ups.

use std::time::Duration;

use crate::host::thread_usage::BUSY_SHARE;

/// The first quantum of a busy thread.
const MIN_QUANTUM: Duration = Duration::from_micros(25);
/// The largest quantum: hits due within it start together.
const MAX_QUANTUM: Duration = Duration::from_micros(400);
/// The share of busy time below which the quantum halves. Between this and [`BUSY_SHARE`], it shrinks
/// by a quarter, so that it never stays larger than the load demands.
const CALM_SHARE: f64 = 0.8;

/// The shortest time between two steps that start hits.
///
/// It is 0 while the thread has time to spare: each hit wakes the worker, and hits that fall due
/// while it works start together anyway. A thread that was busy for nine tenths of the last second
/// has no time for that, so its quantum doubles until it has, and shrinks again after that.
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
        } else {
            let smaller = match busy < CALM_SHARE {
                true => self.0 / 2,
                false => self.0 * 3 / 4,
            };
            self.0 = match smaller < MIN_QUANTUM {
                true => Duration::ZERO,
                false => smaller,
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
            (0.95, 50),
            (0.95, 100),
            (0.95, 200),
            (0.95, 400),
            (1.0, 400),
            (0.85, 300),
            (0.85, 225),
            (0.5, 112),
            (0.5, 56),
            (0.95, 112),
            (0.5, 56),
            (0.5, 28),
            (0.89, 0),
            (0.0, 0),
        ] {
            quantum.adapt(busy);
            assert_eq!(quantum.duration().as_micros(), micros, "{busy}");
        }
    }
}
