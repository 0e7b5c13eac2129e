//! A worker's part of a closed loop.

use std::time::Duration;

/// A worker's part of a closed loop: every hit k with k mod `stride` = the worker.
#[derive(Debug)]
pub(crate) struct ClosedLoopSchedule {
    /// The number of the hit with index 0.
    first_number: u64,
    next: u64,
    stride: u64,
    end: u64,
    end_time: Option<Duration>,
}

impl ClosedLoopSchedule {
    /// Creates the part of worker `worker` of `workers`, up to hit `end` or the time `end_time`.
    pub(super) fn new(
        worker: u64,
        workers: u64,
        end: Option<u64>,
        end_time: Option<Duration>,
    ) -> Self {
        Self {
            first_number: 0,
            next: worker,
            stride: workers,
            end: end.unwrap_or(u64::MAX),
            end_time,
        }
    }

    /// Renumbers the hits, starting at `number`.
    pub(crate) fn numbered_from(mut self, number: u64) -> Self {
        self.first_number = number;
        self
    }

    /// Takes the number of the next hit at `elapsed`, if there is one.
    pub(crate) fn take(&mut self, elapsed: Duration) -> Option<u64> {
        if self.is_exhausted(elapsed) {
            return None;
        }
        let number = self.first_number + self.next;
        self.next = self.next.saturating_add(self.stride);
        Some(number)
    }

    /// Returns true if there are no more hits at `elapsed`.
    pub(crate) fn is_exhausted(&self, elapsed: Duration) -> bool {
        self.next >= self.end || self.end_time.is_some_and(|end| elapsed >= end)
    }

    /// The time at which it ends, if it is limited by time.
    pub(crate) fn end_time(&self) -> Option<Duration> {
        self.end_time
    }
}
