//! A distribution of durations in a few numbers.

use std::time::Duration;

use hammer_stats::Histogram;
use serde::{Deserialize, Serialize};

use crate::report::summary_confidence::SummaryConfidence;

/// A distribution in a few numbers, in microseconds.
///
/// If nothing was measured, `count` is 0, and so are the other figures, which then have no meaning:
/// [`measured`](Self::measured) returns `None`, and in JSON they are null.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "DurationSummaryJson", into = "DurationSummaryJson")]
#[expect(missing_docs, reason = "the names are self-explanatory")]
pub struct DurationSummary {
    pub count: u64,
    pub min: f64,
    pub mean: f64,
    pub p50: f64,
    pub p90: f64,
    pub p95: f64,
    pub p99: f64,
    pub p99_9: f64,
    pub p99_99: f64,
    pub max: f64,
    /// The confidence of the percentiles; `None` where it is not computed.
    pub ci95: Option<SummaryConfidence>,
}

impl DurationSummary {
    /// The summary itself, or `None` if nothing was measured.
    #[must_use]
    pub fn measured(&self) -> Option<&Self> {
        (self.count > 0).then_some(self)
    }
}

impl From<&Histogram> for DurationSummary {
    fn from(histogram: &Histogram) -> Self {
        let us = |time: Duration| time.as_nanos() as f64 / 1e3;
        let at = |quantile| us(histogram.quantile(quantile));
        Self {
            count: histogram.count(),
            min: us(histogram.min()),
            mean: us(histogram.mean()),
            p50: at(0.5),
            p90: at(0.9),
            p95: at(0.95),
            p99: at(0.99),
            p99_9: at(0.999),
            p99_99: at(0.9999),
            max: us(histogram.max()),
            ci95: None,
        }
    }
}

/// A summary as in JSON: without values, the figures are null.
#[derive(Serialize, Deserialize)]
struct DurationSummaryJson {
    count: u64,
    min: Option<f64>,
    mean: Option<f64>,
    p50: Option<f64>,
    p90: Option<f64>,
    p95: Option<f64>,
    p99: Option<f64>,
    p99_9: Option<f64>,
    p99_99: Option<f64>,
    max: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ci95: Option<SummaryConfidence>,
}

impl From<DurationSummary> for DurationSummaryJson {
    fn from(summary: DurationSummary) -> Self {
        let figure = |us: f64| summary.measured().map(|_| us);
        Self {
            count: summary.count,
            min: figure(summary.min),
            mean: figure(summary.mean),
            p50: figure(summary.p50),
            p90: figure(summary.p90),
            p95: figure(summary.p95),
            p99: figure(summary.p99),
            p99_9: figure(summary.p99_9),
            p99_99: figure(summary.p99_99),
            max: figure(summary.max),
            ci95: summary.ci95,
        }
    }
}

impl From<DurationSummaryJson> for DurationSummary {
    fn from(json: DurationSummaryJson) -> Self {
        let us = Option::unwrap_or_default;
        Self {
            count: json.count,
            min: us(json.min),
            mean: us(json.mean),
            p50: us(json.p50),
            p90: us(json.p90),
            p95: us(json.p95),
            p99: us(json.p99),
            p99_9: us(json.p99_9),
            p99_99: us(json.p99_99),
            max: us(json.max),
            ci95: json.ci95,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The p99 of a run without answers was 0, as if the target were the fastest of all.
    #[test]
    fn figures_of_nothing_are_null() {
        let nothing = DurationSummary::from(&Histogram::new());
        assert_eq!(nothing.measured(), None);
        let json = serde_json::to_value(nothing).expect("JSON");
        let object = json.as_object().expect("an object");
        assert_eq!(object.len(), 10);
        for (key, value) in object {
            assert_eq!(value.is_null(), key != "count", "{key}: {value}");
        }
        let read: DurationSummary = serde_json::from_value(json).expect("a summary");
        assert_eq!(read, nothing);

        let mut histogram = Histogram::new();
        histogram.record(Duration::from_micros(7));
        let seven = DurationSummary::from(&histogram);
        assert_eq!(seven.measured().map(|summary| summary.p99), Some(7.0));
        let json = serde_json::to_value(seven).expect("JSON");
        assert_eq!(json["p99"], 7.0);
        let read: DurationSummary = serde_json::from_value(json).expect("a summary");
        assert_eq!(read, seven);
    }
}
