//! The measurements that thresholds are checked against.

use hammer_core::{DurationSummary, HitCounts, IntervalStats, Report, StageReport};

use super::StageSelector;
use super::distribution::{HistogramOrSummary, TimeDistribution};
use super::group_measurements::GroupMeasurements;

/// The measurements of a run: a [`Report`] or a [`PlanReport`](hammer_core::PlanReport) after the run,
/// [`RunningMeasurements`](crate::RunningMeasurements) during it.
pub trait Measurements {
    /// Returns the hits by result.
    fn hits(&self) -> HitCounts;
    /// Returns the hits started per second, or in a closed loop the hits answered; `None` before any
    /// time has passed.
    fn rate(&self) -> Option<f64>;
    /// Returns the hits started as a share of the hits due, or `None` if no rate was requested.
    fn achieved(&self) -> Option<f64>;
    /// Returns the histograms and counts, or `None` if only summaries are known.
    fn interval(&self) -> Option<&IntervalStats>;
    /// Returns the summary of a time.
    fn summary(&self, time: &HitTime) -> Option<&DurationSummary>;
    /// Returns the number of answers with this label.
    fn label_count(&self, label: &str) -> u64;
    /// Returns the number of hits that failed or timed out with this failure.
    fn failure_count(&self, failure: &str) -> u64;

    /// Returns the load with this name, if there are several loads.
    fn load(&self, name: &str) -> Option<&dyn Measurements> {
        let _ = name;
        None
    }

    /// Returns a stage, if there are several stages.
    fn stage(&self, stage: &StageSelector) -> Option<Box<dyn Measurements + '_>> {
        let _ = stage;
        None
    }

    /// Returns a group of hits, if there is one of this name.
    fn group(&self, name: &str) -> Option<Box<dyn Measurements + '_>> {
        let _ = name;
        None
    }
}

/// A time measured for each hit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HitTime {
    /// The time from due to done; infinite without an answer.
    Response,
    /// The time from started to done; infinite without an answer.
    Service,
    /// The time from due to started; infinite for a hit that was never started.
    Lateness,
    /// A phase that the hammer named, over the hits and openings that had it.
    Phase(String),
}

impl dyn Measurements + '_ {
    /// Returns the distribution of a time, including hits for which it is infinite.
    pub(crate) fn distribution(&self, time: &HitTime) -> Option<TimeDistribution<'_>> {
        let source = match self.interval() {
            Some(interval) => HistogramOrSummary::Histogram(match time {
                HitTime::Response => interval.response(),
                HitTime::Service => interval.service(),
                HitTime::Lateness => interval.lateness(),
                HitTime::Phase(name) => interval.phase(name)?,
            }),
            None => HistogramOrSummary::Summary(self.summary(time)?),
        };
        let hits = self.hits();
        let infinite_hits = match time {
            HitTime::Response | HitTime::Service => hits.unanswered(),
            HitTime::Lateness => hits.unsent,
            HitTime::Phase(_) => 0,
        };
        Some(TimeDistribution {
            source,
            infinite_hits,
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

    /// Compares with the hits due and not with the requested rate: in a Poisson process the number
    /// of hits due is random.
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

    fn group(&self, name: &str) -> Option<Box<dyn Measurements + '_>> {
        let index = self.groups.iter().position(|group| group.name == name)?;
        let measured = self.measured.as_ref();
        Some(Box::new(GroupMeasurements {
            hits: self.groups[index].hits,
            response: Some(&self.groups[index].response_us),
            interval: measured.map(|measured| measured.of_group(index)),
        }))
    }
}

/// Returns the hits started as a share of the hits due.
fn share(started: f64, due: u64) -> Option<f64> {
    (due > 0).then(|| started / due as f64)
}

/// The report of a stage with its unpacked histograms.
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
