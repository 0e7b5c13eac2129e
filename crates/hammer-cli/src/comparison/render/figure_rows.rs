//! Rows of the table of figures, in words.

use hammer_analysis::{
    ComparedFigure, ComparedUnit, Comparison, ComparisonOutcome, FigureComparison, FigureScope,
    UndecidedReason,
};
use hammer_core::MeasuredValue;

use crate::report::text::latency::TimeUnit;
use crate::report::text::thresholds::format_figure;

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
    rows(comparison, comparison.figures.iter().filter(whole))
}

/// The rows of loads, stages and groups that decide and are worse or better beyond doubt, the worse ones
/// first, and the number of other deciding figures of them.
pub(super) fn changed_parts(comparison: &Comparison) -> (Vec<FigureRow>, usize) {
    let of_parts = |it: &&FigureComparison| it.decides && !it.scope.is_whole_run();
    let has = |outcome| move |it: &&FigureComparison| it.outcome == outcome && it.confirmed;
    let parts = || comparison.figures.iter().filter(of_parts);
    let worse = parts().filter(has(ComparisonOutcome::Worse));
    let better = parts().filter(has(ComparisonOutcome::Better));
    let changed = rows(comparison, worse.chain(better));
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

fn rows<'a>(
    comparison: &Comparison,
    figures: impl Iterator<Item = &'a FigureComparison>,
) -> Vec<FigureRow> {
    let unit = time_unit(comparison);
    let measured = figures.filter(|it| it.base.is_some() || it.new.is_some());
    measured.map(|figure| row(figure, unit)).collect()
}

fn row(compared: &FigureComparison, times: TimeUnit) -> FigureRow {
    let cell = |value| match (compared.figure, value) {
        // The processor time of a hit is in another order of magnitude than its response.
        (ComparedFigure::CpuPerHit, Some(us)) => format!("{} µs", TimeUnit::Micros.format(us)),
        (_, value) => format_value(compared.unit, value, times),
    };
    let outcome = outcome(compared);
    FigureRow {
        figure: name(compared.figure, &compared.scope),
        base: cell(compared.base),
        new: cell(compared.new),
        change: compared
            .change
            .map_or_else(|| "-".to_owned(), |change| change.to_string()),
        outcome: match compared.decides {
            true => outcome,
            false => format!("({outcome})"),
        },
        is_changed: compared.decides && compared.confirmed && is_change(compared.outcome),
    }
}

/// The unit for all times of a comparison: that of the largest finite p99, or else of any time.
fn time_unit(comparison: &Comparison) -> TimeUnit {
    let largest = |wanted: &dyn Fn(&FigureComparison) -> bool| {
        let figures = comparison.figures.iter().filter(|it| wanted(it));
        let values = figures.flat_map(|it| [it.base, it.new]).flatten();
        values.filter(|it| it.is_finite()).reduce(f64::max)
    };
    let is_time = |it: &FigureComparison| it.unit == ComparedUnit::Microseconds;
    let is_p99 = |it: &FigureComparison| it.figure == ComparedFigure::ResponseP99;
    TimeUnit::for_micros(
        largest(&is_p99)
            .or_else(|| largest(&is_time))
            .unwrap_or_default(),
    )
}

/// Formats a value of a figure, with times in this unit.
fn format_value(unit: ComparedUnit, value: Option<f64>, times: TimeUnit) -> String {
    match (unit, value) {
        (_, None) => "-".to_owned(),
        (_, Some(value)) if value.is_infinite() => "no answer".to_owned(),
        (ComparedUnit::Microseconds, Some(us)) => format!("{} {}", times.format(us), times.name()),
        (unit, value) => format_figure(&MeasuredValue {
            value,
            infinite: false,
            unit: match unit {
                ComparedUnit::Percent => "%".to_owned(),
                _ => "/s".to_owned(),
            },
        }),
    }
}

/// The outcome, or the reason that there is none.
fn outcome(compared: &FigureComparison) -> String {
    match (compared.outcome, compared.undecided) {
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
