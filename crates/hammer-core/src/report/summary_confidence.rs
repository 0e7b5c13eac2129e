//! Confidence intervals of the percentiles of a summary.

use std::time::Duration;

use hammer_stats::{ConfidenceBlocks, ConfidenceError};
use serde::{Deserialize, Serialize};

/// The confidence of 95 % of the percentiles of a [`DurationSummary`](crate::DurationSummary).
///
/// In JSON, percentiles without one are absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SummaryConfidence {
    /// The number of slices of time that had durations.
    pub slices: u64,
    /// The number of blocks of slices that the intervals are made of; 0 if there were too few slices.
    pub blocks: u64,
    /// The reason why no percentile has an interval, if the run is the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<ConfidenceGap>,
    /// Of the median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50: Option<PercentileConfidence>,
    /// Of the 90th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90: Option<PercentileConfidence>,
    /// Of the 95th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95: Option<PercentileConfidence>,
    /// Of the 99th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99: Option<PercentileConfidence>,
    /// Of the 99.9th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_9: Option<PercentileConfidence>,
    /// Of the 99.99th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_99: Option<PercentileConfidence>,
}

/// The confidence of a percentile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PercentileConfidence {
    /// The lower end of the interval, in microseconds; `None` without an interval.
    pub low: Option<f64>,
    /// The upper end of the interval, in microseconds; `None` without an interval.
    pub high: Option<f64>,
    /// The variance of the share of hits beyond the percentile, divided by that of independent hits.
    pub design_effect: f64,
    /// The number of independent hits that the hits are worth.
    pub effective_hits: f64,
    /// The reason why there is no interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ConfidenceGap>,
}

/// The reason why there is no interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConfidenceGap {
    /// Fewer than ten slices of time have hits.
    TooFewSlices,
    /// Fewer than ten effective hits lie beyond the percentile.
    TooFewHits,
}

impl SummaryConfidence {
    /// The confidence of durations in these blocks, or in so few slices that there are no blocks.
    pub(crate) fn new(slices: usize, blocks: Result<&ConfidenceBlocks, &ConfidenceError>) -> Self {
        let found = Self {
            slices: slices as u64,
            ..Self::default()
        };
        let Ok(blocks) = blocks else {
            return Self {
                reason: Some(ConfidenceGap::TooFewSlices),
                ..found
            };
        };
        let at = |quantile| Some(PercentileConfidence::new(blocks, quantile));
        Self {
            blocks: blocks.count() as u64,
            p50: at(0.5),
            p90: at(0.9),
            p95: at(0.95),
            p99: at(0.99),
            p99_9: at(0.999),
            p99_99: at(0.9999),
            ..found
        }
    }
}

impl PercentileConfidence {
    fn new(blocks: &ConfidenceBlocks, quantile: f64) -> Self {
        let interval = blocks.interval(quantile, blocks.t_95());
        let checked = interval.checked().ok();
        let us = |time: Duration| time.as_nanos() as f64 / 1e3;
        Self {
            low: checked.map(|it| us(it.low)),
            high: checked.map(|it| us(it.high)),
            // Two digits of a variance of twenty blocks are more than are known.
            design_effect: rounded(interval.design_effect, 100.0),
            effective_hits: rounded(interval.effective_hits, 10.0),
            reason: checked.is_none().then_some(ConfidenceGap::TooFewHits),
        }
    }

    /// The ends of the interval, in microseconds.
    #[must_use]
    pub fn interval_us(&self) -> Option<(f64, f64)> {
        self.low.zip(self.high)
    }
}

/// Rounds to a fraction of this denominator.
fn rounded(value: f64, denominator: f64) -> f64 {
    (value * denominator).round() / denominator
}
