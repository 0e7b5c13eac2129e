//! The table of response, service and lateness.

use hammer_core::{DurationSummary, Report};
use hammer_diagnostic::{TimeUnit, format_count};
use maud::{Markup, html};

use crate::duration_text::{TABLE_PERCENTILES, percentile_us};

/// Shows the percentiles of the times of a load.
pub(crate) fn latency_table(report: &Report) -> Markup {
    let unit = TimeUnit::for_micros(match report.response_us.measured() {
        Some(response) => response.p99,
        None => report.lateness_us.p99,
    });
    let rows = [
        ("response", &report.response_us, "from due to done"),
        ("service", &report.service_us, "from started to done"),
        ("lateness", &report.lateness_us, "from due to started"),
    ];
    html! {
        div class="scroll" {
            table class="sortable" {
                thead {
                    tr {
                        th scope="col" { "time, " (unit.name()) }
                        @for (name, ..) in TABLE_PERCENTILES { th scope="col" { (name) } }
                        th scope="col" { "hits" } th scope="col" class="text" { "measured" }
                    }
                }
                tbody {
                    @for (name, summary, meaning) in rows {
                        tr {
                            th scope="row" { (name) }
                            @for (percentile, ..) in TABLE_PERCENTILES {
                                (percentile_cell(summary, percentile, unit))
                            }
                            td data-v=(summary.count) { (format_count(summary.count)) }
                            td class="text" { (meaning) }
                        }
                    }
                }
            }
        }
    }
}

/// A cell with a percentile, or a dash if there are too few hits for it.
pub(crate) fn percentile_cell(
    summary: &DurationSummary,
    percentile: &str,
    unit: TimeUnit,
) -> Markup {
    let us = percentile_us(summary, percentile);
    html! {
        td data-v=[us] { (us.map_or_else(|| "–".to_owned(), |us| unit.format(us))) }
    }
}
