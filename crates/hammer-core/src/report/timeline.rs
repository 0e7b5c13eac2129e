//! The run by the second.

use hammer_stats::{MergeableValue, TimeBucket, TimeSeries};
use serde::{Deserialize, Serialize};

use crate::report::duration_summary::DurationSummary;
use crate::report::hit_counts::HitCounts;
use crate::report::slice_measurements::SliceMeasurements;

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
    /// All measurements of the slice, or `None` in a report read from JSON.
    #[serde(skip)]
    pub measured: Option<SliceMeasurements>,
}

impl TimelineSlice {
    /// Makes the slices of a run that is over, of the same width except the last.
    pub(crate) fn all(series: &mut TimeSeries<TimelineStats>) -> Vec<Self> {
        series.merge_pairs();
        series.iter().map(Self::from).collect()
    }
}

/// The measurements that the timeline keeps of a slice while the run lasts.
#[derive(Debug, Clone)]
pub(crate) struct TimelineStats {
    pub(crate) hits: HitCounts,
    pub(crate) measured: SliceMeasurements,
}

impl MergeableValue for TimelineStats {
    fn coalesce(&mut self, later: Self) {
        self.hits += later.hits;
        self.measured.add_later(&later.measured);
    }
}

impl From<&TimeBucket<TimelineStats>> for TimelineSlice {
    fn from(bucket: &TimeBucket<TimelineStats>) -> Self {
        let TimelineStats { hits, measured } = &bucket.value;
        Self {
            t_s: bucket.start,
            width_s: bucket.seconds,
            hits: *hits,
            response_us: DurationSummary::from(&measured.response()),
            measured: Some(measured.clone()),
        }
    }
}
