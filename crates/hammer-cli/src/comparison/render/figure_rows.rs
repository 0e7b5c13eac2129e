//! Rows of the table of figures, in words.

use hammer_analysis::{
    ComparedFigure, ComparedUnit, Comparison, ComparisonOutcome, FigureChange, FigureComparison,
    FigureScope, UndecidedReason,
};
use hammer_core::MeasuredValue;

use crate::report::text::latency::TimeUnit;
use crate::report::text::thresholds::format_figures;

/// A row of the table of figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FigureRow {
    pub(super) figure: String,
    pub(super) base: String,
    pub(super) new: String,
    /// The change with its interval.
    pub(super) change: String,
    /// The outcome, or the reason that there is none. In parentheses if it does not decide.
    pub(super) outcome: String,
    /// True for a figure that decides, and is better or worse beyond doubt.
    pub(super) is_changed: bool,
}

/// The rows of the whole run, of what was measured on a side at least.
pub(super) fn whole_run(comparison: &Comparison) -> Vec<FigureRow> {
    let whole = |it: &&FigureComparison| it.scope.is_whole_run();
    rows(comparison.figures.iter().filter(whole))
}

/// The rows of loads, stages and groups that decide and are worse or better beyond doubt, the worse ones
/// first, and the number of other deciding figures of them.
pub(super) fn changed_parts(comparison: &Comparison) -> (Vec<FigureRow>, usize) {
    let of_parts = |it: &&FigureComparison| it.decides && !it.scope.is_whole_run();
    let has = |outcome| move |it: &&FigureComparison| it.outcome == outcome && it.confirmed;
    let parts = || comparison.figures.iter().filter(of_parts);
    let worse = parts().filter(has(ComparisonOutcome::Worse));
    let better = parts().filter(has(ComparisonOutcome::Better));
    let changed = rows(worse.chain(better));
    let others = parts().count() - changed.len();
    (changed, others)
}

/// A figure with the part of the run that it describes, such as `p99 [checkout]`.
pub(super) fn name(figure: ComparedFigure, scope: &FigureScope) -> String {
    if scope.is_whole_run() {
        return figure.to_string();
    }
    format!("{figure} {scope}")
}

fn rows<'a>(figures: impl Iterator<Item = &'a FigureComparison>) -> Vec<FigureRow> {
    let measured = figures.filter(|it| it.base.is_some() || it.new.is_some());
    measured.map(row).collect()
}

fn row(compared: &FigureComparison) -> FigureRow {
    let [base, new] = format_values(compared);
    let outcome = outcome(compared);
    FigureRow {
        figure: name(compared.figure, &compared.scope),
        base,
        new,
        change: compared
            .change
            .map_or_else(|| "-".to_owned(), format_change),
        outcome: match compared.decides {
            true => outcome,
            false => format!("({outcome})"),
        },
        is_changed: compared.decides && compared.confirmed && is_change(compared.outcome),
    }
}

/// Formats a change with its interval, such as `+0.30 points (+0.10 to +0.50)`.
pub(super) fn format_change(change: FigureChange) -> String {
    const UNIT: &str = " points";
    let text = change.to_string();
    match text.split_once(UNIT) {
        Some((value, interval)) => format!("{value}{UNIT}{}", interval.replace(UNIT, "")),
        None => text,
    }
}

/// Formats the values of both sides of a figure.
fn format_values(compared: &FigureComparison) -> [String; 2] {
    let unit = match compared.unit {
        ComparedUnit::Percent => "%",
        ComparedUnit::PerSecond => "/s",
        _ => "us",
    };
    let sides = [compared.base, compared.new];
    let measured = sides.map(|value| MeasuredValue {
        value: value.filter(|value| value.is_finite()),
        infinite: value == Some(f64::INFINITY),
        unit: unit.to_owned(),
    });
    let unit_for = match compared.figure {
        ComparedFigure::CpuPerHit => TimeUnit::for_cpu_micros,
        _ => TimeUnit::for_micros,
    };
    let [base, new] = format_figures([&measured[0], &measured[1]], unit_for);
    let cell = |value: Option<f64>, text: String| match value {
        None => "-".to_owned(),
        Some(value) if value.is_infinite() => "no answer".to_owned(),
        Some(_) => text,
    };
    [cell(compared.base, base), cell(compared.new, new)]
}

/// The outcome, or the reason that there is none.
fn outcome(compared: &FigureComparison) -> String {
    match (compared.outcome, compared.undecided) {
        (ComparisonOutcome::CannotTell, Some(UndecidedReason::Unanswered)) => {
            "some hits have no answer".to_owned()
        }
        (ComparisonOutcome::CannotTell, Some(reason)) if reason != UndecidedReason::Uncertain => {
            reason.to_string()
        }
        (outcome, _) if compared.decides && is_change(outcome) && !compared.confirmed => {
            format!("{outcome}, perhaps by chance")
        }
        (outcome, _) => outcome.to_string(),
    }
}

fn is_change(outcome: ComparisonOutcome) -> bool {
    matches!(
        outcome,
        ComparisonOutcome::Better | ComparisonOutcome::Worse
    )
}
