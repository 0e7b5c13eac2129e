use hammer_core::HitCounts;

use super::bound::FigureUnit;
use super::percentile::Percentile;
use super::{HitTime, Measurements};

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ThresholdFigure {
    Time(HitTime, TimeStatistic),
    Count(HitCategory),
    /// Hits started per second.
    Rate,
    /// The same as a share of the rate that was asked for.
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

/// Which hits are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HitCategory {
    All,
    Ok,
    Rejected,
    Failed,
    TimedOut,
    Abandoned,
    Unsent,
    /// All that are not ok.
    Errors,
    Label(String),
    Failure(String),
}

impl HitCategory {
    /// Those that have no name of their own, as they are written.
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

    fn count(&self, measured: &dyn Measurements) -> u64 {
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
    /// The figure in the unit of the bound; none if there is nothing to measure.
    pub(crate) fn measure(&self, measured: &dyn Measurements, unit: FigureUnit) -> Option<f64> {
        match self {
            Self::Time(time, statistic) => measured.distribution(time)?.statistic(*statistic),
            Self::Count(counted) if unit == FigureUnit::Percent => {
                share(counted.count(measured), &measured.hits())
            }
            Self::Count(counted) => Some(counted.count(measured) as f64),
            Self::Rate => measured.rate(),
            Self::Achieved => measured.achieved().map(|share| share * 100.0),
        }
    }
}

/// Of the hits that have ended, which in the end are all that were scheduled.
fn share(count: u64, hits: &HitCounts) -> Option<f64> {
    let ended = hits.ended();
    // Multiplied first: the nearest float to the true quotient, as a bound in percent is too.
    (ended > 0).then(|| count as f64 * 100.0 / ended as f64)
}
