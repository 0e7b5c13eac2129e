//! The outcome of a comparison, and what weakens it.

use hammer_analysis::{
    ComparedRun, Comparison, ComparisonDesign, ComparisonOutcome, FigureComparison, RunNames,
    warning_texts,
};
use hammer_diagnostic::{format_count, format_counted, format_decimal, printable};
use maud::{Markup, html};

use crate::backquoted::backquoted;
use crate::report::OutcomeGrade;
use crate::sentence::sentence;

/// The number of runs of a side that are named. The table of runs has all of them.
const NAMED_RUNS: usize = 10;
/// The number of figures that a sentence names.
const NAMED_FIGURES: usize = 5;

/// Shows the outcome, the warnings, and the method in a sentence.
pub(crate) fn outcome_section(comparison: &Comparison) -> Markup {
    let outcome = comparison.outcome;
    html! {
        header {
            h1 { "Comparison" }
            p class="subject" {
                (format_counted(comparison.base.len() as u64, "base run")) " and "
                (format_counted(comparison.new.len() as u64, "new run")) ", " (comparison.design)
            }
            (run_names("base", &comparison.base))
            (run_names("new", &comparison.new))
        }
        section id="verdict" class=(grade(outcome).class()) {
            h2 { span class="status" { (outcome_symbol(outcome)) " " (outcome) } }
            @if let Some(rounds) = comparison.missing_rounds() {
                p { strong { "Incomplete: " } (printable(&rounds.to_string())) "." }
            }
            @for unanswered in comparison.unanswered_texts() { p { (backquoted(&sentence(&unanswered))) } }
            p { (meaning(comparison)) }
            @for targets in &comparison.different_targets {
                p class="note" { (backquoted(&sentence(&targets.text(RunNames::Places)))) }
            }
            @if comparison.left_out().next().is_some() {
                p class="note" { (left_out(comparison)) }
            }
            @if let Some(next_step) = &comparison.next_step {
                p { strong { "Next:" } " " (printable(next_step)) "." }
            }
            @if comparison.design == ComparisonDesign::WithinRuns {
                p class="note" {
                    "Runs differ from each other by more than figures vary within a run. Three runs of \
                     each side tell how much."
                }
            }
            @if !comparison.warnings.is_empty() {
                h3 { "Warnings" }
                ul { @for warning in warning_texts(comparison, RunNames::Places) { li { (backquoted(&warning)) } } }
            }
        }
    }
}

/// Names the runs of a side in the order in which they were given, if they have names.
fn run_names(side: &str, runs: &[ComparedRun]) -> Markup {
    let mut runs: Vec<&ComparedRun> = runs.iter().filter(|run| !run.name.is_empty()).collect();
    runs.sort_by_key(|run| run.index);
    let (named, others) = runs.split_at(runs.len().min(NAMED_RUNS));
    html! {
        @if !named.is_empty() {
            p class="subject" {
                (side) ": "
                @for (index, run) in named.iter().enumerate() {
                    @if index > 0 { ", " }
                    code { (printable(&run.name)) }
                }
                @if !others.is_empty() { ", and " (format_count(others.len() as u64)) " more" }
            }
        }
    }
}

fn meaning(comparison: &Comparison) -> String {
    let percent = |share: f64| format_decimal(share * 100.0);
    let margin = percent(comparison.margin);
    let confidence = percent(comparison.confidence);
    let all = match comparison.left_out().next() {
        Some(_) => "All other",
        None => "All",
    };
    match comparison.outcome {
        ComparisonOutcome::Better => format!(
            "Better by more than the margin of {margin} %, with a confidence of {confidence} %: {}. No figure \
             is worse.",
            changed(comparison)
        ),
        ComparisonOutcome::Worse => format!(
            "Worse by more than the margin of {margin} %, with a confidence of {confidence} %: {}.",
            changed(comparison)
        ),
        ComparisonOutcome::Same => format!(
            "{all} figures that decide differ by less than the margin of {margin} %, with a confidence of \
             {confidence} %."
        ),
        ComparisonOutcome::CannotTell => format!(
            "The runs do not suffice to say whether a figure changed by more than the margin of \
             {margin} %."
        ),
    }
}

/// Names the figures that make the outcome, with their changes.
fn changed(comparison: &Comparison) -> String {
    let makes_outcome =
        |it: &&FigureComparison| it.decides && it.confirmed && it.outcome == comparison.outcome;
    named(comparison.figures.iter().filter(makes_outcome), |it| {
        let change = it
            .change
            .map(|change| format!(" {}", change.scale.format(change.value)));
        change.unwrap_or_default()
    })
}

/// Names the figures that are undecided although the sides are the same.
fn left_out(comparison: &Comparison) -> String {
    format!(
        "Left out, because the runs do not suffice: {}. Their change itself is within the margin.",
        named(comparison.left_out(), |_| String::new())
    )
}

/// Names the first of some figures, each with a text after it.
fn named<'a>(
    figures: impl Iterator<Item = &'a FigureComparison>,
    suffix: impl Fn(&FigureComparison) -> String,
) -> String {
    let figures: Vec<_> = figures.collect();
    let (shown, others) = figures.split_at(figures.len().min(NAMED_FIGURES));
    let name = |it: &&FigureComparison| {
        let name = match it.scope.is_whole_run() {
            true => it.figure.to_string(),
            false => printable(&format!("{} {}", it.figure, it.scope)).into_owned(),
        };
        name + &suffix(it)
    };
    let mut names: Vec<String> = shown.iter().map(name).collect();
    if !others.is_empty() {
        names.push(format!("{} more", format_count(others.len() as u64)));
    }
    names.join(", ")
}

/// A sign beside the word, so that color is not needed.
pub(crate) fn outcome_symbol(outcome: ComparisonOutcome) -> &'static str {
    match outcome {
        ComparisonOutcome::Better => "▲",
        ComparisonOutcome::Worse => "✗",
        ComparisonOutcome::Same => "=",
        ComparisonOutcome::CannotTell => "?",
    }
}

/// The look of an outcome.
fn grade(outcome: ComparisonOutcome) -> OutcomeGrade {
    match outcome {
        ComparisonOutcome::Better | ComparisonOutcome::Same => OutcomeGrade::Good,
        ComparisonOutcome::CannotTell => OutcomeGrade::Doubtful,
        ComparisonOutcome::Worse => OutcomeGrade::Bad,
    }
}
