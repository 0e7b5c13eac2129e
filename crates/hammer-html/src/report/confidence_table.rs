//! The table of the confidence of percentiles.

use hammer_core::{ConfidenceGap, DurationSummary, PercentileConfidence, SummaryConfidence};
use hammer_diagnostic::{TimeUnit, format_count};
use maud::{Markup, html};

use crate::duration_text::percentile_us;

/// Shows how sure the percentiles of response are, or why that is unknown.
pub(crate) fn confidence_table(response: &DurationSummary) -> Markup {
    html! {
        @if response.measured().is_some() {
            h3 { "Confidence of response" }
            @match response.ci95 {
                None => { p class="note" {
                    "Percentiles have no confidence interval: the run has no slices of time with histograms."
                } }
                Some(found) if found.reason == Some(ConfidenceGap::TooFewSlices) => { p class="note" {
                    "Percentiles have no confidence interval: they need answered hits in 10 slices of time, \
                     and there are hits in " (found.slices) ". Run for longer."
                } }
                Some(found) => {
                    p class="note" {
                        "Hits that share a queue are alike, so that many are worth few independent ones."
                    }
                    (intervals_table(response, &found))
                }
            }
        }
    }
}

fn intervals_table(response: &DurationSummary, found: &SummaryConfidence) -> Markup {
    let unit = TimeUnit::for_micros(response.p99);
    let percentiles = [
        ("p50", found.p50),
        ("p90", found.p90),
        ("p95", found.p95),
        ("p99", found.p99),
        ("p99.9", found.p99_9),
    ];
    html! {
        div class="scroll" {
            table class="sortable" {
                thead {
                    tr {
                        th scope="col" { "percentile" } th scope="col" { "value, " (unit.name()) }
                        th scope="col" { "95 % interval, " (unit.name()) }
                        th scope="col" { "worth independent hits" }
                    }
                }
                tbody {
                    @for (name, percentile) in percentiles {
                        @if let Some(percentile) = percentile {
                            (row(name, percentile_us(response, name), &percentile, unit))
                        }
                    }
                }
            }
        }
    }
}

fn row(name: &str, us: Option<f64>, confidence: &PercentileConfidence, unit: TimeUnit) -> Markup {
    let effective = confidence.effective_hits;
    html! {
        tr {
            th scope="row" { (name) }
            td data-v=[us] { (us.map_or_else(|| "–".to_owned(), |us| unit.format(us))) }
            @match confidence.interval_us() {
                Some((low, high)) => { td data-v=(low) { (unit.format(low)) " to " (unit.format(high)) } }
                None => { td { "– too few" } }
            }
            td data-v=(effective) { (format_count(effective.round() as u64)) }
        }
    }
}
