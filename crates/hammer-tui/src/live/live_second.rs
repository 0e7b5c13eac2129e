//! The figures of a load at a tick.

use std::collections::BTreeMap;
use std::time::Duration;

use hammer_core::{
    GeneratorReport, Histogram, HitCounts, IntervalStats, OpenOrClosedLoop, RunTick, Verdict,
};

/// The figures of a load at a tick: the last second, and the run so far.
///
/// After a stall of the generator, a tick can cover several seconds.
#[derive(Debug, Clone)]
pub struct LiveSecond {
    /// The kind of loop: open or closed.
    pub loop_kind: OpenOrClosedLoop,
    /// Time since the start of the load, in whole seconds.
    pub elapsed: Duration,
    /// The time that the last second covers, in whole seconds; usually one.
    pub length: Duration,
    /// All hits so far.
    pub total: HitCounts,
    /// The hits of the last second.
    pub hits: HitCounts,
    /// Hits started in the last second.
    pub started: u64,
    /// Hits started so far.
    pub total_started: u64,
    /// The requested rate in the last second, in hits per second. 0 after the end of the schedule, and
    /// `None` for a closed loop.
    pub requested_rate: Option<f64>,
    /// Hits in flight.
    pub in_flight: u64,
    /// Hits in the backlog.
    pub backlog: u64,
    /// The index of the stage, or `None` for a closed loop.
    pub stage: Option<usize>,
    /// The times of the last second.
    pub last: LiveDistributions,
    /// The times of the run so far.
    pub so_far: LiveDistributions,
    /// Answers so far, by label.
    pub labels: BTreeMap<String, u64>,
    /// Hits that failed or timed out so far, by failure.
    pub failures: BTreeMap<String, u64>,
    /// The advice for each failure that has some.
    pub advice: BTreeMap<String, String>,
    /// The groups so far.
    pub groups: Vec<GroupSoFar>,
    /// The verdict on the run so far.
    pub verdict: Verdict,
    /// The resources that the generator has used so far.
    pub generator: GeneratorReport,
}

/// The distributions of the times of hits.
#[derive(Debug, Clone, Default)]
pub struct LiveDistributions {
    /// done − due.
    pub response: Histogram,
    /// done − started.
    pub service: Histogram,
    /// started − due.
    pub lateness: Histogram,
}

/// The hits of a group so far.
#[derive(Debug, Clone)]
pub struct GroupSoFar {
    /// The index in [`LiveLoad::groups`](crate::LiveLoad::groups), or `None` for hits without a group.
    /// The last group of a report can represent several.
    pub index: Option<usize>,
    /// Its hits.
    pub hits: HitCounts,
    /// done − due; empty if no hit was answered.
    pub response: Histogram,
}

impl LiveSecond {
    /// Copies the figures of a tick. It takes less than a millisecond.
    #[must_use]
    pub fn new(tick: &RunTick<'_>) -> Self {
        let generator = tick.generator();
        let cumulative = tick.cumulative;
        let groups = cumulative.groups();
        let groups = groups.map(|(index, hits, response)| GroupSoFar {
            index: Some(index),
            hits,
            response: response.cloned().unwrap_or_default(),
        });
        let ungrouped = cumulative.ungrouped();
        let ungrouped = ungrouped.map(|(hits, response)| GroupSoFar {
            index: None,
            hits,
            response: response.cloned().unwrap_or_default(),
        });
        let mut labels = BTreeMap::new();
        for (label, hits) in cumulative.labels() {
            *labels.entry(label.to_string()).or_default() += hits;
        }
        let (mut failures, mut advice) = (BTreeMap::new(), BTreeMap::new());
        for (failure, hits) in cumulative.failures() {
            *failures.entry(failure.name().to_owned()).or_default() += hits;
            if let Some(text) = failure.advice() {
                advice.insert(failure.name().to_owned(), text.to_owned());
            }
        }
        Self {
            loop_kind: tick.loop_kind,
            elapsed: tick.elapsed,
            length: tick.length,
            total: tick.total,
            hits: tick.hits,
            started: tick.started,
            total_started: cumulative.started(),
            requested_rate: tick.requested_rate,
            in_flight: tick.in_flight,
            backlog: tick.backlog,
            stage: tick.stage,
            last: LiveDistributions::of(tick.interval),
            so_far: LiveDistributions::of(cumulative),
            labels,
            failures,
            advice,
            groups: groups.chain(ungrouped).collect(),
            verdict: tick.verdict_on(&generator),
            generator,
        }
    }
}

impl LiveDistributions {
    fn of(stats: &IntervalStats) -> Self {
        Self {
            response: stats.response().clone(),
            service: stats.service().clone(),
            lateness: stats.lateness().clone(),
        }
    }
}
