//! The table of `--confidence`: intervals of the percentiles of response.

use hammer_core::{ConfidenceGap, DurationSummary, PercentileConfidence, Report};

use super::latency::{self, TimeUnit, cell};
use crate::text::lines::wrap;
use crate::text::number::format_count;

/// The confidence of the percentiles of response, as cells of a table.
pub(crate) struct ConfidenceTable {
    /// The unit of the times.
    pub(crate) unit: TimeUnit,
    /// The heading of the last column.
    pub(crate) worth: String,
    /// A percentile with its value, its interval, and the independent hits that its hits are worth.
    pub(crate) rows: Vec<[String; 4]>,
}

/// Makes the table, or says why there is none.
pub(crate) fn confidence_table(report: &Report) -> Result<ConfidenceTable, String> {
    let response = &report.response_us;
    let found = match response.ci95 {
        _ if response.count == 0 => return Err("no hit was answered".to_owned()),
        None => return Err("the report has no slices of time with histograms".to_owned()),
        Some(found) if found.reason == Some(ConfidenceGap::TooFewSlices) => {
            return Err(format!(
                "they need 10 slices of time with answered hits, and this run has {} (try a longer run)",
                found.slices
            ));
        }
        Some(found) => found,
    };
    let unit = latency::unit(report);
    let percentiles = [
        ("p50", found.p50),
        ("p90", found.p90),
        ("p95", found.p95),
        ("p99", found.p99),
        ("p99.9", found.p99_9),
    ];
    let rows = percentiles.into_iter();
    let rows = rows.filter_map(|(name, percentile)| Some(row(name, response, &percentile?, unit)));
    Ok(ConfidenceTable {
        unit,
        worth: format!("{} hits are worth", format_count(response.count)),
        rows: rows.collect(),
    })
}

/// Renders the confidence of the response, or the reason why there is none.
pub(super) fn table(report: &Report) -> String {
    let ConfidenceTable { unit, worth, rows } = match confidence_table(report) {
        Ok(table) => table,
        Err(reason) => return wrap("confidence", &format!("no intervals: {reason}"), 2),
    };
    let title = format!("confidence, {}", unit.name());
    let mut out = line(&title, "response", "95 % interval", &worth);
    for [name, value, interval, worth] in rows {
        out.push_str(&line(&format!("  {name}"), &value, &interval, &worth));
    }
    out
}

fn row(
    name: &str,
    response: &DurationSummary,
    percentile: &PercentileConfidence,
    unit: TimeUnit,
) -> [String; 4] {
    let worth = format_count(percentile.effective_hits.round() as u64);
    let (interval, worth) = match percentile.interval_us() {
        Some((low, high)) => (
            format!("{} to {}", unit.format(low), unit.format(high)),
            format!("{worth} independent hits"),
        ),
        None => (
            "-".to_owned(),
            format!("{worth} independent hits; fewer than 10 lie beyond"),
        ),
    };
    [name.to_owned(), cell(response, name, unit), interval, worth]
}

fn line(name: &str, value: &str, interval: &str, worth: &str) -> String {
    format!("{name:<16}{value:>8}   {interval:<20}   {worth}\n")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::report::text::golden::{report, summary};
    use crate::text::lines::WIDTH;

    fn response(ci95: &Value) -> Report {
        let mut response = summary(60_000, [4_120.0, 9_870.0, 18_300.0, 24_000.0, 31_000.0]);
        response["ci95"] = ci95.clone();
        report(&[("/response_us", response)])
    }

    #[test]
    fn intervals_are_a_table() {
        let percentile = |low: f64, high: f64, effect: f64| {
            json!({
                "low": low, "high": high, "design_effect": effect,
                "effective_hits": 60_000.0 / effect,
            })
        };
        let report = response(&json!({
            "slices": 60, "blocks": 20,
            "p50": percentile(4_050.0, 4_200.0, 3.4),
            "p90": percentile(9_500.0, 10_300.0, 12.0),
            "p99": percentile(16_100.0, 24_000.0, 29.0),
            "p99_9": {
                "low": null, "high": null, "design_effect": 104.0, "effective_hits": 577.0,
                "reason": "too_few_hits",
            },
        }));
        let text = table(&report);
        assert_eq!(
            text,
            "\
confidence, ms  response   95 % interval          60,000 hits are worth
  p50               4.12   4.05 to 4.20           17,647 independent hits
  p90               9.87   9.50 to 10.3           5,000 independent hits
  p99               18.3   16.1 to 24.0           2,069 independent hits
  p99.9             24.0   -                      577 independent hits; fewer than 10 lie beyond
"
        );
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
    }

    #[test]
    fn a_run_without_intervals_says_why() {
        let short = json!({"slices": 4, "blocks": 0, "reason": "too_few_slices"});
        for (ci95, text) in [
            (
                &short,
                "\
confidence    no intervals: they need 10 slices of time with answered hits, and this run has 4 (try
              a longer run)
",
            ),
            (
                &Value::Null,
                "confidence    no intervals: the report has no slices of time with histograms\n",
            ),
        ] {
            assert_eq!(table(&response(ci95)), text);
        }
        let mut nothing = response(&short);
        nothing.response_us = DurationSummary::default();
        assert_eq!(
            table(&nothing),
            "confidence    no intervals: no hit was answered\n"
        );
    }
}
