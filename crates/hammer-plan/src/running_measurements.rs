//! Measurements of running loads, for conditions that end them.

use std::time::Duration;

use hammer_core::{DurationSummary, HitCounts, IntervalStats, RunTick};

use crate::{HitTime, Measurements};

/// The measurements of all loads of a run so far, from their ticks. A scope selects one load.
///
/// Hits in flight are not counted: they have not ended.
#[derive(Debug)]
pub struct RunningMeasurements {
    all: RunningLoadMeasurements,
    loads: Vec<RunningLoadMeasurements>,
}

/// The measurements of one load, or of all loads together.
#[derive(Debug)]
struct RunningLoadMeasurements {
    name: String,
    offset: Duration,
    elapsed: Duration,
    /// Hits that count towards the rate.
    achieved_hits: u64,
    interval: Box<IntervalStats>,
}

impl RunningMeasurements {
    /// Creates empty measurements of loads, given by their names and their starts after that of the
    /// plan.
    #[must_use]
    pub fn new(loads: impl IntoIterator<Item = (String, Duration)>) -> Self {
        let empty = |(name, offset)| RunningLoadMeasurements {
            name,
            offset,
            elapsed: Duration::ZERO,
            achieved_hits: 0,
            interval: IntervalStats::merged([]),
        };
        Self {
            all: empty((String::new(), Duration::ZERO)),
            loads: loads.into_iter().map(empty).collect(),
        }
    }

    /// Records a tick of the load with this index.
    ///
    /// Returns the time since the start of the plan at the first tick of each second, when the
    /// measurements of all loads together are brought up to date.
    ///
    /// # Panics
    ///
    /// If there is no load with this index.
    pub fn tick(&mut self, load: usize, tick: &RunTick<'_>) -> Option<Duration> {
        let load = &mut self.loads[load];
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

impl Measurements for RunningMeasurements {
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
