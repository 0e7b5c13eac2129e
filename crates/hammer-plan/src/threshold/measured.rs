use hammer_core::{Hits, Interval, Report, StageReport, Summary, Tick};

use super::StageName;
use super::distribution::{Distribution, Source};

/// What a threshold can be asked of: a [`Report`] when the run is over, a [`Tick`] while it lasts.
pub trait Measured {
    /// Hits by verdict.
    fn hits(&self) -> Hits;
    /// Hits started per second; none before there is a time to divide by.
    fn rate(&self) -> Option<f64>;
    /// The rate as a share of the one that was asked for; none if none was.
    fn achieved(&self) -> Option<f64>;
    /// All that was measured; none if only the summaries are left.
    fn interval(&self) -> Option<&Interval>;
    /// The summary of a time.
    fn summary(&self, time: &TimeOf) -> Option<&Summary>;
    /// Answers with this label.
    fn labelled(&self, label: &str) -> u64;
    /// Hits that failed or timed out with this failure.
    fn failed_with(&self, failure: &str) -> u64;

    /// The load with this name, where there are several.
    fn load(&self, name: &str) -> Option<&dyn Measured> {
        let _ = name;
        None
    }

    /// A stage, where there are several.
    fn stage(&self, stage: &StageName) -> Option<Box<dyn Measured + '_>> {
        let _ = stage;
        None
    }
}

/// A time that each hit has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeOf {
    /// done − due; infinite without an answer.
    Response,
    /// done − started; infinite without an answer.
    Service,
    /// started − due; infinite for a hit that was never started.
    Lateness,
    /// A step that the hammer named, over the hits and openings that had it.
    Phase(String),
}

impl dyn Measured + '_ {
    /// The distribution of a time, with the hits that have no end.
    pub(crate) fn distribution(&self, time: &TimeOf) -> Option<Distribution<'_>> {
        let source = match self.interval() {
            Some(interval) => Source::Histogram(match time {
                TimeOf::Response => interval.response(),
                TimeOf::Service => interval.service(),
                TimeOf::Lateness => interval.lateness(),
                TimeOf::Phase(name) => interval.phase_named(name)?,
            }),
            None => Source::Summary(self.summary(time)?),
        };
        let hits = self.hits();
        let infinite = match time {
            TimeOf::Response | TimeOf::Service => hits.ended() - hits.answered(),
            TimeOf::Lateness => hits.unsent,
            TimeOf::Phase(_) => 0,
        };
        Some(Distribution { source, infinite })
    }
}

impl Measured for Report {
    fn hits(&self) -> Hits {
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

    fn interval(&self) -> Option<&Interval> {
        self.measured.as_deref()
    }

    fn summary(&self, time: &TimeOf) -> Option<&Summary> {
        match time {
            TimeOf::Response => Some(&self.response_us),
            TimeOf::Service => Some(&self.service_us),
            TimeOf::Lateness => Some(&self.lateness_us),
            TimeOf::Phase(name) => self.phases_us.get(name),
        }
    }

    fn labelled(&self, label: &str) -> u64 {
        self.labels.get(label).copied().unwrap_or(0)
    }

    fn failed_with(&self, failure: &str) -> u64 {
        self.failures.get(failure).copied().unwrap_or(0)
    }

    fn stage(&self, stage: &StageName) -> Option<Box<dyn Measured + '_>> {
        let report = match stage {
            StageName::Number(number) => {
                let index = usize::try_from(number.checked_sub(1)?).ok()?;
                self.stages.get(index)
            }
            StageName::Rate(rate) => self.stages.iter().find(|stage| stage.stage == *rate),
        };
        let report = report?;
        let interval = report.interval();
        Some(Box::new(Stage { report, interval }))
    }
}

/// Hits that were started, as a share of those that were due.
fn share(started: f64, due: u64) -> Option<f64> {
    (due > 0).then(|| started / due as f64)
}

/// A stage with its histograms, which its report keeps small.
struct Stage<'a> {
    report: &'a StageReport,
    interval: Option<Box<Interval>>,
}

impl Measured for Stage<'_> {
    fn hits(&self) -> Hits {
        self.report.hits
    }

    fn rate(&self) -> Option<f64> {
        Some(self.report.rate.achieved)
    }

    fn achieved(&self) -> Option<f64> {
        let report = self.report;
        share(report.rate.achieved * report.width_s, report.hits.scheduled)
    }

    fn interval(&self) -> Option<&Interval> {
        self.interval.as_deref()
    }

    fn summary(&self, time: &TimeOf) -> Option<&Summary> {
        match time {
            TimeOf::Response => Some(&self.report.response_us),
            TimeOf::Service => Some(&self.report.service_us),
            TimeOf::Lateness | TimeOf::Phase(_) => None,
        }
    }

    fn labelled(&self, _label: &str) -> u64 {
        0
    }

    fn failed_with(&self, _failure: &str) -> u64 {
        0
    }
}

/// The run so far. Hits in flight have neither an answer nor failed yet: they are not counted.
impl Measured for Tick<'_> {
    fn hits(&self) -> Hits {
        self.so_far.hits()
    }

    fn rate(&self) -> Option<f64> {
        let seconds = self.elapsed.as_secs_f64();
        (seconds > 0.0).then(|| self.so_far.started() as f64 / seconds)
    }

    /// Hits started as a share of those that were due so far.
    fn achieved(&self) -> Option<f64> {
        share(self.so_far.started() as f64, self.so_far.hits().scheduled)
    }

    fn interval(&self) -> Option<&Interval> {
        Some(self.so_far)
    }

    fn summary(&self, _time: &TimeOf) -> Option<&Summary> {
        None
    }

    fn labelled(&self, label: &str) -> u64 {
        self.so_far.labelled(label)
    }

    fn failed_with(&self, failure: &str) -> u64 {
        self.so_far.failed_with(failure)
    }
}
