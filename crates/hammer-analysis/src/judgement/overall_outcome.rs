//! The outcome of all figures together.

use crate::comparison::comparison_outcome::{ComparisonOutcome, UndecidedReason};
use crate::comparison::figure_comparison::FigureComparison;
use crate::statistics::holm::holm_adjusted;

/// Corrects the p values of the deciding figures, and marks those whose outcome still holds.
///
/// The figures of the whole run are one family, and those of its parts are another. In each, a false
/// "worse" is at most half as likely as the confidence allows errors, because half of these are false
/// "better"; in both together, it is at most as likely.
pub(crate) fn confirm(
    figures: &mut [FigureComparison],
    deciding_p: &[Option<f64>],
    confidence: f64,
) {
    for is_whole in [true, false] {
        let family: Vec<(usize, f64)> = (figures.iter().zip(deciding_p).enumerate())
            .filter(|(_, (figure, _))| figure.decides && figure.scope.is_whole_run() == is_whole)
            .filter_map(|(index, (_, p))| Some((index, (*p)?)))
            .collect();
        let p_values: Vec<f64> = family.iter().map(|(_, p)| *p).collect();
        for ((index, _), adjusted) in family.iter().zip(holm_adjusted(&p_values)) {
            figures[*index].adjusted_p = Some(adjusted);
        }
    }
    for figure in figures {
        figure.confirmed = holds(figure.outcome, figure.adjusted_p, confidence);
    }
}

/// True if an outcome holds after the correction of its p value.
pub(crate) fn holds(outcome: ComparisonOutcome, adjusted_p: Option<f64>, confidence: f64) -> bool {
    match outcome {
        // A margin for rounding: an infinite percentile has exactly this p value.
        ComparisonOutcome::Better | ComparisonOutcome::Worse => {
            let limit = 1.0 - confidence + 1e-12;
            adjusted_p.is_some_and(|p| p <= limit)
        }
        ComparisonOutcome::Same => true,
        ComparisonOutcome::CannotTell => false,
    }
}

/// The outcome of all figures together, as [`Comparison::outcome`](crate::Comparison::outcome)
/// describes it.
pub(crate) fn overall_outcome(figures: &[FigureComparison]) -> ComparisonOutcome {
    let deciding = || figures.iter().filter(|figure| figure.decides);
    let confirms = |outcome| deciding().any(|figure| figure.confirmed && figure.outcome == outcome);
    if confirms(ComparisonOutcome::Worse) {
        return ComparisonOutcome::Worse;
    }
    if confirms(ComparisonOutcome::Better) {
        return ComparisonOutcome::Better;
    }
    let mut whole = deciding()
        .filter(|figure| figure.scope.is_whole_run() && !is_out_of_reach(figure))
        .peekable();
    let is_same = whole.peek().is_some() && whole.all(|it| it.outcome == ComparisonOutcome::Same);
    if is_same {
        ComparisonOutcome::Same
    } else {
        ComparisonOutcome::CannotTell
    }
}

/// True if the hits of the runs do not suffice for the figure, such as p99.9 of a thousand hits.
fn is_out_of_reach(figure: &FigureComparison) -> bool {
    matches!(
        figure.undecided,
        Some(UndecidedReason::TooFewHits | UndecidedReason::NotMeasured)
    )
}

/// The most additional runs that an undecided deciding figure of the whole run needs.
pub(crate) fn most_more_runs(figures: &[FigureComparison]) -> Option<u32> {
    let undecided = figures.iter().filter(|figure| {
        let is_unknown = figure.outcome == ComparisonOutcome::CannotTell;
        figure.decides && figure.scope.is_whole_run() && is_unknown && !is_out_of_reach(figure)
    });
    let needed: Option<Vec<u32>> = undecided.map(|figure| figure.more_runs).collect();
    needed?.into_iter().max()
}
