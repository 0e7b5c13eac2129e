//! The outcome of a comparison, and what weakens it.

use hammer_analysis::{
    Comparison, ComparisonDesign, ComparisonOutcome, FigureComparison, RunNames, warning_texts,
};
use hammer_diagnostic::{format_count, format_counted, format_decimal, printable};
use maud::{Markup, html};

use crate::backquoted::backquoted;

/// The number of figures that are named where all are left out.
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
        }
        section id="verdict" class=(outcome_class(outcome)) {
            h2 { span class="status" { (outcome_symbol(outcome)) " " (outcome) } }
            @for unanswered in comparison.unanswered_texts() { p { (backquoted(&sentence(&unanswered))) } }
            p { (meaning(comparison)) }
            @for targets in &comparison.different_targets {
                p class="note" { (backquoted(&sentence(&targets.text(RunNames::Places)))) }
            }
            @if comparison.left_out().next().is_some() {
                p class="note" { (left_out(comparison)) }
            }
            @if let Some(runs) = comparison.more_runs {
                p { "About " (format_counted(u64::from(runs), "more run")) " of each side would decide what is undecided." }
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
            "At least one figure is better by more than the margin of {margin} %, and none is worse, \
             with a confidence of {confidence} %."
        ),
        ComparisonOutcome::Worse => format!(
            "At least one figure is worse by more than the margin of {margin} %, with a confidence of \
             {confidence} %."
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

/// A text as a sentence of its own.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    format!("{}{}.", first.collect::<String>(), chars.as_str())
}

/// Names the figures that are undecided although the sides are the same.
fn left_out(comparison: &Comparison) -> String {
    let figures: Vec<_> = comparison.left_out().collect();
    let (named, others) = figures.split_at(figures.len().min(NAMED_FIGURES));
    let name = |it: &&FigureComparison| match it.scope.is_whole_run() {
        true => it.figure.to_string(),
        false => printable(&format!("{} {}", it.figure, it.scope)).into_owned(),
    };
    let mut names: Vec<String> = named.iter().map(name).collect();
    if !others.is_empty() {
        names.push(format!("{} more", format_count(others.len() as u64)));
    }
    format!(
        "Left out, because the runs do not suffice: {}. Their change itself is within the margin.",
        names.join(", ")
    )
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

/// The class of an outcome in the style.
fn outcome_class(outcome: ComparisonOutcome) -> &'static str {
    match outcome {
        ComparisonOutcome::Better => "better",
        ComparisonOutcome::Worse => "worse",
        ComparisonOutcome::Same => "same",
        ComparisonOutcome::CannotTell => "cannot_tell",
    }
}
