//! Tables of phases, stages and groups.

use hammer_core::{DurationSummary, HitCounts, Report};
use hammer_diagnostic::{TimeUnit, format_count, format_decimal, printable};
use maud::{Markup, html};

use super::latency_table::percentile_cell;
use crate::chart::bar;
use crate::table_rows::{MAX_ROWS, omitted_rows};

/// Shows the phases of hits: a bar up to the median, and a fainter one up to the p99.
pub(crate) fn phases_table(report: &Report) -> Markup {
    let longest = longest(report.phases_us.values());
    let unit = TimeUnit::for_micros(longest);
    html! {
        @if !report.phases_us.is_empty() {
            h3 { "Phases" }
            p class="note" {
                "The bar ends at the median, its faint part at the p99. Phases of opening a connection \
                 are only measured in the hits that opened one."
            }
            div class="scroll" {
                table class="sortable" {
                    thead {
                        tr {
                            th scope="col" { "phase" } th scope="col" { "times" }
                            th scope="col" { "p50, " (unit.name()) } th scope="col" { "p99" } th scope="col" { "max" }
                            th scope="col" { "p50 and p99" }
                        }
                    }
                    tbody {
                        @for (name, summary) in report.phases_us.iter().take(MAX_ROWS) {
                            tr {
                                th scope="row" { (printable(&name.replace('_', " "))) }
                                td data-v=(summary.count) { (format_count(summary.count)) }
                                @for percentile in ["p50", "p99", "max"] { (percentile_cell(summary, percentile, unit)) }
                                (bar_cell(summary, longest))
                            }
                        }
                    }
                }
            }
            (omitted_rows(report.phases_us.len()))
        }
    }
}

/// Shows the stages of the shape.
pub(crate) fn stages_table(report: &Report) -> Markup {
    let longest = longest(report.stages.iter().map(|stage| &stage.response_us));
    let unit = TimeUnit::for_micros(longest);
    html! {
        @if !report.stages.is_empty() {
            h3 { "Stages" }
            div class="scroll" {
                table class="sortable" {
                    thead {
                        tr {
                            th scope="col" { "stage" } th scope="col" { "requested/s" } th scope="col" { "started/s" }
                            (response_heads(unit))
                        }
                    }
                    tbody {
                        @for (index, stage) in report.stages.iter().take(MAX_ROWS).enumerate() {
                            tr {
                                th scope="row" data-v=(index) { (index + 1) ": " (printable(&stage.stage)) }
                                td data-v=[stage.rate.requested] {
                                    (stage.rate.requested.map_or_else(|| "–".to_owned(), format_decimal))
                                }
                                td data-v=(stage.rate.achieved) { (format_decimal(stage.rate.achieved)) }
                                (response_cells(&stage.hits, &stage.response_us, unit, longest))
                            }
                        }
                    }
                }
            }
            (omitted_rows(report.stages.len()))
        }
    }
}

/// Shows the groups of hits.
pub(crate) fn groups_table(report: &Report) -> Markup {
    let longest = longest(report.groups.iter().map(|group| &group.response_us));
    let unit = TimeUnit::for_micros(longest);
    html! {
        @if !report.groups.is_empty() {
            h3 { "Groups" }
            div class="scroll" {
                table class="sortable" {
                    thead {
                        tr {
                            th scope="col" { "group" } th scope="col" { "hits" }
                            (response_heads(unit))
                        }
                    }
                    tbody {
                        @for group in report.groups.iter().take(MAX_ROWS) {
                            tr {
                                th scope="row" { (printable(&group.name)) }
                                td data-v=(group.hits.scheduled) { (format_count(group.hits.scheduled)) }
                                (response_cells(&group.hits, &group.response_us, unit, longest))
                            }
                        }
                    }
                }
            }
            (omitted_rows(report.groups.len()))
        }
    }
}

/// The headings of the columns that tables of parts of a load share.
pub(crate) fn response_heads(unit: TimeUnit) -> Markup {
    html! {
        th scope="col" { "p50, " (unit.name()) } th scope="col" { "p90" } th scope="col" { "p99" }
        th scope="col" { "max" } th scope="col" { "p50 and p99" } th scope="col" { "not ok" }
    }
}

/// The cells of these columns.
pub(crate) fn response_cells(
    hits: &HitCounts,
    response: &DurationSummary,
    unit: TimeUnit,
    longest: f64,
) -> Markup {
    let failed = hits.ended() - hits.ok;
    html! {
        @for percentile in ["p50", "p90", "p99", "max"] { (percentile_cell(response, percentile, unit)) }
        (bar_cell(response, longest))
        td data-v=(failed) class=[(failed > 0).then_some("failed")] { (format_count(failed)) }
    }
}

/// The longest p99 of parts, in microseconds.
pub(crate) fn longest<'a>(summaries: impl Iterator<Item = &'a DurationSummary>) -> f64 {
    let measured = summaries.filter_map(DurationSummary::measured);
    measured.map(|summary| summary.p99).fold(0.0, f64::max)
}

fn bar_cell(summary: &DurationSummary, longest: f64) -> Markup {
    html! {
        td data-v=(summary.p99) {
            @if summary.measured().is_some() && longest > 0.0 {
                (bar(summary.p50 / longest, summary.p99 / longest))
            }
        }
    }
}
