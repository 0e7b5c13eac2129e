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
    /// Sessions that are open, which are usually connections.
    pub open_sessions: u64,
    /// The index of the stage, or `None` for a closed loop.
    pub stage: Option<usize>,
    /// The times of the last second.
    pub last: LiveDistributions,
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
    /// done − due of the hits that were answered.
    pub response: GroupResponse,
}

/// The response of a group in the figures that the display shows. The histograms of many groups would
/// take much memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GroupResponse {
    /// The number of answers. Without any, the other figures are zero.
    pub count: u64,
    /// The median.
    pub p50: Duration,
    /// The 99th percentile.
    pub p99: Duration,
    /// The maximum.
    pub max: Duration,
}

impl LiveSecond {
    /// Copies the figures of a tick. It takes less than a millisecond.
    ///
    /// The display adds up the times of all seconds: a copy of those so far would be as large again.
    #[must_use]
    pub fn new(tick: &RunTick<'_>) -> Self {
        let generator = tick.generator();
        let cumulative = tick.cumulative;
        let groups = cumulative.groups();
        let groups = groups.map(|(index, hits, response)| GroupSoFar {
            index: Some(index),
            hits,
            response: response.map(GroupResponse::new).unwrap_or_default(),
        });
        let ungrouped = cumulative.ungrouped();
        let ungrouped = ungrouped.map(|(hits, response)| GroupSoFar {
            index: None,
            hits,
            response: response.map(GroupResponse::new).unwrap_or_default(),
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
            open_sessions: tick.open_sessions,
            stage: tick.stage,
            last: LiveDistributions::of(tick.interval),
            labels,
            failures,
            advice,
            groups: groups.chain(ungrouped).collect(),
            verdict: tick.verdict_on(&generator),
            generator,
        }
    }
}

impl LiveSecond {
    /// Adds the second before this one, which the display has not seen. Together they are a tick that
    /// covers both.
    pub(crate) fn add_earlier(&mut self, earlier: &Self) {
        let [seconds, earlier_seconds] =
            [self.length, earlier.length].map(|length| length.as_secs_f64());
        self.requested_rate =
            (self.requested_rate)
                .zip(earlier.requested_rate)
                .map(|(rate, earlier_rate)| {
                    let hits = rate * seconds + earlier_rate * earlier_seconds;
                    hits / (seconds + earlier_seconds).max(1.0)
                });
        self.length += earlier.length;
        self.hits += earlier.hits;
        self.started += earlier.started;
        self.last.merge(&earlier.last);
    }
}

impl GroupResponse {
    /// The figures of a histogram.
    #[must_use]
    pub fn new(response: &Histogram) -> Self {
        Self {
            count: response.count(),
            p50: response.quantile(0.5),
            p99: response.quantile(0.99),
            max: response.max(),
        }
    }
}

impl LiveDistributions {
    /// Adds the times of other hits.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        self.lateness.merge(&other.lateness);
    }

    fn of(stats: &IntervalStats) -> Self {
        Self {
            response: stats.response().clone(),
            service: stats.service().clone(),
            lateness: stats.lateness().clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use hammer_core::testing::with_paused_clock;
    use hammer_core::{
        Description, Failure, Hammer, Hit, Outcome, Rate, Run, RunEvent, Schedule, Slot,
    };

    use super::*;

    /// Puts each third hit in no group, and fails each fourth.
    struct PartlyGrouped;

    impl Hammer for PartlyGrouped {
        type Session = ();

        async fn open(&self, _: &Slot) -> Result<(), Failure> {
            Ok(())
        }

        async fn hit(&self, (): &mut (), hit: &mut Hit) -> Result<Outcome, Failure> {
            let number = hit.number();
            if !number.is_multiple_of(3) {
                hit.group(number as usize % 3 - 1);
            }
            let ms = if number.is_multiple_of(10) { 50 } else { 5 };
            tokio::time::sleep(Duration::from_millis(ms)).await;
            match number.is_multiple_of(4) {
                true => Err(Failure::RESET),
                false => Ok(Outcome::ok(200)),
            }
        }

        fn describe(&self) -> Description {
            Description::new().groups(["items", "orders"])
        }
    }

    #[test]
    fn groups_and_hits_without_one_have_their_counts_and_percentiles() {
        let schedule = Schedule::constant(Rate::per_second(1_200));
        let schedule = schedule.with_duration(Duration::from_secs(1));
        let mut last = None;
        with_paused_clock(Run::new(PartlyGrouped, schedule))
            .execute_with(|event| {
                if let RunEvent::Tick(tick) = event {
                    last = Some(LiveSecond::new(tick));
                }
            })
            .expect("a run");
        let last = last.expect("a tick");
        let groups = last.groups.iter();
        let found: Vec<_> = groups.map(|group| (group.index, group.response)).collect();
        assert_eq!(
            found.iter().map(|(index, _)| *index).collect::<Vec<_>>(),
            [Some(0), Some(1), None],
            "the hits without a group are last"
        );
        for ((index, response), group) in found.into_iter().zip(&last.groups) {
            let hits = group.hits;
            assert!((390..=400).contains(&hits.scheduled), "{index:?}: {hits:?}");
            assert_eq!(hits.ok, response.count, "{index:?}");
            assert!((98..=100).contains(&hits.failed), "{index:?}: {hits:?}");
            for (found, ms) in [
                (response.p50, 5.0),
                (response.p99, 50.0),
                (response.max, 50.0),
            ] {
                let found = found.as_secs_f64() * 1e3;
                assert!((found - ms).abs() < 1.5, "{index:?}: {found} ms");
            }
        }
    }
}
