//! The table of the figures that were compared.

use hammer_analysis::{
    ChangeInterval, ComparedFigure, ComparedUnit, Comparison, ComparisonOutcome, FigureComparison,
};
use hammer_diagnostic::{TimeUnit, format_counted, format_decimal, format_percent, printable};
use maud::{Markup, html};

use super::outcome_section::outcome_symbol;
use crate::duration_text::format_us;
use crate::table_rows::{MAX_ROWS, rows_beyond};

/// Shows the figures with their change.
pub(crate) fn figures_table(comparison: &Comparison) -> Markup {
    let figures = important_first(&comparison.figures);
    let changed = figures.partition_point(|figure| figure.outcome != ComparisonOutcome::Same);
    let shown = changed.max(MAX_ROWS).min(figures.len());
    html! {
        div class="scroll" {
            table class="sortable" {
                thead {
                    tr {
                        th scope="col" { "figure" }
                        th scope="col" class="outcome" { "outcome" }
                        th scope="col" { "change" } th scope="col" { "interval" }
                        th scope="col" { "base" } th scope="col" { "new" } th scope="col" { "p" }
                    }
                }
                tbody {
                    @for figure in &figures[..shown] { (row(figure)) }
                }
            }
        }
        (rows_beyond(figures.len(), shown))
        p class="note" {
            "The interval contains the true change with a confidence of "
            (format_decimal(comparison.confidence * 100.0)) " %. p is the probability of a change at least \
             as large as this one if nothing had changed. Figures in parentheses do not count."
        }
    }
}

/// Sorts figures by outcome, what made the outcome of all of them first. Those of the same outcome keep
/// their order.
fn important_first(figures: &[FigureComparison]) -> Vec<&FigureComparison> {
    let mut sorted: Vec<&FigureComparison> = figures.iter().collect();
    sorted.sort_by_key(|figure| {
        let rank = match figure.outcome {
            ComparisonOutcome::Worse => 0,
            ComparisonOutcome::Better => 1,
            ComparisonOutcome::CannotTell => 2,
            ComparisonOutcome::Same => 3,
        };
        (rank, !figure.decides)
    });
    sorted
}

fn row(figure: &FigureComparison) -> Markup {
    let change = figure.change.as_ref();
    let interval = change.and_then(|change| change.interval);
    html! {
        tr {
            th scope="row" {
                @if figure.decides { (figure.figure) } @else { "(" (figure.figure) ")" }
                @if !figure.scope.is_whole_run() { " " small { (scope(figure)) } }
            }
            (outcome_cell(figure))
            td data-v=[change.map(|change| change.value)] {
                @match change { Some(change) => { (change.scale.format(change.value)) } None => { "–" } }
            }
            td {
                @match (change, interval) {
                    (Some(change), Some(ChangeInterval { low, high })) => {
                        (change.scale.format(low)) " to " (change.scale.format(high))
                    }
                    _ => { "–" }
                }
            }
            (value_cell(figure.base, figure.figure))
            (value_cell(figure.new, figure.figure))
            td data-v=[figure.p] { (figure.p.map_or_else(|| "–".to_owned(), format_p)) }
        }
    }
}

/// Formats a probability with three decimals. One that rounds to zero is not zero.
fn format_p(p: f64) -> String {
    match p {
        p if p < 0.0005 => "< 0.001".to_owned(),
        p => format!("{p:.3}"),
    }
}

fn outcome_cell(figure: &FigureComparison) -> Markup {
    let class = match figure.outcome {
        ComparisonOutcome::Worse => "outcome failed",
        ComparisonOutcome::Better => "outcome passed",
        _ => "outcome",
    };
    html! {
        td class=(class) {
            (outcome_symbol(figure.outcome)) " " (figure.outcome)
            @if let Some(reason) = figure.undecided { ": " (reason) }
            @if let Some(runs) = figure.more_runs {
                " (about " (format_counted(u64::from(runs), "more run")) ")"
            }
        }
    }
}

fn scope(figure: &FigureComparison) -> String {
    let text = figure.scope.to_string();
    printable(text.trim_start_matches('[').trim_end_matches(']')).into_owned()
}

/// A cell with the value of a figure.
pub(crate) fn value_cell(value: Option<f64>, figure: ComparedFigure) -> Markup {
    let text = match value {
        None => "–".to_owned(),
        Some(value) if !value.is_finite() => "infinite".to_owned(),
        Some(value) => match figure.unit() {
            _ if figure == ComparedFigure::CpuPerHit => {
                TimeUnit::for_cpu_micros(value).format_with_name(value)
            }
            ComparedUnit::Microseconds => format_us(value),
            ComparedUnit::Percent => format!("{} %", format_percent(value)),
            ComparedUnit::PerSecond => format!("{}/s", format_decimal(value)),
            _ => format_decimal(value),
        },
    };
    html! { td data-v=[value] { (text) } }
}
