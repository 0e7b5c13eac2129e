//! The work that a connection does before other tasks of its thread run.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::task::Context;
use std::time::{Duration, Instant};

/// The number of bytes that a connection reads in one turn.
const MAX_TURN_BYTES: usize = 256 * 1024;
/// The time that one task may take before others of its thread run.
pub(crate) const MAX_TURN_TIME: Duration = Duration::from_micros(300);
/// The number of steps between two readings of the clock. Most turns have fewer steps.
const STEPS_PER_CLOCK_READING: u32 = 16;

/// Bounds one turn of a connection: the bytes that it reads and the time that it takes.
///
/// The budget of tokio counts reads alone. A peer that always has data to read can put thousands of
/// messages into each of them.
#[derive(Debug, Default)]
pub(crate) struct ReadTurn {
    bytes: Cell<usize>,
    steps: Cell<u32>,
    /// The first reading of the clock in this turn.
    clock: Cell<Option<Instant>>,
}

impl ReadTurn {
    /// Begins a turn.
    pub(crate) fn begin(&self) {
        self.bytes.set(0);
        self.steps.set(0);
        self.clock.set(None);
    }

    /// Counts a step of the turn, and the bytes that it read.
    pub(crate) fn count(&self, bytes: usize) {
        self.bytes.set(self.bytes.get() + bytes);
        self.steps.set(self.steps.get() + 1);
    }

    /// Returns true if the turn has used up its bytes or its time.
    pub(crate) fn is_over(&self) -> bool {
        if self.bytes.get() >= MAX_TURN_BYTES {
            return true;
        }
        if self.steps.get() < STEPS_PER_CLOCK_READING {
            return false;
        }
        self.steps.set(0);
        match self.clock.get() {
            Some(clock) => {
                let over = clock.elapsed() >= MAX_TURN_TIME;
                if over {
                    // The turn stays over, without further readings.
                    self.bytes.set(MAX_TURN_BYTES);
                }
                over
            }
            None => {
                self.clock.set(Some(Instant::now()));
                false
            }
        }
    }
}

/// Wakes the task once all others have run, and timers and sockets were polled.
///
/// A task that wakes itself runs again before them.
pub(crate) fn wake_after_others(cx: &mut Context<'_>) {
    // On its first poll, this future hands the waker to the scheduler.
    let _ = pin!(tokio::task::yield_now()).poll(cx);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_ends_after_its_bytes() {
        let turn = ReadTurn::default();
        turn.begin();
        turn.count(MAX_TURN_BYTES - 1);
        assert!(!turn.is_over());
        turn.count(1);
        assert!(turn.is_over());
        turn.begin();
        assert!(!turn.is_over());
    }

    #[test]
    fn a_turn_of_small_steps_ends_after_its_time() {
        let turn = ReadTurn::default();
        turn.begin();
        let begun = Instant::now();
        let mut steps = 0_u64;
        while !turn.is_over() {
            turn.count(1);
            steps += 1;
        }
        assert!(steps >= 2 * u64::from(STEPS_PER_CLOCK_READING), "{steps}");
        assert!(begun.elapsed() >= MAX_TURN_TIME);
        assert!(turn.is_over(), "it stays over");
    }
}
