//! The measurements of a slice of time, in few bytes.

use std::collections::BTreeMap;
use std::time::Duration;

use hammer_stats::{Histogram, HistogramSnapshot, HistogramSnapshotError};
use serde::{Deserialize, Serialize};

use crate::report::interval_stats::IntervalStats;

/// The measurements of a slice of time, with histograms in few bytes.
///
/// Hits are in the slice in which they ended; those that were started, in which they were started.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SliceMeasurements {
    /// Hits that were started.
    pub started: u64,
    /// Hits that became due by the schedule; `None` in a closed loop.
    pub requested: Option<f64>,
    /// Hits that failed or timed out, by the name of the failure.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failures: BTreeMap<String, u64>,
    /// done − due of the hits that were answered; `None` if there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response: Option<HistogramSnapshot>,
    /// done − started of the hits that were answered; `None` if there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service: Option<HistogramSnapshot>,
    /// started − due of the hits that were started; `None` if there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lateness: Option<HistogramSnapshot>,
}

impl SliceMeasurements {
    /// Makes the measurements of a slice of `length` at this requested rate, in hits per second.
    pub(crate) fn new(
        interval: &IntervalStats,
        length: Duration,
        requested_rate: Option<f64>,
    ) -> Self {
        Self {
            started: interval.started,
            requested: requested_rate.map(|rate| rate * length.as_secs_f64()),
            failures: (interval.failures_by_name().into_iter())
                .filter(|(_, hits)| *hits > 0)
                .collect(),
            response: snapshot(&interval.response),
            service: snapshot(&interval.service),
            lateness: snapshot(&interval.lateness),
        }
    }

    /// done − due of the hits that were answered.
    #[must_use]
    pub fn response(&self) -> Histogram {
        histogram(self.response.as_ref())
    }

    /// done − started of the hits that were answered.
    #[must_use]
    pub fn service(&self) -> Histogram {
        histogram(self.service.as_ref())
    }

    /// started − due of the hits that were started.
    #[must_use]
    pub fn lateness(&self) -> Histogram {
        histogram(self.lateness.as_ref())
    }

    /// Returns the same measurements with histograms of this many binary digits.
    pub(crate) fn coarser(&self, bits: u32) -> Result<Self, HistogramSnapshotError> {
        let coarser = |it: &Option<HistogramSnapshot>| {
            let it = it.as_ref().map(|it| it.coarser(bits));
            it.transpose()
        };
        Ok(Self {
            response: coarser(&self.response)?,
            service: coarser(&self.service)?,
            lateness: coarser(&self.lateness)?,
            ..self.clone()
        })
    }

    pub(crate) fn response_snapshot(&self) -> Option<&HistogramSnapshot> {
        self.response.as_ref()
    }

    pub(crate) fn service_snapshot(&self) -> Option<&HistogramSnapshot> {
        self.service.as_ref()
    }

    /// The number of hits that were answered, of which `response` consists.
    pub(crate) fn response_count(&self) -> u64 {
        self.response.as_ref().map_or(0, HistogramSnapshot::count)
    }

    /// Adds the slice that follows this one. Counts saturate, because those of a file may have any
    /// value.
    pub fn add_later(&mut self, later: &Self) {
        self.started = self.started.saturating_add(later.started);
        self.requested = self.requested.zip(later.requested).map(|(a, b)| a + b);
        for (failure, hits) in &later.failures {
            let sum = self.failures.entry(failure.clone()).or_default();
            *sum = sum.saturating_add(*hits);
        }
        for (sum, later) in [
            (&mut self.response, &later.response),
            (&mut self.service, &later.service),
            (&mut self.lateness, &later.lateness),
        ] {
            add(sum, later.as_ref());
        }
    }
}

/// Encodes a histogram, unless it is empty.
fn snapshot(histogram: &Histogram) -> Option<HistogramSnapshot> {
    let measured = Some(histogram).filter(|histogram| !histogram.is_empty())?;
    HistogramSnapshot::take(measured).ok()
}

fn histogram(snapshot: Option<&HistogramSnapshot>) -> Histogram {
    let histogram = snapshot.and_then(|snapshot| snapshot.histogram().ok());
    histogram.unwrap_or_default()
}

fn add(sum: &mut Option<HistogramSnapshot>, later: Option<&HistogramSnapshot>) {
    let Some(later) = later else { return };
    let Some(earlier) = sum else {
        *sum = Some(later.clone());
        return;
    };
    let mut merged = histogram(Some(earlier));
    merged.merge(&histogram(Some(later)));
    *sum = snapshot(&merged);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbors_add_up() {
        let slice = |hits: &[u64], requested| {
            let mut interval = IntervalStats::new();
            for ms in hits {
                interval.started += 1;
                interval.response.record(Duration::from_millis(*ms));
                interval.service.record(Duration::from_millis(*ms / 2));
                interval.lateness.record(Duration::from_millis(*ms / 2));
            }
            SliceMeasurements::new(&interval, Duration::from_secs(2), requested)
        };
        let mut sum = slice(&[], Some(2.0));
        sum.add_later(&slice(&[2, 4], Some(1.0)));
        sum.add_later(&slice(&[6], Some(0.5)));
        let all = slice(&[2, 4, 6], Some(3.5));
        assert_eq!((sum.started, sum.requested), (3, Some(7.0)));
        assert_eq!(sum.response(), all.response());
        assert_eq!(sum.service(), all.service());
        assert_eq!(sum.lateness(), all.lateness());
        sum.add_later(&slice(&[], None));
        assert_eq!((sum.started, sum.requested), (3, None));
    }
}
