//! The table of looks.

use hammer_analysis::{LookOutcome, LookPurpose, LookReport, SearchReport};
use hammer_core::VerdictStatus;
use hammer_diagnostic::{format_count, format_percent, format_rate, format_seconds, printable};
use maud::{Markup, html};

use super::rate_charts::by_rate;
use crate::duration_text::format_us;
use crate::report::measurement_text;
use crate::table_rows::{MAX_ROWS, omitted_rows};

/// Shows the looks of the search in order of rate.
pub(super) fn looks_section(report: &SearchReport) -> Markup {
    html! {
        section id="looks" {
            h2 { "Looks" }
            @if report.looks.is_empty() { p { "No look was made." } }
            @else { (looks_table(&by_rate(&report.looks))) }
            @if report.curve.is_empty() {
                @if let Some(knee) = report.knee_text() { p class="note" { "Knee: " (knee) "." } }
            }
        }
    }
}

/// The table of looks, in their order.
pub(super) fn looks_table(looks: &[&LookReport]) -> Markup {
    let has_files = looks.iter().any(|look| look.run_file.is_some());
    let names = [
        "achieved",
        "p50",
        "p99",
        "errors",
        "hits",
        "length",
        "look",
        "in flight",
        "measurement",
    ];
    html! {
        div class="scroll" {
            table class="sortable" {
                thead {
                    tr {
                        th scope="col" { "asked" }
                        th scope="col" class="outcome" { "outcome" }
                        @for name in names { th scope="col" { (name) } }
                        @if has_files { th scope="col" class="text" { "run file" } }
                    }
                }
                tbody { @for look in looks.iter().take(MAX_ROWS) { (row(look, has_files)) } }
            }
        }
        (omitted_rows(looks.len()))
        @if looks.iter().any(|look| look.p99_ci95.is_some()) {
            p class="note" { "Below the p99 is its interval, with a confidence of 95 %." }
        }
    }
}

fn row(look: &LookReport, has_files: bool) -> Markup {
    html! {
        tr {
            th scope="row" data-v=(look.rate) { (format_rate(look.rate)) }
            (outcome_cell(look))
            td data-v=(look.achieved) { (format_rate(look.achieved)) }
            (time_cell(look.p50_us, None))
            (time_cell(look.p99_us, look.p99_ci95))
            td data-v=(look.errors) { (format_percent(look.errors * 100.0)) " %" }
            td data-v=(look.hits) { (format_count(look.hits)) }
            td data-v=(look.duration_s) { (format_seconds(look.duration_s)) }
            td data-v=(look.number) { (look.number) ", " (purpose(look.purpose)) }
            td data-v=(look.max_in_flight) { (format_count(look.max_in_flight)) }
            td { (measurement_text(look.verdict.status)) }
            @if has_files {
                td class="text" { @if let Some(file) = &look.run_file { code { (printable(file)) } } }
            }
        }
    }
}

/// A time with its interval, if that is known.
fn time_cell(us: Option<f64>, interval: Option<(f64, f64)>) -> Markup {
    let text = match us {
        None => "–".to_owned(),
        Some(us) if us.is_finite() => format_us(us),
        Some(_) => "no answer".to_owned(),
    };
    html! {
        td data-v=[us.filter(|us| us.is_finite())] {
            (text)
            @if let Some((low, high)) = interval {
                div { small { (format_us(low)) " to " (format_us(high)) } }
            }
        }
    }
}

/// The outcome with its reason.
fn outcome_cell(look: &LookReport) -> Markup {
    let (symbol, word, class) = match look.outcome {
        LookOutcome::Held => ("●", "held", "passed"),
        LookOutcome::Failed => ("×", "failed", "failed"),
        LookOutcome::Void => ("◇", "void", ""),
    };
    let reason = match look.outcome {
        LookOutcome::Held => None,
        LookOutcome::Failed => look.failed_text(),
        LookOutcome::Void if look.verdict.status == VerdictStatus::Invalid => {
            Some("the generator was the limit".to_owned())
        }
        LookOutcome::Void => None,
    };
    html! {
        td class="outcome" data-v=(word) {
            span class=(class) { (symbol) " " (word) }
            @if let Some(reason) = reason { ": " (printable(&reason)) }
            @if look.ended_early.is_some() { " " small { "ended early" } }
        }
    }
}

fn purpose(purpose: LookPurpose) -> &'static str {
    match purpose {
        LookPurpose::Bracket => "bracket",
        LookPurpose::Bisect => "bisect",
        LookPurpose::Repeat => "repeat",
        LookPurpose::Confirm => "confirm",
        LookPurpose::Curve => "curve",
        LookPurpose::Recovery => "recovery",
    }
}
