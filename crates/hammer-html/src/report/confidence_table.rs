//! The table of the confidence of percentiles.

use hammer_core::Report;
use hammer_diagnostic::{TimeUnit, format_count};
use hammer_stats::{ConfidenceBlocks, ConfidenceError, QuantileConfidence};
use maud::{Markup, html};

use crate::duration_text::percentile_us;

/// The percentiles, with their quantiles.
const PERCENTILES: [(&str, f64); 5] = [
    ("p50", 0.5),
    ("p90", 0.9),
    ("p95", 0.95),
    ("p99", 0.99),
    ("p99.9", 0.999),
];

/// Shows how sure the percentiles of response are, or why that is unknown.
pub(crate) fn confidence_table(
    report: &Report,
    blocks: &Result<ConfidenceBlocks, ConfidenceError>,
) -> Markup {
    let unit = TimeUnit::for_micros(report.response_us.p99);
    html! {
        @if report.response_us.measured().is_some() {
            h3 { "Confidence of response" }
            @match blocks {
                Err(error) => { p class="note" { (no_confidence(error)) } }
                Ok(blocks) => {
                    p class="note" {
                        "Hits that share a queue are alike, so that many are worth few independent ones."
                    }
                    div class="scroll" {
                        table class="sortable" {
                            thead {
                                tr {
                                    th scope="col" { "percentile" } th scope="col" { "value, " (unit.name()) }
                                    th scope="col" { "95 % interval, " (unit.name()) }
                                    th scope="col" { "worth independent hits" }
                                }
                            }
                            tbody { @for (name, quantile) in PERCENTILES {
                                (row(name, percentile_us(&report.response_us, name), blocks.confidence(quantile), unit))
                            } }
                        }
                    }
                }
            }
        }
    }
}

fn no_confidence(error: &ConfidenceError) -> String {
    match error {
        ConfidenceError::TooFewSlices { found, needed } => format!(
            "Percentiles have no confidence interval: it needs hits in {needed} slices of time, and \
             there are hits in {found}. Run for longer."
        ),
        error => format!("Percentiles have no confidence interval: {error}."),
    }
}

fn row(
    name: &str,
    us: Option<f64>,
    confidence: Result<QuantileConfidence, ConfidenceError>,
    unit: TimeUnit,
) -> Markup {
    let micros = |time: std::time::Duration| time.as_secs_f64() * 1e6;
    let effective = match &confidence {
        Ok(confidence) => Some(confidence.effective_hits),
        Err(ConfidenceError::TooFewHits { effective_hits, .. }) => Some(*effective_hits),
        Err(_) => None,
    };
    html! {
        tr {
            th scope="row" { (name) }
            td data-v=[us] { (us.map_or_else(|| "–".to_owned(), |us| unit.format(us))) }
            @match &confidence {
                Ok(confidence) => {
                    td data-v=(micros(confidence.low)) {
                        (unit.format(micros(confidence.low))) " to " (unit.format(micros(confidence.high)))
                    }
                }
                Err(_) => { td { "– too few" } }
            }
            td data-v=[effective] {
                (effective.map_or_else(|| "–".to_owned(), |hits| format_count(hits.round() as u64)))
            }
        }
    }
}
