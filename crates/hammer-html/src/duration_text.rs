//! Durations and shares as texts.

use hammer_core::DurationSummary;
use hammer_diagnostic::{TimeUnit, format_percent};

/// Formats a number of microseconds with its unit: `4.13 ms`.
pub(crate) fn format_us(us: f64) -> String {
    let unit = TimeUnit::for_micros(us);
    format!("{} {}", unit.format(us), unit.name())
}

/// Formats a part of a whole as a percentage: `2.5 %`.
pub(crate) fn format_share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    format!("{} %", format_percent(part as f64 * 100.0 / whole as f64))
}

/// A percentile of a table: its name, the number of hits that it needs, and its value.
///
/// A percentile is shown if at least one hit in that number is above it: with fewer, it would be the
/// maximum by another name.
pub(crate) type TablePercentile = (&'static str, u64, fn(&DurationSummary) -> f64);

/// The columns of a table of durations.
pub(crate) const TABLE_PERCENTILES: [TablePercentile; 6] = [
    ("p50", 1, |summary| summary.p50),
    ("p90", 10, |summary| summary.p90),
    ("p95", 20, |summary| summary.p95),
    ("p99", 100, |summary| summary.p99),
    ("p99.9", 1000, |summary| summary.p99_9),
    ("max", 1, |summary| summary.max),
];

/// A duration in microseconds, or `None` if there are too few hits for the percentile.
pub(crate) fn percentile_us(summary: &DurationSummary, name: &str) -> Option<f64> {
    let mut columns = TABLE_PERCENTILES.iter();
    let (_, needed, value) = columns.find(|(column, ..)| *column == name)?;
    (summary.count >= *needed).then(|| value(summary))
}
