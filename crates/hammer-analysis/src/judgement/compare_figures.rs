//! Compares the figures of runs.

use super::change_scale::MarginScale;
use super::compared_values::ComparedValues;
use super::overall_outcome::{JudgedFigure, confirm, most_more_runs, overall_outcome};
use super::several_runs::compare_several_runs;
use super::within_runs::compare_within_runs;
use crate::comparability::run_position::ComparisonSide;
use crate::comparison::compare_options::CompareOptions;
use crate::comparison::compared_figure::ComparedFigure;
use crate::comparison::comparison_design::ComparisonDesign;
use crate::comparison::comparison_outcome::{ComparisonOutcome, UndecidedReason};
use crate::comparison::figure_comparison::FigureComparison;
use crate::comparison::figure_scope::FigureScope;
use crate::comparison::unanswered_side::UnansweredSide;
use crate::figures::run_figures::{MeasuredFigure, RunFigures};

/// The compared figures of runs, with the outcome of all together.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ComparedFigures {
    /// The outcome of all figures together.
    pub outcome: ComparisonOutcome,
    /// The figures that a run of each side has, in the order of the first run of the base.
    pub figures: Vec<FigureComparison>,
    /// About as many more runs of each side as would decide what is undecided; `None` with fewer than
    /// three runs of a side, whose differences are not known.
    pub more_runs: Option<u32>,
    /// The sides of the whole run, or of loads, without any answer.
    pub unanswered: Vec<UnansweredSide>,
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
    let mut judged: Vec<JudgedFigure> = keys
        .filter_map(|(scope, figure)| compare_figure(base, new, scope, figure, design, options))
        .collect();
    confirm(&mut judged, options.confidence);
    let outcome = overall_outcome(&judged);
    let figures: Vec<FigureComparison> = judged.into_iter().map(|it| it.figure).collect();
    let is_undecided = outcome == ComparisonOutcome::CannotTell;
    ComparedFigures {
        unanswered: unanswered_sides(base, new),
        outcome,
        more_runs: is_undecided.then(|| most_more_runs(&figures)).flatten(),
        figures,
    }
}

/// The sides of the whole run without any answer or, on other sides, of its loads.
fn unanswered_sides(base: &[RunFigures], new: &[RunFigures]) -> Vec<UnansweredSide> {
    let scopes = base.first().into_iter().flat_map(RunFigures::scopes);
    let loads = scopes.filter(|scope| scope.stage.is_none() && scope.group.is_none());
    let mut sides: Vec<UnansweredSide> = vec![];
    for scope in loads {
        for (side, runs) in [(ComparisonSide::Base, base), (ComparisonSide::New, new)] {
            let is_known = sides.iter().any(|it| it.load.is_none() && it.side == side);
            if !is_known && is_unanswered(runs, scope) {
                let load = scope.load.clone();
                sides.push(UnansweredSide { load, side });
            }
        }
    }
    sides
}

/// True if no run of a side has an answer in this part.
fn is_unanswered(runs: &[RunFigures], scope: &FigureScope) -> bool {
    !runs.is_empty() && runs.iter().all(|run| run.is_unanswered(scope))
}

/// Compares one figure. `None` if no run has it.
fn compare_figure(
    base: &[RunFigures],
    new: &[RunFigures],
    scope: &FigureScope,
    figure: ComparedFigure,
    design: ComparisonDesign,
    options: &CompareOptions,
) -> Option<JudgedFigure> {
    let measured = |runs: &[RunFigures]| -> Vec<MeasuredFigure> {
        runs.iter().map(|run| run.figure(scope, figure)).collect()
    };
    let no_answers = is_unanswered(base, scope) && is_unanswered(new, scope);
    let (base, new) = (measured(base), measured(new));
    let values = |runs: &[MeasuredFigure]| runs.iter().map(|it| it.value).collect::<Vec<_>>();
    let (base_runs, new_runs) = (values(&base), values(&new));
    if base_runs.iter().chain(&new_runs).all(Option::is_none) {
        return None;
    }
    let scale = MarginScale::of_figure(figure, options);
    let (better, confidence) = (figure.better(), options.confidence);
    let found = match design {
        ComparisonDesign::WithinRuns => compare_within_runs(&base, &new, better, scale, confidence),
        _ => compare_several_runs(&base, &new, design, better, scale, confidence),
    };
    let needs_answers = !matches!(figure, ComparedFigure::Errors | ComparedFigure::CpuPerHit);
    let found = match no_answers && needs_answers {
        true => ComparedValues {
            change: found.change,
            ..ComparedValues::undecided(found.base, found.new, UndecidedReason::NoAnswer)
        },
        false => found,
    };
    let lacks_hits = |run: &MeasuredFigure| run.interval == Err(UndecidedReason::TooFewHits);
    let compared = FigureComparison {
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
    Some(JudgedFigure {
        figure: compared,
        deciding_p: found.deciding_p,
        is_within_margin: found.change.is_some_and(|change| scale.allows(change)),
        lacks_hits: base.iter().chain(&new).all(lacks_hits),
    })
}
