//! The hits that a worker holds at one instant.

use std::ops::AddAssign;

/// The hits that a worker holds at one instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct WorkerGauges {
    /// Hits that have started and not ended.
    pub(crate) in_flight: usize,
    /// Hits that are due and have not started.
    pub(crate) backlog: usize,
}

impl AddAssign for WorkerGauges {
    fn add_assign(&mut self, other: Self) {
        self.in_flight += other.in_flight;
        self.backlog += other.backlog;
    }
}
