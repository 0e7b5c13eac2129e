//! The measurements of one group of hits.

use hammer_core::{DurationSummary, HitCounts, IntervalStats};

use super::{HitTime, Measurements};

/// The hits by result and the response of one group.
pub(crate) struct GroupMeasurements<'a> {
    pub(crate) hits: HitCounts,
    /// The summary in a report, if it is from one.
    pub(crate) response: Option<&'a DurationSummary>,
    /// The histogram; `None` in a report that was read from JSON.
    pub(crate) interval: Option<Box<IntervalStats>>,
}

impl Measurements for GroupMeasurements<'_> {
    fn hits(&self) -> HitCounts {
        self.hits
    }

    fn rate(&self) -> Option<f64> {
        None
    }

    fn achieved(&self) -> Option<f64> {
        None
    }

    fn interval(&self) -> Option<&IntervalStats> {
        self.interval.as_deref()
    }

    fn summary(&self, time: &HitTime) -> Option<&DurationSummary> {
        self.response.filter(|_| *time == HitTime::Response)
    }

    fn label_count(&self, _label: &str) -> u64 {
        0
    }

    fn failure_count(&self, _failure: &str) -> u64 {
        0
    }
}
