//! The measurements of the last seconds of a load.

use std::collections::VecDeque;
use std::time::Duration;

use hammer_core::IntervalStats;

/// The number of parts that a window consists of at most, which bounds its memory.
const MAX_SLICES: u64 = 20;

/// The measurements of the last seconds, in slices.
///
/// A window of up to 20 s moves by the second. A longer one moves in steps of a twentieth.
#[derive(Debug)]
pub(crate) struct SlidingWindow {
    length: Duration,
    /// The length of a slice, in seconds.
    slice_s: u64,
    /// The number of each slice since the start, and its measurements.
    slices: VecDeque<(u64, Box<IntervalStats>)>,
}

impl SlidingWindow {
    /// Makes an empty window of whole seconds.
    pub(crate) fn new(length: Duration) -> Self {
        Self {
            length,
            slice_s: length.as_secs().div_ceil(MAX_SLICES).max(1),
            slices: VecDeque::new(),
        }
    }

    pub(crate) fn length(&self) -> Duration {
        self.length
    }

    /// Adds the measurements of the second that ends at `elapsed`.
    pub(crate) fn push(&mut self, elapsed: Duration, second: &IntervalStats) {
        let number = elapsed.as_secs().saturating_sub(1) / self.slice_s;
        let slices = self.length.as_secs().div_ceil(self.slice_s);
        self.slices.retain(|(old, _)| old + slices > number);
        let merged = match self.slices.back_mut() {
            Some((last, merged)) if *last == number => IntervalStats::merged([&**merged, second]),
            _ => {
                let merged = IntervalStats::merged([second]);
                self.slices.push_back((number, merged));
                return;
            }
        };
        if let Some((_, last)) = self.slices.back_mut() {
            *last = merged;
        }
    }

    /// The sum of all slices until `elapsed`, and the time that they cover. `None` until the window
    /// is full.
    pub(crate) fn sum(&self, elapsed: Duration) -> Option<(Box<IntervalStats>, Duration)> {
        if elapsed < self.length {
            return None;
        }
        let (first, _) = self.slices.front()?;
        let start = Duration::from_secs(first * self.slice_s);
        let slices = self.slices.iter().map(|(_, slice)| &**slice);
        let sum = IntervalStats::merged(slices);
        Some((sum, elapsed.saturating_sub(start)))
    }
}
