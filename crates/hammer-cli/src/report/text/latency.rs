//! The table of response, service and lateness.

use hammer_core::{DurationSummary, Report};

pub(crate) use hammer_diagnostic::TimeUnit;

/// The percentiles of a table, with the number of hits that each needs.
///
/// A percentile is shown if at least one hit in `needed` is above it: with fewer, it would be the
/// maximum by another name.
pub(crate) const PERCENTILES: [(&str, u64); 5] = [
    ("p50", 1),
    ("p90", 10),
    ("p95", 20),
    ("p99", 100),
    ("p99.9", 1000),
];

/// Renders response, service and lateness.
pub(crate) fn table(report: &Report) -> String {
    let unit = unit(report);
    let mut out = format!("latency, {:<2}", unit.name());
    let columns = PERCENTILES.iter().map(|(name, _)| *name);
    for column in columns.chain(["max"]) {
        out.push_str(&format!("{column:>10}"));
    }
    out.push('\n');
    for (name, summary, description) in [
        ("response", report.response_us, "from due to done"),
        ("service", report.service_us, "from start to done"),
        ("lateness", report.lateness_us, "from due to start"),
    ] {
        out.push_str(&row(name, &summary, unit, description));
    }
    out
}

/// The unit of the times of a load, in all of its tables.
pub(crate) fn unit(report: &Report) -> TimeUnit {
    let longest = if report.response_us.count > 0 {
        report.response_us
    } else {
        report.lateness_us
    };
    TimeUnit::for_micros(longest.p99)
}

fn row(name: &str, summary: &DurationSummary, unit: TimeUnit, description: &str) -> String {
    let mut row = format!("  {name:<9}");
    for (percentile, _) in PERCENTILES {
        row.push_str(&format!("{:>10}", cell(summary, percentile, unit)));
    }
    let max = max_cell(summary, unit);
    format!("{row}{max:>10}   {description}\n")
}

/// The longest time as text, or a dash if there is none.
pub(crate) fn max_cell(summary: &DurationSummary, unit: TimeUnit) -> String {
    match summary.count {
        0 => "-".to_owned(),
        _ => unit.format(summary.max),
    }
}

/// A percentile as text, or a dash if there are too few hits for it.
pub(crate) fn cell(summary: &DurationSummary, percentile: &str, unit: TimeUnit) -> String {
    let needed = PERCENTILES.iter().find(|(name, _)| *name == percentile);
    if needed.is_none_or(|(_, needed)| summary.count < *needed) {
        return "-".to_owned();
    }
    unit.format(match percentile {
        "p90" => summary.p90,
        "p95" => summary.p95,
        "p99" => summary.p99,
        "p99.9" => summary.p99_9,
        _ => summary.p50,
    })
}
