use std::time::{Duration, SystemTime};

use crate::{DurationSummary, HitCounts, HitResult, IntervalStats, Label, Report};

/// What the engine tells while it runs; it never prints.
///
/// The order is: opening, preparing while a hammer takes its time for that, waiting and warming if
/// they were asked for, started, ticks (one a second) with hit records between them if they
/// were asked for, draining, more ticks, finished.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunEvent<'a> {
    /// The first slots are being opened; the clock has not started.
    Opening {
        /// Worker threads.
        threads: usize,
        /// The bound on hits in flight.
        max_in_flight: usize,
    },
    /// The hammer is getting ready what its slots share.
    Preparing {
        /// How much of it is.
        ready: usize,
        /// How much there is to be.
        total: usize,
    },
    /// The start by the wall clock is waited for.
    Waiting {
        /// When it is.
        until: SystemTime,
    },
    /// The warm-up begins; what happens in it counts nowhere.
    WarmingUp {
        /// How long it lasts.
        duration: Duration,
    },
    /// The clock has started.
    Started {
        /// How many hits there will be; none if that depends on the target.
        hit_count: Option<u64>,
        /// How long the schedule lasts; none if that depends on the target.
        duration: Option<Duration>,
    },
    /// A second has passed.
    Tick(&'a RunTick<'a>),
    /// Hits that have ended, if [`Run::log_hits`](crate::Run::log_hits) asked for them; not sorted.
    Hits(&'a [HitRecord]),
    /// No more hits start; those in flight are waited for.
    Draining,
    /// The run is over.
    Finished(&'a Report),
}

/// The run so far, and its last second.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RunTick<'a> {
    /// Time since the start, in whole seconds.
    pub elapsed: Duration,
    /// All hits so far.
    pub total: HitCounts,
    /// The hits of the last second.
    pub hits: HitCounts,
    /// Hits started in the last second.
    pub started: u64,
    /// done − due of the hits that were answered in the last second.
    pub response_us: DurationSummary,
    /// All that was measured so far, histograms and all.
    pub cumulative: &'a IntervalStats,
}

/// One hit that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HitRecord {
    /// The number of the hit in the schedule.
    pub number: u64,
    /// When it was due, from the start.
    pub due: Duration,
    /// How it ended.
    pub result: HitResult,
    /// The label of the answer, or the name of the failure; none if it was abandoned or unsent.
    pub label: Option<Label>,
    /// done − due; none if it was abandoned or unsent.
    pub response: Option<Duration>,
    /// done − started; none if it was abandoned or unsent.
    pub service: Option<Duration>,
}
