//! Rows of the table of figures, in words.

use hammer_analysis::{
    ComparedFigure, ComparedUnit, Comparison, ComparisonOutcome, FigureChange, FigureComparison,
    FigureScope, UndecidedReason,
};
use hammer_core::MeasuredValue;

use crate::report::text::latency::TimeUnit;

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
    let cell = |value| format_value(compared, value);
    let outcome = outcome(compared);
    FigureRow {
        figure: name(compared.figure, &compared.scope),
        base: cell(compared.base),
        new: cell(compared.new),
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

/// Formats a value of a figure. Times have the unit of the largest value of the figure.
fn format_value(compared: &FigureComparison, value: Option<f64>) -> String {
    let unit = match compared.unit {
        ComparedUnit::Percent => "%",
        ComparedUnit::PerSecond => "/s",
        _ => "us",
    };
    match value {
        None => "-".to_owned(),
        Some(value) if value.is_infinite() => "no answer".to_owned(),
        Some(us) if unit == "us" => {
            let values = [compared.base, compared.new].into_iter().flatten();
            let largest = values.filter(|it| it.is_finite()).fold(0.0, f64::max);
            let unit = TimeUnit::for_micros(largest);
            format!("{} {}", unit.format(us), unit.name())
        }
        value => {
            let (infinite, unit) = (false, unit.to_owned());
            let measured = MeasuredValue {
                value,
                infinite,
                unit,
            };
            measured.to_string()
        }
    }
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
