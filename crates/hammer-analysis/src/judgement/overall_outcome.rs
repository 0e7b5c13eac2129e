//! The outcome of all figures together.

use crate::comparison::compared_figure::ComparedFigure;
use crate::comparison::comparison_outcome::ComparisonOutcome;
use crate::comparison::figure_comparison::FigureComparison;
use crate::statistics::holm::holm_adjusted;

/// A figure that was compared, with what the outcome of all figures needs of it.
pub(crate) struct JudgedFigure {
    pub(crate) figure: FigureComparison,
    /// The p value of its outcome.
    pub(crate) deciding_p: Option<f64>,
    /// True if the change itself, without its interval, is known and within the margin.
    pub(crate) is_within_margin: bool,
    /// True if no run of either side has enough hits for an interval of the figure.
    pub(crate) lacks_hits: bool,
}

/// Corrects the p values of the deciding figures, and marks those whose outcome still holds.
///
/// The figures of the whole run are one family, and those of its parts are another. In each, a false
/// "worse" is at most half as likely as the confidence allows errors, because half of these are false
/// "better"; in both together, it is at most as likely.
pub(crate) fn confirm(judged: &mut [JudgedFigure], confidence: f64) {
    for is_whole in [true, false] {
        let family: Vec<(usize, f64)> = (judged.iter().enumerate())
            .filter(|(_, it)| it.figure.decides && it.figure.scope.is_whole_run() == is_whole)
            .filter_map(|(index, it)| Some((index, it.deciding_p?)))
            .collect();
        let p_values: Vec<f64> = family.iter().map(|(_, p)| *p).collect();
        for ((index, _), adjusted) in family.iter().zip(holm_adjusted(&p_values)) {
            judged[*index].figure.adjusted_p = Some(adjusted);
        }
    }
    for JudgedFigure { figure, .. } in judged {
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
pub(crate) fn overall_outcome(judged: &[JudgedFigure]) -> ComparisonOutcome {
    let deciding = || judged.iter().filter(|it| it.figure.decides);
    let confirms = |outcome| {
        let mut figures = deciding().map(|it| &it.figure);
        figures.any(|figure| figure.confirmed && figure.outcome == outcome)
    };
    if confirms(ComparisonOutcome::Worse) {
        return ComparisonOutcome::Worse;
    }
    if confirms(ComparisonOutcome::Better) {
        return ComparisonOutcome::Better;
    }
    let is_same = |it: &JudgedFigure| it.figure.outcome == ComparisonOutcome::Same;
    let any_is_same = deciding().any(|it| it.figure.scope.is_whole_run() && is_same(it));
    if any_is_same && deciding().all(|it| is_same(it) || may_be_left_out(it)) {
        ComparisonOutcome::Same
    } else {
        ComparisonOutcome::CannotTell
    }
}

/// True if sides may be the same although this figure is undecided. It is within the margin, and it is
/// of a part of the run, or a percentile that is out of reach, such as p99.9 of a thousand hits.
fn may_be_left_out(judged: &JudgedFigure) -> bool {
    let JudgedFigure { figure, .. } = judged;
    let is_undecided = figure.outcome == ComparisonOutcome::CannotTell;
    let is_rare = figure.figure == ComparedFigure::ResponseP999;
    let is_part = !figure.scope.is_whole_run();
    is_undecided && judged.is_within_margin && (is_part || is_rare && judged.lacks_hits)
}

/// The most additional runs that an undecided deciding figure of the whole run needs.
pub(crate) fn most_more_runs(figures: &[FigureComparison]) -> Option<u32> {
    let undecided = figures.iter().filter(|figure| {
        let is_unknown = figure.outcome == ComparisonOutcome::CannotTell;
        figure.decides && figure.scope.is_whole_run() && is_unknown
    });
    let needed: Option<Vec<u32>> = undecided.map(|figure| figure.more_runs).collect();
    needed?.into_iter().max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::comparison_outcome::ComparisonOutcome::{CannotTell, Same};
    use crate::comparison::comparison_outcome::UndecidedReason;
    use crate::comparison::figure_scope::FigureScope;

    fn judged(figure: ComparedFigure, outcome: ComparisonOutcome) -> JudgedFigure {
        JudgedFigure {
            figure: FigureComparison {
                scope: FigureScope::default(),
                figure,
                unit: figure.unit(),
                better: figure.better(),
                decides: figure.decides(),
                base: Some(1.0),
                new: Some(1.0),
                base_runs: vec![Some(1.0)],
                new_runs: vec![Some(1.0)],
                change: None,
                outcome,
                confirmed: outcome == Same,
                undecided: (outcome == CannotTell).then_some(UndecidedReason::TooFewHits),
                p: None,
                adjusted_p: None,
                ranks: None,
                more_runs: None,
            },
            deciding_p: None,
            is_within_margin: true,
            lacks_hits: outcome == CannotTell,
        }
    }

    /// A tenfold p99 with too few hits was left out, and the rest was the same.
    #[test]
    fn only_a_rare_percentile_within_the_margin_is_left_out() {
        use ComparedFigure::{ResponseP50, ResponseP99, ResponseP999};
        let with = |figure, change: fn(&mut JudgedFigure)| {
            let mut undecided = judged(figure, CannotTell);
            change(&mut undecided);
            overall_outcome(&[judged(ResponseP50, Same), undecided])
        };
        assert_eq!(with(ResponseP999, |_| ()), Same);
        assert_eq!(
            with(ResponseP999, |it| it.is_within_margin = false),
            CannotTell
        );
        assert_eq!(with(ResponseP999, |it| it.lacks_hits = false), CannotTell);
        assert_eq!(with(ResponseP99, |_| ()), CannotTell);
        // Of a part, any figure may be left out, but not with a change beyond the margin.
        let part = |it: &mut JudgedFigure| it.figure.scope.group = Some("reads".into());
        assert_eq!(with(ResponseP99, part), Same);
        let changed = |it: &mut JudgedFigure| {
            it.figure.scope.group = Some("reads".into());
            it.is_within_margin = false;
        };
        assert_eq!(with(ResponseP99, changed), CannotTell);
        assert_eq!(
            overall_outcome(&[judged(ResponseP999, CannotTell)]),
            CannotTell
        );
        assert_eq!(overall_outcome(&[]), CannotTell);
    }
}
