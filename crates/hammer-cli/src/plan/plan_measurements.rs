//! Measurements of a running plan, for conditions that end it.

use std::time::Duration;

use hammer_core::{DurationSummary, HitCounts, IntervalStats, RunTick};
use hammer_plan::{HitTime, Measurements};

use super::runnable_plan::RunnablePlanLoad;

/// Measurements of all loads of a plan so far, for conditions that end it.
pub(crate) struct RunningPlanMeasurements {
    all: RunningLoadMeasurements,
    loads: Vec<RunningLoadMeasurements>,
}

/// Measurements of one load, or of all loads together.
struct RunningLoadMeasurements {
    name: String,
    offset: Duration,
    elapsed: Duration,
    /// Hits that count towards the rate.
    achieved_hits: u64,
    interval: Box<IntervalStats>,
}

impl RunningPlanMeasurements {
    /// Creates empty measurements for these loads.
    pub(crate) fn new(loads: &[RunnablePlanLoad]) -> Self {
        let empty = |name: &str, offset| RunningLoadMeasurements {
            name: name.to_owned(),
            offset,
            elapsed: Duration::ZERO,
            achieved_hits: 0,
            interval: IntervalStats::merged([]),
        };
        Self {
            all: empty("", Duration::ZERO),
            loads: loads
                .iter()
                .map(|load| empty(&load.name, load.offset))
                .collect(),
        }
    }

    /// Adds a tick of a load.
    ///
    /// Returns the elapsed time of the plan at the first tick of each second.
    pub(crate) fn tick(&mut self, index: usize, tick: &RunTick<'_>) -> Option<Duration> {
        let load = &mut self.loads[index];
        load.elapsed = tick.elapsed;
        let started = tick.cumulative.started();
        load.achieved_hits = tick.loop_kind.achieved_hits(started, &tick.total);
        load.interval = IntervalStats::merged([tick.cumulative]);
        let elapsed = load.offset + tick.elapsed;
        if elapsed.as_secs() <= self.all.elapsed.as_secs() {
            return None;
        }
        self.all.elapsed = elapsed;
        self.all.achieved_hits = self.loads.iter().map(|load| load.achieved_hits).sum();
        self.all.interval = IntervalStats::merged(self.loads.iter().map(|load| &*load.interval));
        Some(elapsed)
    }
}

impl Measurements for RunningPlanMeasurements {
    fn hits(&self) -> HitCounts {
        self.all.hits()
    }

    fn rate(&self) -> Option<f64> {
        self.all.rate()
    }

    fn achieved(&self) -> Option<f64> {
        self.all.achieved()
    }

    fn interval(&self) -> Option<&IntervalStats> {
        self.all.interval()
    }

    fn summary(&self, time: &HitTime) -> Option<&DurationSummary> {
        self.all.summary(time)
    }

    fn label_count(&self, label: &str) -> u64 {
        self.all.label_count(label)
    }

    fn failure_count(&self, failure: &str) -> u64 {
        self.all.failure_count(failure)
    }

    fn load(&self, name: &str) -> Option<&dyn Measurements> {
        let load = self.loads.iter().find(|load| load.name == name)?;
        Some(load)
    }
}

impl Measurements for RunningLoadMeasurements {
    fn hits(&self) -> HitCounts {
        self.interval.hits()
    }

    fn rate(&self) -> Option<f64> {
        let seconds = self.elapsed.as_secs_f64();
        (seconds > 0.0).then(|| self.achieved_hits as f64 / seconds)
    }

    fn achieved(&self) -> Option<f64> {
        let due = self.hits().scheduled;
        (due > 0).then(|| self.interval.started() as f64 / due as f64)
    }

    fn interval(&self) -> Option<&IntervalStats> {
        Some(&self.interval)
    }

    fn summary(&self, _time: &HitTime) -> Option<&DurationSummary> {
        None
    }

    fn label_count(&self, label: &str) -> u64 {
        self.interval.label_count(label)
    }

    fn failure_count(&self, failure: &str) -> u64 {
        self.interval.failure_count(failure)
    }
}
