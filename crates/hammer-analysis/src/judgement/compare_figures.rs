//! Compares the figures of runs.

use super::change_scale::MarginScale;
use super::compared_values::ComparedValues;
use super::overall_outcome::{confirm, most_more_runs, overall_outcome};
use super::several_runs::{MIN_RUNS, compare_several_runs};
use super::within_runs::compare_within_runs;
use crate::comparison::compare_options::CompareOptions;
use crate::comparison::compared_figure::ComparedFigure;
use crate::comparison::comparison_design::ComparisonDesign;
use crate::comparison::comparison_outcome::{ComparisonOutcome, UndecidedReason};
use crate::comparison::figure_comparison::FigureComparison;
use crate::comparison::figure_scope::FigureScope;
use crate::figures::run_figures::{MeasuredFigure, RunFigures};

/// The compared figures of runs, with the outcome of all together.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ComparedFigures {
    /// The outcome of all figures together.
    pub outcome: ComparisonOutcome,
    /// The figures that a run of each side has, in the order of the first run of the base.
    pub figures: Vec<FigureComparison>,
    /// About as many more runs of each side as would decide what is undecided.
    pub more_runs: Option<u32>,
}

/// Compares the figures of runs, whose comparability was checked.
///
/// In a [paired](ComparisonDesign::Paired) design, run *k* of one side belongs to run *k* of the other.
#[must_use]
pub fn compare_figures(
    base: &[RunFigures],
    new: &[RunFigures],
    design: ComparisonDesign,
    options: &CompareOptions,
) -> ComparedFigures {
    let scopes = base.first().into_iter().flat_map(RunFigures::scopes);
    let keys = scopes.flat_map(|scope| ComparedFigure::ALL.map(|figure| (scope, figure)));
    let (mut figures, deciding_p): (Vec<_>, Vec<_>) = keys
        .filter_map(|(scope, figure)| compare_figure(base, new, scope, figure, design, options))
        .unzip();
    confirm(&mut figures, &deciding_p, options.confidence);
    let outcome = overall_outcome(&figures);
    let more_runs = match (outcome, design) {
        (ComparisonOutcome::CannotTell, ComparisonDesign::WithinRuns) => {
            let runs = base.len().min(new.len());
            u32::try_from(MIN_RUNS.saturating_sub(runs)).ok()
        }
        (ComparisonOutcome::CannotTell, _) => most_more_runs(&figures),
        _ => None,
    };
    ComparedFigures {
        outcome,
        figures,
        more_runs,
    }
}

/// Compares one figure, and returns it with the p value that decides. `None` if no run has the figure.
fn compare_figure(
    base: &[RunFigures],
    new: &[RunFigures],
    scope: &FigureScope,
    figure: ComparedFigure,
    design: ComparisonDesign,
    options: &CompareOptions,
) -> Option<(FigureComparison, Option<f64>)> {
    let measured = |runs: &[RunFigures]| -> Vec<MeasuredFigure> {
        runs.iter().map(|run| run.figure(scope, figure)).collect()
    };
    let (base, new) = (measured(base), measured(new));
    let values = |runs: &[MeasuredFigure]| runs.iter().map(|it| it.value).collect::<Vec<_>>();
    let (base_runs, new_runs) = (values(&base), values(&new));
    if base_runs.iter().chain(&new_runs).all(Option::is_none) {
        return None;
    }
    let scale = MarginScale::of_figure(figure, options);
    let all = |values: &[Option<f64>]| values.iter().copied().collect::<Option<Vec<f64>>>();
    let found = if design == ComparisonDesign::WithinRuns {
        compare_within_runs(&base, &new, figure.better(), scale, options.confidence)
    } else {
        match (all(&base_runs), all(&new_runs)) {
            (Some(base), Some(new)) => compare_several_runs(
                &base,
                &new,
                design,
                figure.better(),
                scale,
                options.confidence,
            ),
            _ => ComparedValues::undecided(None, None, UndecidedReason::NotMeasured),
        }
    };
    let comparison = FigureComparison {
        scope: scope.clone(),
        figure,
        unit: figure.unit(),
        better: figure.better(),
        decides: figure.decides(),
        base: found.base,
        new: found.new,
        base_runs,
        new_runs,
        change: found.change,
        outcome: found.outcome,
        confirmed: false,
        undecided: found.undecided,
        p: found.p,
        adjusted_p: None,
        ranks: found.ranks,
        more_runs: found.more_runs,
    };
    Some((comparison, found.deciding_p))
}
