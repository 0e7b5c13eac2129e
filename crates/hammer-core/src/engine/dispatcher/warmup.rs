//! The warm-up of a worker.

use std::time::Duration;

use crate::engine::dispatcher::hit_source::HitSource;

/// A warm-up, whose hits the report does not count.
#[derive(Debug)]
pub(crate) struct WarmUp {
    length: Duration,
    /// The hits of the warm-up before it begins, and those of the run while it lasts.
    waiting: HitSource,
}

impl WarmUp {
    /// Creates a warm-up of `length` with the hits of `source`.
    pub(crate) fn new(length: Duration, source: HitSource) -> Self {
        let waiting = source;
        Self { length, waiting }
    }

    /// The end of the warm-up, from its start.
    pub(crate) fn length(&self) -> Duration {
        self.length
    }

    /// Begins the warm-up: the hits of the run wait, and `current` becomes those of the warm-up.
    pub(crate) fn begin(&mut self, current: &mut HitSource) {
        std::mem::swap(current, &mut self.waiting);
    }

    /// Ends the warm-up, and returns the hits of the run.
    pub(crate) fn end(self) -> HitSource {
        self.waiting
    }
}
