//! Answers by label, failures with advice, and addresses.

use hammer_core::Report;
use hammer_diagnostic::{format_count, printable};
use maud::{Markup, html};

use crate::backquoted::backquoted;
use crate::chart::bar;
use crate::duration_text::format_share;
use crate::table_rows::{MAX_ROWS, omitted_rows};

/// Shows the answers and failures of a load.
pub(crate) fn answers_section(report: &Report) -> Markup {
    html! {
        (labels_table(report))
        (failures_table(report))
        @if report.addresses.len() > 1 { (addresses_table(report)) }
    }
}

fn labels_table(report: &Report) -> Markup {
    let answered = report.hits.answered();
    let mut labels: Vec<_> = report.labels.iter().collect();
    labels.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    html! {
        @if !labels.is_empty() {
            h3 { "Answers" }
            div class="scroll" {
                table class="sortable" {
                    thead { tr { th scope="col" { "answer" } th scope="col" { "hits" } th scope="col" { "share" } th scope="col" { "rejected" } } }
                    tbody {
                        @for (label, count) in labels.iter().take(MAX_ROWS) {
                            @let rejected = report.rejections.get(*label).copied().unwrap_or(0);
                            tr {
                                th scope="row" { (printable(label)) }
                                td data-v=(count) { (format_count(**count)) }
                                td data-v=(count) { (bar(**count as f64 / answered.max(1) as f64, 0.0)) " " (format_share(**count, answered)) }
                                td data-v=(rejected) class=[(rejected > 0).then_some("failed")] { (format_count(rejected)) }
                            }
                        }
                    }
                }
            }
            (omitted_rows(labels.len()))
        }
    }
}

fn failures_table(report: &Report) -> Markup {
    let mut failures: Vec<_> = report.failures.iter().collect();
    failures.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    html! {
        @if !failures.is_empty() {
            h3 { "Failures" }
            div class="scroll" {
                table class="sortable" {
                    thead { tr { th scope="col" { "failure" } th scope="col" { "hits" } th scope="col" { "share" } th scope="col" class="text" { "advice" } } }
                    tbody {
                        @for (name, count) in failures.iter().take(MAX_ROWS) {
                            tr {
                                th scope="row" { (printable(&name.replace('_', " "))) }
                                td data-v=(count) { (format_count(**count)) }
                                td data-v=(count) { (format_share(**count, report.hits.scheduled)) }
                                td class="text" { @if let Some(advice) = report.advice.get(*name) { (backquoted(advice)) } }
                            }
                        }
                    }
                }
            }
            (omitted_rows(failures.len()))
        }
    }
}

fn addresses_table(report: &Report) -> Markup {
    html! {
        h3 { "Addresses" }
        div class="scroll" {
            table class="sortable" {
                thead { tr { th scope="col" { "address" } th scope="col" { "hits" } th scope="col" { "not ok" } th scope="col" { "connections" } } }
                tbody {
                    @for address in report.addresses.iter().take(MAX_ROWS) {
                        @let failed = address.hits.ended() - address.hits.ok;
                        tr {
                            th scope="row" { (printable(&address.address)) }
                            td data-v=(address.hits.scheduled) { (format_count(address.hits.scheduled)) }
                            td data-v=(failed) { (format_count(failed)) }
                            td data-v=(address.connections) { (format_count(address.connections)) }
                        }
                    }
                }
            }
        }
        (omitted_rows(report.addresses.len()))
    }
}
