//! The table of the loads of a plan.

use hammer_core::PlanReport;
use hammer_diagnostic::{TimeUnit, format_count, format_rate, printable};
use maud::{Markup, html};

use super::breakdown_tables::{longest, response_cells, response_heads};
use super::verdict_section::measurement_text;
use crate::table_rows::{MAX_ROWS, omitted_rows};

/// Compares the loads of a plan.
pub(crate) fn loads_table(report: &PlanReport) -> Markup {
    let longest = longest(report.loads.iter().map(|load| &load.report.response_us));
    let unit = TimeUnit::for_micros(longest);
    html! {
        section id="loads" {
            h2 { "Loads" }
            div class="scroll" {
                table class="sortable" {
                    thead {
                        tr {
                            th scope="col" { "load" } th scope="col" { "measurement" } th scope="col" { "hits" }
                            th scope="col" { "achieved" }
                            (response_heads(unit))
                        }
                    }
                    tbody {
                        @for (index, load) in report.loads.iter().take(MAX_ROWS).enumerate() {
                            tr {
                                th scope="row" { a href={ "#load-" (index + 1) } { (printable(&load.name)) } }
                                td { (measurement_text(load.report.verdict.status)) }
                                td data-v=(load.report.hits.scheduled) { (format_count(load.report.hits.scheduled)) }
                                td data-v=(load.report.rate.achieved) { (format_rate(load.report.rate.achieved)) }
                                (response_cells(&load.report.hits, &load.report.response_us, unit, longest))
                            }
                        }
                    }
                }
            }
            (omitted_rows(report.loads.len()))
        }
    }
}
