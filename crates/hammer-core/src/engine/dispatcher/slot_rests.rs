//! Rests of slots whose hits fail at once in a closed loop.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

/// The rest after the first failure in a row.
const FIRST_REST: Duration = Duration::from_millis(1);
/// The longest rest. A target that restarts is found again within it.
const LONGEST_REST: Duration = Duration::from_millis(100);

/// Slots of a closed loop that rest, because their last hits failed.
///
/// Without a rest, a closed loop against a closed port would count as many failures as
/// the CPU can make. The rest doubles with each failure in a row, up to [`LONGEST_REST`].
#[derive(Debug, Default)]
pub(crate) struct SlotRests {
    /// Failures in a row by slot.
    failures: Vec<u32>,
    resting: BinaryHeap<Reverse<(Instant, usize)>>,
    /// True if a rest has begun since the last call of [`take_changed`](Self::take_changed).
    changed: bool,
}

impl SlotRests {
    /// Records that a hit of `slot` did not fail.
    pub(crate) fn hit_ended(&mut self, slot: usize) {
        if let Some(failures) = self.failures.get_mut(slot) {
            *failures = 0;
        }
    }

    /// Lets `slot` rest after a failure at `now`.
    pub(crate) fn hit_failed(&mut self, slot: usize, now: Instant) {
        if slot >= self.failures.len() {
            self.failures.resize(slot + 1, 0);
        }
        let doublings = self.failures[slot].min(16);
        self.failures[slot] += 1;
        let rest = (FIRST_REST * (1 << doublings)).min(LONGEST_REST);
        self.resting.push(Reverse((now + rest, slot)));
        self.changed = true;
    }

    /// Returns true if a rest has begun since the last call.
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Returns a slot whose rest is over at `now`, if there is one.
    pub(crate) fn wake(&mut self, now: Instant) -> Option<usize> {
        let Reverse((end, slot)) = *self.resting.peek()?;
        if end > now {
            return None;
        }
        self.resting.pop();
        Some(slot)
    }

    /// The end of the next rest.
    pub(crate) fn next_wake(&self) -> Option<Instant> {
        self.resting.peek().map(|Reverse((end, _))| *end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_double_up_to_a_limit_and_an_answer_ends_them() {
        let mut rests = SlotRests::default();
        let now = Instant::now();
        for ms in [1, 2, 4, 8, 16, 32, 64, 100, 100] {
            rests.hit_failed(3, now);
            let end = now + Duration::from_millis(ms);
            assert_eq!(rests.next_wake(), Some(end), "{ms} ms");
            assert_eq!(rests.wake(end - Duration::from_nanos(1)), None);
            assert_eq!(rests.wake(end), Some(3));
        }
        rests.hit_ended(3);
        rests.hit_failed(3, now);
        assert_eq!(rests.next_wake(), Some(now + FIRST_REST));
    }
}
