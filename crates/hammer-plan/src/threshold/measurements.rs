use hammer_core::{DurationSummary, HitCounts, IntervalStats, Report, RunTick, StageReport};

use super::StageSelector;
use super::distribution::{DistributionSource, TimeDistribution};

/// What a threshold can be asked of: a [`Report`] when the run is over, a [`RunTick`] while it lasts.
pub trait Measurements {
    /// Hits by verdict.
    fn hits(&self) -> HitCounts;
    /// Hits started per second; none before there is a time to divide by.
    fn rate(&self) -> Option<f64>;
    /// The rate as a share of the one that was asked for; none if none was.
    fn achieved(&self) -> Option<f64>;
    /// All that was measured; none if only the summaries are left.
    fn interval(&self) -> Option<&IntervalStats>;
    /// The summary of a time.
    fn summary(&self, time: &HitTime) -> Option<&DurationSummary>;
    /// Answers with this label.
    fn label_count(&self, label: &str) -> u64;
    /// Hits that failed or timed out with this failure.
    fn failure_count(&self, failure: &str) -> u64;

    /// The load with this name, where there are several.
    fn load(&self, name: &str) -> Option<&dyn Measurements> {
        let _ = name;
        None
    }

    /// A stage, where there are several.
    fn stage(&self, stage: &StageSelector) -> Option<Box<dyn Measurements + '_>> {
        let _ = stage;
        None
    }
}

/// A time that each hit has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HitTime {
    /// done − due; infinite without an answer.
    Response,
    /// done − started; infinite without an answer.
    Service,
    /// started − due; infinite for a hit that was never started.
    Lateness,
    /// A step that the hammer named, over the hits and openings that had it.
    Phase(String),
}

impl dyn Measurements + '_ {
    /// The distribution of a time, with the hits that have no end.
    pub(crate) fn distribution(&self, time: &HitTime) -> Option<TimeDistribution<'_>> {
        let source = match self.interval() {
            Some(interval) => DistributionSource::Histogram(match time {
                HitTime::Response => interval.response(),
                HitTime::Service => interval.service(),
                HitTime::Lateness => interval.lateness(),
                HitTime::Phase(name) => interval.phase(name)?,
            }),
            None => DistributionSource::Summary(self.summary(time)?),
        };
        let hits = self.hits();
        let infinite = match time {
            HitTime::Response | HitTime::Service => hits.ended() - hits.answered(),
            HitTime::Lateness => hits.unsent,
            HitTime::Phase(_) => 0,
        };
        Some(TimeDistribution {
            source,
            infinite_hits: infinite,
        })
    }
}

impl Measurements for Report {
    fn hits(&self) -> HitCounts {
        self.hits
    }

    fn rate(&self) -> Option<f64> {
        Some(self.rate.achieved)
    }

    /// How many hits fall due in a Poisson process is chance, and no fault of the generator: it is
    /// compared with those.
    fn achieved(&self) -> Option<f64> {
        self.rate.requested?;
        share(self.rate.achieved * self.duration_s, self.hits.scheduled)
    }

    fn interval(&self) -> Option<&IntervalStats> {
        self.measured.as_deref()
    }

    fn summary(&self, time: &HitTime) -> Option<&DurationSummary> {
        match time {
            HitTime::Response => Some(&self.response_us),
            HitTime::Service => Some(&self.service_us),
            HitTime::Lateness => Some(&self.lateness_us),
            HitTime::Phase(name) => self.phases_us.get(name),
        }
    }

    fn label_count(&self, label: &str) -> u64 {
        self.labels.get(label).copied().unwrap_or(0)
    }

    fn failure_count(&self, failure: &str) -> u64 {
        self.failures.get(failure).copied().unwrap_or(0)
    }

    fn stage(&self, stage: &StageSelector) -> Option<Box<dyn Measurements + '_>> {
        let report = match stage {
            StageSelector::Number(number) => {
                let index = usize::try_from(number.checked_sub(1)?).ok()?;
                self.stages.get(index)
            }
            StageSelector::Rate(rate) => self.stages.iter().find(|stage| stage.stage == *rate),
        };
        let report = report?;
        let interval = report.interval();
        Some(Box::new(StageMeasurements { report, interval }))
    }
}

/// Hits that were started, as a share of those that were due.
fn share(started: f64, due: u64) -> Option<f64> {
    (due > 0).then(|| started / due as f64)
}

/// A stage with its histograms, which its report keeps small.
struct StageMeasurements<'a> {
    report: &'a StageReport,
    interval: Option<Box<IntervalStats>>,
}

impl Measurements for StageMeasurements<'_> {
    fn hits(&self) -> HitCounts {
        self.report.hits
    }

    fn rate(&self) -> Option<f64> {
        Some(self.report.rate.achieved)
    }

    fn achieved(&self) -> Option<f64> {
        let report = self.report;
        share(report.rate.achieved * report.width_s, report.hits.scheduled)
    }

    fn interval(&self) -> Option<&IntervalStats> {
        self.interval.as_deref()
    }

    fn summary(&self, time: &HitTime) -> Option<&DurationSummary> {
        match time {
            HitTime::Response => Some(&self.report.response_us),
            HitTime::Service => Some(&self.report.service_us),
            HitTime::Lateness | HitTime::Phase(_) => None,
        }
    }

    fn label_count(&self, _label: &str) -> u64 {
        0
    }

    fn failure_count(&self, _failure: &str) -> u64 {
        0
    }
}

/// The run so far. Hits in flight have neither an answer nor failed yet: they are not counted.
impl Measurements for RunTick<'_> {
    fn hits(&self) -> HitCounts {
        self.cumulative.hits()
    }

    fn rate(&self) -> Option<f64> {
        let seconds = self.elapsed.as_secs_f64();
        (seconds > 0.0).then(|| self.cumulative.started() as f64 / seconds)
    }

    /// Hits started as a share of those that were due so far.
    fn achieved(&self) -> Option<f64> {
        share(
            self.cumulative.started() as f64,
            self.cumulative.hits().scheduled,
        )
    }

    fn interval(&self) -> Option<&IntervalStats> {
        Some(self.cumulative)
    }

    fn summary(&self, _time: &HitTime) -> Option<&DurationSummary> {
        None
    }

    fn label_count(&self, label: &str) -> u64 {
        self.cumulative.label_count(label)
    }

    fn failure_count(&self, failure: &str) -> u64 {
        self.cumulative.failure_count(failure)
    }
}
