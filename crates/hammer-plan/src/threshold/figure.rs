//! The figure of a threshold: a statistic of a time, a count or a rate.

use super::fixed_bound::FigureUnit;
use super::percentile::Percentile;
use super::{HitTime, Measurements};

/// The measured quantity that a threshold compares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ThresholdFigure {
    Time(HitTime, TimeStatistic),
    Count(HitCategory),
    /// Hits started per second.
    Rate,
    /// Hits started, as a share of the hits due.
    Achieved,
}

/// One number of a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeStatistic {
    Percentile(Percentile),
    Min,
    Mean,
    Max,
}

/// The hits that a figure counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HitCategory {
    All,
    Ok,
    Rejected,
    Failed,
    TimedOut,
    Abandoned,
    Unsent,
    /// All results but ok.
    Errors,
    Label(String),
    Failure(String),
}

impl HitCategory {
    /// The keywords of the categories without a name part.
    pub(crate) const NAMES: [(&'static str, Self); 9] = [
        ("hits", Self::All),
        ("scheduled", Self::All),
        ("ok", Self::Ok),
        ("rejected", Self::Rejected),
        ("failed", Self::Failed),
        ("timed_out", Self::TimedOut),
        ("abandoned", Self::Abandoned),
        ("unsent", Self::Unsent),
        ("errors", Self::Errors),
    ];

    /// Returns true if the hits that it counts did not succeed.
    pub(super) fn is_errors(&self) -> bool {
        !matches!(self, Self::All | Self::Ok | Self::Label(_))
    }

    pub(super) fn count(&self, measured: &dyn Measurements) -> u64 {
        let hits = measured.hits();
        match self {
            Self::All => hits.scheduled,
            Self::Ok => hits.ok,
            Self::Rejected => hits.rejected,
            Self::Failed => hits.failed,
            Self::TimedOut => hits.timed_out,
            Self::Abandoned => hits.abandoned,
            Self::Unsent => hits.unsent,
            Self::Errors => hits.ended() - hits.ok,
            Self::Label(name) => measured.label_count(name),
            Self::Failure(name) => measured.failure_count(name),
        }
    }
}

impl ThresholdFigure {
    /// Returns the figure in the unit of the bound, or `None` if there is no measurement.
    pub(crate) fn measure(&self, measured: &dyn Measurements, unit: FigureUnit) -> Option<f64> {
        match self {
            Self::Time(time, statistic) => measured.distribution(time)?.statistic(*statistic),
            Self::Count(counted) if unit == FigureUnit::Percent => {
                // After a run, all scheduled hits have ended.
                let ended = measured.hits().ended();
                (ended > 0).then(|| share(counted.count(measured), ended))
            }
            Self::Count(counted) => Some(counted.count(measured) as f64),
            Self::Rate => measured.rate(),
            Self::Achieved => measured.achieved().map(|share| share * 100.0),
        }
    }
}

/// Returns `count` as a percentage of `hits`, which are not 0.
pub(super) fn share(count: u64, hits: u64) -> f64 {
    // Multiplying first gives the float nearest to the exact quotient, so that `==` works.
    count as f64 * 100.0 / hits as f64
}
