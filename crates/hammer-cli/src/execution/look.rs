//! A look: one run of a search.

use std::time::Duration;

use hammer_core::{FollowingRun, Report, RunEvent, Shape, StopHandle};

/// One run of a search, on the sessions of the one before.
#[derive(Debug)]
pub(crate) struct Look {
    /// Its number, from 1.
    pub(crate) number: u64,
    /// The rate, which is constant except while a recovery is watched.
    pub(crate) shape: Shape,
    pub(crate) length: Duration,
    /// The warm-up.
    pub(crate) settle: Duration,
    /// The pause before the warm-up.
    pub(crate) rest: Duration,
    pub(crate) max_in_flight: usize,
    pub(crate) stop: StopHandle,
}

/// The looks of a search, and the functions that follow them.
pub(crate) struct LookSeries<'a> {
    pub(crate) first: Look,
    /// Number of threads if the load does not set it.
    pub(crate) threads: usize,
    /// The drain if the load does not set it.
    pub(crate) drain: Duration,
    pub(crate) on_event: &'a mut dyn FnMut(&RunEvent<'_>),
    /// Returns the next look after the report of one.
    pub(crate) next: &'a mut dyn FnMut(Report) -> Option<Look>,
}

impl Look {
    /// The run of this look after another, with the hits of a schedule that `schedule` makes.
    pub(super) fn following(
        self,
        schedule: impl FnOnce(&Self) -> hammer_core::Schedule,
    ) -> FollowingRun {
        FollowingRun::new(schedule(&self))
            .warmup(self.settle)
            .rest(self.rest)
            .max_in_flight(self.max_in_flight)
            .stop(self.stop)
    }
}
