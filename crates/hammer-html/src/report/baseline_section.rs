//! The change from the baseline.

use hammer_analysis::ChangeScale;
use hammer_core::{BaselineChange, BaselineComparison, MeasuredValue};
use hammer_diagnostic::{TimeUnit, printable};
use maud::{Markup, html};

use crate::backquoted::backquoted;

/// Shows how the figures of the run differ from those of its baseline, or why they were not compared.
pub(crate) fn baseline_section(baseline: &BaselineComparison) -> Markup {
    html! {
        section id="baseline" {
            h2 { "Change from the baseline" }
            p class="subject" {
                (printable(&baseline.path))
                @if !baseline.started_at.is_empty() { " of " (printable(&baseline.started_at)) }
            }
            @match &baseline.incomparable {
                Some(reason) => { p class="failed" { "Not compared: " (backquoted(reason)) } }
                None => {
                    (figures_table(&baseline.figures))
                    p class="note" {
                        "These are changes between two runs. Other runs of the same target differ, too: "
                        "to be sure, compare several with " code { "hammer compare" } "."
                    }
                }
            }
            @if !baseline.warnings.is_empty() {
                h3 { "Differences that may explain a change" }
                ul { @for warning in &baseline.warnings { li { (backquoted(warning)) } } }
            }
        }
    }
}

fn figures_table(figures: &[BaselineChange]) -> Markup {
    html! {
        div class="scroll" {
            table class="sortable" {
                thead {
                    tr {
                        th scope="col" { "figure" } th scope="col" class="outcome" { "outcome" }
                        th scope="col" { "change" } th scope="col" { "interval" }
                        th scope="col" { "baseline" } th scope="col" { "this run" }
                    }
                }
                tbody { @for change in figures { (row(change)) } }
            }
        }
    }
}

fn row(change: &BaselineChange) -> Markup {
    let values = [&change.baseline, &change.measured];
    let size = |value: f64| match change.measured.unit.as_str() {
        "%" => ChangeScale::PercentagePoints.format(value),
        _ => ChangeScale::Relative.format(value / 100.0),
    };
    html! {
        tr {
            th scope="row" { (printable(&change.figure)) }
            (outcome_cell(change))
            td data-v=[change.change] { (change.change.map_or_else(|| "–".to_owned(), size)) }
            td {
                @match (change.change_low, change.change_high) {
                    (Some(low), Some(high)) => { (size(low)) " to " (size(high)) }
                    _ => { "–" }
                }
            }
            @for value in values { td data-v=[value.value] { (value_text(value, values)) } }
        }
    }
}

/// A value of a row; times have the unit of the longest one in the row.
fn value_text(value: &MeasuredValue, row: [&MeasuredValue; 2]) -> String {
    match value.value {
        Some(us) if value.unit == "us" => {
            let times = row.into_iter().filter_map(|value| value.value);
            let unit = TimeUnit::for_micros(times.fold(0.0, f64::max));
            format!("{} {}", unit.format(us), unit.name())
        }
        _ => value.to_string(),
    }
}

fn outcome_cell(change: &BaselineChange) -> Markup {
    let (class, symbol) = match change.outcome.as_str() {
        "worse" => ("outcome failed", "✗"),
        "better" => ("outcome passed", "▲"),
        "same" => ("outcome", "="),
        _ => ("outcome", "?"),
    };
    html! {
        td class=(class) {
            (symbol) " " (printable(&change.outcome.replace('_', " ")))
            @if let Some(reason) = &change.undecided { ": " (printable(reason)) }
        }
    }
}
