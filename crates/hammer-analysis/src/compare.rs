//! Compares the run files of two sides.

use hammer_core::RunFile;

use crate::comparability::check::check_comparability;
use crate::comparability::incomparable::Incomparable;
use crate::comparability::run_position::{ComparisonSide, RunPosition};
use crate::comparability::warning::{ComparabilityWarning, sort_warnings};
use crate::comparison::compare_options::CompareOptions;
use crate::comparison::compared_figure::ComparedFigure;
use crate::comparison::comparison::{COMPARISON_SCHEMA, ComparedRun, Comparison};
use crate::comparison::comparison_design::ComparisonDesign;
use crate::comparison::comparison_outcome::UndecidedReason;
use crate::comparison::different_targets::DifferentTargets;
use crate::comparison::figure_comparison::FigureComparison;
use crate::comparison::figure_scope::FigureScope;
use crate::comparison::next_step::next_step;
use crate::comparison::run_pairs::RunPairs;
use crate::figures::measure::RunIntervals;
use crate::figures::run_figures::RunFigures;
use crate::judgement::compare_figures::compare_figures;

/// Compares the runs of `base` with those of `new`.
///
/// With at least three runs of each side, the values of the runs are compared: in pairs if the runs
/// took turns, else independently. With fewer, the intervals within the runs are compared. Two runs of
/// a side count as one, with their mean, and an interval that contains both of theirs.
///
/// # Errors
///
/// If the runs are not comparable, see [`check_comparability`], or if they are to be
/// [paired](crate::RunPairing::Paired), and there are fewer than three of a side, or the sides have
/// different numbers of them.
pub fn compare(
    base: &[RunFile],
    new: &[RunFile],
    options: &CompareOptions,
) -> Result<Comparison, Incomparable> {
    let mut warnings = check_comparability(base, new)?;
    let starts = |runs: &[RunFile]| -> Vec<String> {
        runs.iter().map(|run| run.started_at.clone()).collect()
    };
    let (base_starts, new_starts) = (starts(base), starts(new));
    let pairs = RunPairs::find(
        &base_starts.iter().map(String::as_str).collect::<Vec<_>>(),
        &new_starts.iter().map(String::as_str).collect::<Vec<_>>(),
        options.pairing,
    );
    let pairs = pairs.map_err(|reason| Incomparable {
        reasons: vec![reason],
    })?;
    let intervals = match pairs.design {
        ComparisonDesign::WithinRuns => RunIntervals::OfConfidence(options.confidence),
        ComparisonDesign::Independent | ComparisonDesign::Paired => RunIntervals::NotNeeded,
    };
    let measure = |runs: &[RunFile], order: &[usize]| -> Vec<RunFigures> {
        let runs = order.iter().map(|index| &runs[*index]);
        // Runs without measurements were refused.
        runs.filter_map(|run| RunFigures::of_run(run, intervals))
            .collect()
    };
    let (base_figures, new_figures) = (measure(base, &pairs.base), measure(new, &pairs.new));
    let compared = compare_figures(&base_figures, &new_figures, pairs.design, options);
    warnings.extend(error_warnings(&compared.figures, options));
    if pairs.design == ComparisonDesign::WithinRuns {
        warnings.extend(short_runs(ComparisonSide::Base, &base_figures));
        warnings.extend(short_runs(ComparisonSide::New, &new_figures));
    }
    sort_warnings(&mut warnings);
    let mut comparison = Comparison {
        different_targets: DifferentTargets::take_from(&mut warnings),
        unanswered: compared.unanswered,
        schema: COMPARISON_SCHEMA.to_owned(),
        outcome: compared.outcome,
        design: pairs.design,
        margin: options.margin,
        error_margin_points: options.error_margin_points,
        confidence: options.confidence,
        base: described(base, &pairs.base),
        new: described(new, &pairs.new),
        rounds: None,
        warnings,
        figures: compared.figures,
        more_runs: compared.more_runs,
        next_step: None,
    };
    comparison.next_step = next_step(&comparison);
    Ok(comparison)
}

/// Describes the runs in the order in which their values are.
fn described(runs: &[RunFile], order: &[usize]) -> Vec<ComparedRun> {
    let runs = order.iter().map(|index| (*index, &runs[*index]));
    runs.map(|(index, run)| ComparedRun::new(index, run))
        .collect()
}

/// The runs of a side that are too short to show how much figures vary within them.
fn short_runs(side: ComparisonSide, runs: &[RunFigures]) -> Vec<ComparabilityWarning> {
    let is_short = |run: &RunFigures| {
        let p50 = run.figure(&FigureScope::default(), ComparedFigure::ResponseP50);
        p50.interval == Err(UndecidedReason::TooFewSlices)
    };
    let short = runs.iter().enumerate().filter(|(_, run)| is_short(run));
    let short = short.map(|(index, _)| ComparabilityWarning::ShortRun {
        run: RunPosition { side, index },
    });
    short.collect()
}

/// The shares of errors of the run or of its loads that differ by more than the margin.
fn error_warnings(
    figures: &[FigureComparison],
    options: &CompareOptions,
) -> Vec<ComparabilityWarning> {
    let has_loads = figures.iter().any(|figure| figure.scope.load.is_some());
    let of_loads = figures.iter().filter(|figure| {
        let scope = &figure.scope;
        let is_part = scope.stage.is_some() || scope.group.is_some();
        figure.figure == ComparedFigure::Errors && !is_part && scope.load.is_some() == has_loads
    });
    let differing = of_loads.filter_map(|figure| {
        let (base, new) = figure.base.zip(figure.new)?;
        ((new - base).abs() > options.error_margin_points).then(|| {
            ComparabilityWarning::ErrorShares {
                load: figure.scope.load.clone(),
                base_percent: base,
                new_percent: new,
            }
        })
    });
    differing.collect()
}
