//! A comparison as JUnit XML for build servers.
//!
//! The comparison is a test suite. Its outcome and each deciding figure are test cases. They fail as the
//! exit code says: for a figure that is worse and, if asked for, one that is undecided. The outcome has
//! the runs, the warnings and the next step.

use hammer_analysis::{
    Comparison, ComparisonOutcome, FigureComparison, Incomparable, IncomparableReason, RunNames,
    warning_texts,
};

use super::figure_rows::{format_change, name};
use super::run_list::run_list;
use super::statement;
use crate::comparison::fail_on::FailOn;
use crate::comparison::side_names::SideNames;
use crate::report::junit::{JunitCase, JunitResult, document, suite};

/// The name of the suite.
const SUITE: &str = "comparison";

/// Renders a comparison.
pub(in crate::comparison) fn render(comparison: &Comparison, fail_on: FailOn) -> String {
    let headline = statement::headline(comparison, "; ");
    let outcome = comparison.outcome;
    let mut cases = vec![JunitCase {
        name: "outcome".to_owned(),
        result: match fail_on.fails(outcome) {
            true => JunitResult::Changed(format!("{outcome}: {headline}")),
            false => JunitResult::Passed,
        },
        output: summary(comparison, &headline),
    }];
    cases.extend(comparison.missing_rounds().map(|rounds| JunitCase {
        name: "rounds".to_owned(),
        result: JunitResult::Stopped(rounds.to_string()),
        output: String::new(),
    }));
    let deciding = comparison.figures.iter().filter(|figure| figure.decides);
    cases.extend(deciding.map(|figure| figure_case(figure, outcome, fail_on)));
    document(&suite(SUITE, 0.0, cases))
}

/// The whole comparison without its figures: the outcome, the runs, what weakens it, and the next step.
fn summary(comparison: &Comparison, headline: &str) -> String {
    let mut lines = vec![
        format!("{}: {headline}", comparison.outcome),
        statement::setup(comparison),
    ];
    for (side, names) in run_list(comparison) {
        lines.push(format!("{side}: {}", names.join(", ")));
    }
    let notes = statement::notes(comparison);
    lines.extend(notes.iter().map(|note| format!("note: {note}")));
    let warnings = warning_texts(comparison, RunNames::Places);
    lines.extend(warnings.iter().map(|warning| format!("warning: {warning}")));
    lines.extend(
        comparison
            .next_step
            .iter()
            .map(|next_step| format!("next: {next_step}")),
    );
    lines.join("\n")
}

/// Renders the reasons why runs were not compared, as an error.
pub(in crate::comparison) fn render_refused(refused: &Incomparable, names: &SideNames) -> String {
    let runs = names.placed();
    let runs: Vec<_> = runs.map(|(run, name)| format!("{run}: {name}")).collect();
    let message = format!("not compared: {refused}");
    let case = JunitCase {
        name: "outcome".to_owned(),
        result: match refused.reasons[..] {
            [IncomparableReason::MissingRounds { .. }] => JunitResult::Stopped(message),
            _ => JunitResult::Invalid(message),
        },
        output: runs.join("\n"),
    };
    document(&suite(SUITE, 0.0, vec![case]))
}

/// A figure fails only if the whole comparison does. Of many figures, some are worse by chance, for which
/// the outcome of the whole accounts.
fn figure_case(figure: &FigureComparison, whole: ComparisonOutcome, fail_on: FailOn) -> JunitCase {
    let change = figure
        .change
        .map(|change| format!(" {}", format_change(change)));
    let reason = figure.undecided.map(|reason| format!(", {reason}"));
    let output = format!(
        "{}{}{}",
        figure.outcome,
        change.unwrap_or_default(),
        reason.unwrap_or_default()
    );
    let counts = figure.confirmed || figure.outcome == ComparisonOutcome::CannotTell;
    let fails = counts && figure.outcome == whole && fail_on.fails(whole);
    JunitCase {
        name: name(figure.figure, &figure.scope),
        result: match fails {
            true => JunitResult::Changed(output.clone()),
            false => JunitResult::Passed,
        },
        output,
    }
}
