//! The outcome of a comparison, and what weakens it.

use hammer_analysis::{Comparison, ComparisonDesign, ComparisonOutcome, RunNames, warning_texts};
use hammer_diagnostic::{format_counted, format_decimal};
use maud::{Markup, html};

use crate::backquoted::backquoted;

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
            p { (meaning(comparison)) }
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
                ul { @for warning in warning_texts(&comparison.warnings, RunNames::Places) { li { (backquoted(&warning)) } } }
            }
        }
    }
}

fn meaning(comparison: &Comparison) -> String {
    let percent = |share: f64| format_decimal(share * 100.0);
    let margin = percent(comparison.margin);
    let confidence = percent(comparison.confidence);
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
            "All figures that decide differ by less than the margin of {margin} %, with a confidence of \
             {confidence} %."
        ),
        ComparisonOutcome::CannotTell => format!(
            "The runs do not suffice to say whether a figure changed by more than the margin of \
             {margin} %."
        ),
    }
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
