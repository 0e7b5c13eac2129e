//! The run by the second.

use hammer_stats::{HistogramSnapshot, MergeableValue, TimeBucket};
use serde::{Deserialize, Serialize};

use crate::report::duration_summary::DurationSummary;
use crate::report::hit_counts::HitCounts;
use crate::report::interval_stats::IntervalStats;

/// A time slice of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TimelineSlice {
    /// The start of the slice, in seconds from the start of the run.
    pub t_s: u64,
    /// The length of the slice, in seconds.
    pub width_s: u64,
    /// Hits that became due in the slice, and those that ended in it.
    #[serde(flatten)]
    pub hits: HitCounts,
    /// done − due of the hits that were answered in the slice.
    pub response_us: DurationSummary,
}

/// The measurements of a slice, with a compressed histogram.
pub(crate) struct TimelineStats {
    hits: HitCounts,
    /// `None` if no hit was answered.
    response: Option<HistogramSnapshot>,
}

impl From<&IntervalStats> for TimelineStats {
    fn from(interval: &IntervalStats) -> Self {
        let response = Some(&interval.response).filter(|response| !response.is_empty());
        Self {
            hits: interval.hits,
            response: response.and_then(|response| HistogramSnapshot::take(response).ok()),
        }
    }
}

impl MergeableValue for TimelineStats {
    fn coalesce(&mut self, later: Self) {
        self.hits += later.hits;
        let Some(later_response) = later.response else {
            return;
        };
        let histogram = |snapshot: &Option<HistogramSnapshot>| snapshot.as_ref()?.histogram().ok();
        self.response = match (histogram(&self.response), later_response.histogram().ok()) {
            (Some(mut sum), Some(later)) => {
                sum.merge(&later);
                HistogramSnapshot::take(&sum).ok()
            }
            _ => self.response.take().or(Some(later_response)),
        };
    }
}

impl From<&TimeBucket<TimelineStats>> for TimelineSlice {
    fn from(bucket: &TimeBucket<TimelineStats>) -> Self {
        let response = bucket.value.response.as_ref();
        let response = response.and_then(|snapshot| snapshot.histogram().ok());
        Self {
            t_s: bucket.start,
            width_s: bucket.seconds,
            hits: bucket.value.hits,
            response_us: (response.as_ref())
                .map(DurationSummary::from)
                .unwrap_or_default(),
        }
    }
}
