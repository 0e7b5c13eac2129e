//! The coarseness of a worker's wake-ups.

use std::time::Duration;

use crate::host::thread_usage::BUSY_SHARE;

/// The first quantum of a busy thread.
const MIN_QUANTUM: Duration = Duration::from_micros(25);
/// The largest quantum: hits due within it start together. At 100,000/s, these are 15 hits, so the
/// cost of a wake-up is spread thin, and more hits would only queue at the target.
const MAX_QUANTUM: Duration = Duration::from_micros(150);
/// The shortest time between two steps that start hits.
///
/// It is 0 while the thread has time to spare: each hit wakes the worker, and hits that fall due
/// while it works start together anyway. A thread that is busy for nine tenths of the time and
/// falls behind all the same has no time for that, so its quantum doubles until it has, and shrinks
/// again after that.
#[derive(Debug, Default)]
pub(crate) struct Quantum(Duration);

impl Quantum {
    /// The shortest time between two steps that start hits.
    pub(crate) fn duration(&self) -> Duration {
        self.0
    }

    /// Adapts to the share of a short time in which the thread was busy, and to whether it is
    /// behind its schedule.
    pub(crate) fn adapt(&mut self, busy: f64, behind: bool) {
        if busy >= BUSY_SHARE {
            if behind {
                self.0 = (self.0 * 2).clamp(MIN_QUANTUM, MAX_QUANTUM);
            }
            return;
        }
        let smaller = self.0 * 3 / 4;
        self.0 = match smaller < MIN_QUANTUM {
            true => Duration::ZERO,
            false => smaller,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_busy_thread_coarsens_and_no_further_than_needed() {
        let mut quantum = Quantum::default();
        for (busy, behind, micros) in [
            (0.89, true, 0),
            (0.95, false, 0),
            (0.9, true, 25),
            (0.95, true, 50),
            (0.95, false, 50),
            (0.95, true, 100),
            (0.95, true, 150),
            (1.0, true, 150),
            (0.85, true, 112),
            (0.85, false, 84),
            (0.5, false, 63),
            (0.95, true, 126),
            (0.5, false, 94),
        ] {
            quantum.adapt(busy, behind);
            assert_eq!(quantum.duration().as_micros(), micros, "{busy}");
        }
        (0..20).for_each(|_| quantum.adapt(0.5, false));
        assert_eq!(quantum.duration(), Duration::ZERO);
    }
}
