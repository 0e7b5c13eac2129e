//! The report of a search as JUnit XML for build servers.
//!
//! The search is a test suite: the answer, the rate that it must reach, and each objective at the answer
//! are test cases. Without a confirmed answer there is nothing to judge objectives at; they are skipped.

use hammer_analysis::{CapacityStatus, SearchReport};

use super::next_step::next_step;
use crate::report::junit::{JunitCase, JunitResult, document, suite};
use crate::text::format_rate;

/// Renders a report.
pub(in crate::find) fn render(report: &SearchReport) -> String {
    let mut cases = vec![answer_case(report)];
    cases.extend(required_case(report));
    let objectives = report.objectives.iter();
    cases.extend(objectives.map(|objective| objective_case(report, objective)));
    let name = format!("find {} {}", report.hammer, report.target);
    document(&suite(name.trim(), report.elapsed_s, cases))
}

fn answer_case(report: &SearchReport) -> JunitCase {
    let reason = report.reason.as_ref();
    let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
    let message = format!("{}{reason}", report.answer_text());
    let unseen = report.unseen_text();
    let lines = [
        Some(message.clone()),
        unseen,
        Some(report.setup_text()),
        report.in_flight_text(),
        report.knee_text(),
        report.recovery_text(),
        Some(format!("next: {}", next_step(report))),
    ];
    JunitCase {
        name: "answer".to_owned(),
        result: match report.answer.status {
            CapacityStatus::Confirmed | CapacityStatus::AtLeast => JunitResult::Passed,
            CapacityStatus::GeneratorLimited => JunitResult::Invalid(message),
            CapacityStatus::NeverHeld => JunitResult::Failed(message),
            CapacityStatus::NotConfirmed => JunitResult::Stopped(message),
        },
        output: lines.into_iter().flatten().collect::<Vec<_>>().join("\n"),
    }
}

fn required_case(report: &SearchReport) -> Option<JunitCase> {
    let required = report.at_least?;
    let text = report.required_text()?;
    let never_held = report.answer.status == CapacityStatus::NeverHeld;
    Some(JunitCase {
        name: format!("at least {}", format_rate(required.rate)),
        result: match required.is_met {
            true => JunitResult::Passed,
            false if report.has_confirmed_answer() || never_held => {
                JunitResult::Failed(text.clone())
            }
            false => JunitResult::Skipped(text.clone()),
        },
        output: text,
    })
}

/// An objective in the confirmations of the answer.
fn objective_case(report: &SearchReport, objective: &str) -> JunitCase {
    let objectives = report.confirmations().flat_map(|look| &look.objectives);
    let checked: Vec<_> = objectives
        .filter(|checked| checked.expression == objective)
        .collect();
    let figures: Vec<String> = checked.iter().map(|checked| checked.figure()).collect();
    let figures = figures.join(", ");
    JunitCase {
        name: objective.to_owned(),
        result: match checked.as_slice() {
            [] => JunitResult::Skipped("there is no confirmed answer to judge it at".to_owned()),
            checked if checked.iter().all(|checked| checked.passed) => JunitResult::Passed,
            _ => JunitResult::Failed(figures.clone()),
        },
        output: figures,
    }
}
