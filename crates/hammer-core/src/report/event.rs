//! Events that the engine emits during a run.

use std::time::{Duration, SystemTime};

use crate::model::outcome::Label;
use crate::report::hit_counts::HitResult;
use crate::report::report::Report;
use crate::report::run_tick::RunTick;

/// An event that the engine emits during a run; the engine never prints.
///
/// The order is: opening, preparing (if the hammer reports progress), waiting and warming up (if
/// requested), started, ticks once a second with hit records between them (if requested), draining,
/// more ticks, finished.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunEvent<'a> {
    /// The first slots are being opened; the clock has not started.
    Opening {
        /// Worker threads.
        threads: usize,
        /// The maximum number of hits in flight.
        max_in_flight: usize,
        /// The time after which the clock starts, even if sessions are still opening. The time that
        /// the hammer needs to prepare is not in it.
        limit: Duration,
        /// The names of the groups that [`HitRecord::group`] refers to.
        groups: &'a [String],
    },
    /// The hammer prepares the data that its slots share.
    Preparing {
        /// The amount that is ready.
        ready: usize,
        /// The total amount.
        total: usize,
    },
    /// The run waits for its start by the wall clock.
    Waiting {
        /// The time of the start.
        until: SystemTime,
    },
    /// The warm-up begins. Nothing in it is counted.
    WarmingUp {
        /// The length of the warm-up.
        duration: Duration,
    },
    /// The clock has started.
    Started {
        /// The number of hits, or `None` if it depends on the target.
        hit_count: Option<u64>,
        /// The length of the schedule, or `None` if it depends on the target.
        duration: Option<Duration>,
    },
    /// A second has passed.
    Tick(&'a RunTick<'a>),
    /// Hits that have ended, unsorted, if [`Run::log_hits`](crate::Run::log_hits) requested them.
    Hits(&'a [HitRecord]),
    /// No more hits become due; the run waits for those in flight and in the backlog.
    Draining,
    /// The run is over.
    Finished(&'a Report),
}

/// One hit that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HitRecord {
    /// The number of the hit in the schedule.
    pub number: u64,
    /// The due time, from the start.
    pub due: Duration,
    /// Its result.
    pub result: HitResult,
    /// The label of the answer, or the name of the failure. `None` if the hit was abandoned or
    /// unsent.
    pub label: Option<Label>,
    /// The index of its group in [`Description::groups`](crate::Description::groups), if known.
    pub group: Option<usize>,
    /// done − due, or `None` if the hit was abandoned or unsent.
    pub response: Option<Duration>,
    /// done − started, or `None` if the hit was abandoned or unsent.
    pub service: Option<Duration>,
}
