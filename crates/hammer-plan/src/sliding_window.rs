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

    /// Adds the measurements of the second that ends at `elapsed`, with these of its groups.
    pub(crate) fn push(&mut self, elapsed: Duration, second: &IntervalStats, groups: &[usize]) {
        let number = self.slice_number(elapsed);
        let first = self.first_slice(elapsed);
        self.slices.retain(|(old, _)| *old >= first);
        let merged = match self.slices.back_mut() {
            Some((last, merged)) if *last == number => {
                IntervalStats::merged_of_groups([&**merged, second], groups)
            }
            _ => {
                let merged = IntervalStats::merged_of_groups([second], groups);
                self.slices.push_back((number, merged));
                return;
            }
        };
        if let Some((_, last)) = self.slices.back_mut() {
            *last = merged;
        }
    }

    /// The number of the slice with the second that ends at `elapsed`.
    fn slice_number(&self, elapsed: Duration) -> u64 {
        elapsed.as_secs().saturating_sub(1) / self.slice_s
    }

    /// The number of the first slice in the window that ends at `elapsed`.
    fn first_slice(&self, elapsed: Duration) -> u64 {
        let slices = self.length.as_secs().div_ceil(self.slice_s);
        (self.slice_number(elapsed) + 1).saturating_sub(slices)
    }

    /// The sum of the slices in the window that ends at `elapsed`, and the time that they cover. `None`
    /// until the window is full, and without a slice in it.
    pub(crate) fn sum(&self, elapsed: Duration) -> Option<(Box<IntervalStats>, Duration)> {
        if elapsed < self.length {
            return None;
        }
        let first = self.first_slice(elapsed);
        let slices = || self.slices.iter().filter(|(number, _)| *number >= first);
        let (first, _) = slices().next()?;
        let start = Duration::from_secs(first * self.slice_s);
        let sum = IntervalStats::merged(slices().map(|(_, slice)| &**slice));
        Some((sum, elapsed.saturating_sub(start)))
    }
}
