//! The last second of a run, and the run so far.

use std::fmt;
use std::time::Duration;

use crate::report::duration_summary::DurationSummary;
use crate::report::generator_report::GeneratorReport;
use crate::report::hit_counts::HitCounts;
use crate::report::interval_stats::IntervalStats;
use crate::report::open_or_closed_loop::OpenOrClosedLoop;
use crate::report::run_so_far::RunSoFar;
use crate::report::stage_report::StageTotals;
use crate::report::verdict::Verdict;
use crate::report::waiting_hits::WaitingHits;

/// The last second of a run, and the run so far.
///
/// After a stall of the generator, a tick can cover several seconds.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct RunTick<'a> {
    /// The kind of loop: open or closed.
    pub loop_kind: OpenOrClosedLoop,
    /// Time since the start, in whole seconds.
    pub elapsed: Duration,
    /// The time since the last tick, in whole seconds. It is usually one, and called the last second
    /// in these descriptions.
    pub length: Duration,
    /// All hits so far.
    pub total: HitCounts,
    /// The hits of the last second.
    pub hits: HitCounts,
    /// Hits started in the last second. [`OpenOrClosedLoop::achieved_hits`] are those that count
    /// towards the achieved rate.
    pub started: u64,
    /// done − due of the hits that were answered in the last second.
    pub response_us: DurationSummary,
    /// The measurements of the last second, with histograms.
    pub interval: &'a IntervalStats,
    /// All measurements so far, with histograms.
    pub cumulative: &'a IntervalStats,
    /// The requested rate in the last second, in hits per second, as a mean if it changed. 0 after
    /// the end of the schedule, and `None` for a closed loop.
    pub requested_rate: Option<f64>,
    /// Hits in flight at the end of the last second.
    pub in_flight: u64,
    /// Hits in the backlog at the end of the last second.
    pub backlog: u64,
    /// Sessions that are open at the end of the last second, of which each slot has at most one. They are
    /// usually connections; [`Description::connections`](crate::Description::connections) says if
    /// sessions share them.
    pub open_sessions: u64,
    /// The ages of the hits in flight and in the backlog, if [`Run::age_waiting_hits`](crate::Run::age_waiting_hits) requested
    /// them.
    pub waiting: &'a WaitingHits,
    /// The index of the stage at the end of the last second, in
    /// [`Shape::stages`](crate::Shape::stages); `None` for a closed loop.
    pub stage: Option<usize>,
    pub(super) stages: &'a StageTotals,
    pub(super) so_far: RunSoFar<'a>,
}

impl RunTick<'_> {
    /// The verdict on the run so far.
    ///
    /// It is made by this call, in less than a millisecond, so that it costs nothing if the caller
    /// does not need it.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict_on(&self.generator())
    }

    /// The verdict on the run so far, for a caller that also needs the [resources](Self::generator) of
    /// the generator, which are the slow part of it.
    #[must_use]
    pub fn verdict_on(&self, generator: &GeneratorReport) -> Verdict {
        self.so_far.verdict(generator)
    }

    /// The resources that the generator has used so far, and its problems. Reads the figures of the
    /// host.
    #[must_use]
    pub fn generator(&self) -> GeneratorReport {
        self.so_far.generator()
    }

    /// All measurements of the stage with this index so far, which are only hits, response and
    /// service. They are empty for a stage that has not begun, and if there is only one stage.
    #[must_use]
    pub fn stage_so_far(&self, index: usize) -> Box<IntervalStats> {
        self.stages.interval(index)
    }
}

/// Shows the counts, because the histograms have many buckets.
impl fmt::Debug for RunTick<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunTick")
            .field("elapsed", &self.elapsed)
            .field("hits", &self.hits)
            .field("total", &self.total)
            .field("requested_rate", &self.requested_rate)
            .field("in_flight", &self.in_flight)
            .field("backlog", &self.backlog)
            .field("stage", &self.stage)
            .finish_non_exhaustive()
    }
}
