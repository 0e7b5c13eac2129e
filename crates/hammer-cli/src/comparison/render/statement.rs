//! Sentences about a comparison that several formats share.

use hammer_analysis::{
    Comparison, ComparisonDesign, ComparisonOutcome, FigureComparison, RunNames, UndecidedReason,
};

use super::figure_rows::{format_change, name};
use crate::text::number::{format_counted, format_percent};

/// The number of figures that the headline names.
const NAMED_FIGURES: usize = 3;

/// The causes of the outcome, with `separator` between them: sides without any answer, and figures.
pub(super) fn headline(comparison: &Comparison, separator: &str) -> String {
    let unanswered = comparison.unanswered_texts();
    // If a side has no answers at all, its percentiles add nothing.
    let is_decided = comparison.outcome != ComparisonOutcome::CannotTell;
    let of_whole = comparison.unanswered.iter().filter(|it| it.load.is_none());
    let explains_all = match of_whole.count() {
        0 => false,
        sides => is_decided || sides > 1,
    };
    match explains_all {
        true => unanswered.join(separator),
        false => {
            let figures = figures_headline(comparison, separator);
            [unanswered, vec![figures]].concat().join(separator)
        }
    }
}

/// The figures that make the outcome, if there are answers.
fn figures_headline(comparison: &Comparison, separator: &str) -> String {
    let outcome = comparison.outcome;
    let figures = deciding(comparison, outcome);
    match outcome {
        ComparisonOutcome::Worse | ComparisonOutcome::Better => {
            let changed = figures.filter(|figure| figure.confirmed);
            listed(&changed.map(changed_figure).collect::<Vec<_>>(), separator)
        }
        ComparisonOutcome::Same => {
            let confidence = format_percent(comparison.confidence * 100.0);
            let same =
                format!("no figure changed beyond its margin, with {confidence} % confidence");
            let left_out: Vec<_> = comparison.left_out().map(undecided_figure).collect();
            match left_out.is_empty() {
                true => same,
                false => format!(
                    "{same}{separator}left out: {}",
                    listed(&left_out, separator)
                ),
            }
        }
        ComparisonOutcome::CannotTell => {
            let undecided: Vec<_> = undecided(figures)
                .into_iter()
                .map(undecided_figure)
                .collect();
            match undecided.is_empty() {
                true => "the changes may be chance, because many figures were compared".to_owned(),
                false => listed(&undecided, separator),
            }
        }
    }
}

/// The runs and the rules of the comparison.
pub(super) fn setup(comparison: &Comparison) -> String {
    let runs = |count: usize, side| format_counted(count as u64, &format!("{side} run"));
    let design = match comparison.design {
        ComparisonDesign::Paired => ", in pairs",
        _ => "",
    };
    format!(
        "{} with {}{design}; margin {} %, of errors {} points; confidence {} %",
        runs(comparison.base.len(), "base"),
        runs(comparison.new.len(), "new"),
        format_percent(comparison.margin * 100.0),
        format_percent(comparison.error_margin_points),
        format_percent(comparison.confidence * 100.0),
    )
}

/// The targets if they differ, and a limit of the comparison that does not depend on its figures.
pub(super) fn notes(comparison: &Comparison) -> Vec<String> {
    let limit = (comparison.design == ComparisonDesign::WithinRuns).then_some(
        "this holds for these runs only, because other runs of the same target would differ. \
         Give three runs of each side.",
    );
    let targets = comparison.different_targets.iter();
    let targets = targets.map(|it| it.text(RunNames::Places));
    targets.chain(limit.map(str::to_owned)).collect()
}

/// The deciding figures with this outcome, those of the whole run first.
fn deciding(
    comparison: &Comparison,
    outcome: ComparisonOutcome,
) -> impl Iterator<Item = &FigureComparison> {
    let figures = comparison.figures.iter();
    figures.filter(move |it| it.decides && it.outcome == outcome)
}

/// Those of the undecided figures that are to be named: those of the whole run or, without any, those of
/// its parts, with the largest change first.
fn undecided<'a>(figures: impl Iterator<Item = &'a FigureComparison>) -> Vec<&'a FigureComparison> {
    let (whole, mut parts): (Vec<_>, Vec<_>) = figures.partition(|it| it.scope.is_whole_run());
    if !whole.is_empty() {
        return whole;
    }
    let size = |it: &FigureComparison| it.change.map_or(0.0, |change| change.value.abs());
    parts.sort_by(|a, b| size(b).total_cmp(&size(a)));
    parts
}

fn changed_figure(figure: &FigureComparison) -> String {
    let name = name(figure.figure, &figure.scope);
    match figure.change {
        Some(change) => format!("{name} {}", format_change(change)),
        None => name,
    }
}

fn undecided_figure(figure: &FigureComparison) -> String {
    let reason = figure.undecided.unwrap_or(UndecidedReason::Uncertain);
    format!("{}: {reason}", changed_figure(figure))
}

fn listed(items: &[String], separator: &str) -> String {
    let (shown, rest) = items.split_at(items.len().min(NAMED_FIGURES));
    let shown = shown.join(separator);
    match rest.len() {
        0 => shown,
        more => format!("{shown}{separator}{more} more"),
    }
}
