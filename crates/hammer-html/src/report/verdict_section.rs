//! The outcome of the run, the verdict on its measurement, and the thresholds.

use hammer_core::{AbortReason, CheckedThreshold, OpenOrClosedLoop, PlanReport, VerdictStatus};
use hammer_diagnostic::{
    format_count, format_counted, format_most_frequent, format_rate, format_seconds, printable,
};
use maud::{Markup, html};

use super::run_outcome::{OutcomeGrade, run_outcome};
use crate::backquoted::backquoted;
use crate::constant_rate::constant_rate;

/// Shows the subject of the run, its outcome, the verdict on its measurement, and the thresholds.
pub(crate) fn verdict_section(report: &PlanReport) -> Markup {
    let outcome = run_outcome(report);
    html! {
        header {
            h1 { (heading(report)) }
            @if let Some(load) = report.single_load() {
                p class="subject" { (printable(&shape(load))) }
            }
        }
        section id="verdict" class=(outcome.grade.class()) {
            h2 { span class="status" { (outcome.grade.symbol()) " " (printable(&outcome.text)) } }
            @match &report.aborted {
                Some(aborted) => { p class="failed" { (printable(&aborted_text(aborted))) } }
                None if report.stopped => { p { "The run was stopped before its schedule ended." } }
                None => {}
            }
            @if let Some(not_ok) = not_ok_text(report) {
                p { strong class="failed" { "Not ok:" } " " (printable(&not_ok)) }
            }
            (measurement(report, outcome.is_measurement))
            (thresholds(&report.thresholds, report.verdict.status == VerdictStatus::Invalid))
        }
    }
}

/// Shows the generator's verdict on its measurement, with its reasons or its meaning. It has no name if it
/// `is_outcome`, which the heading tells.
fn measurement(report: &PlanReport, is_outcome: bool) -> Markup {
    let status = report.verdict.status;
    let name = html! {
        @if !is_outcome {
            strong class=(OutcomeGrade::from(status).class()) { "Measurement " (status.as_str()) ":" } " "
        }
    };
    html! {
        @match report.verdict.reasons.as_slice() {
            [] if is_outcome && status == VerdictStatus::Valid => { p { (capitalized(&report.valid_text())) "." } }
            [] => { p { (name) (report.valid_text()) "." } }
            [reason] => { p { (name) (backquoted(reason)) } }
            reasons => {
                @if !is_outcome { p { (name) } }
                ul { @for reason in reasons { li { (backquoted(reason)) } } }
            }
        }
    }
}

fn capitalized(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    let start: String = first.collect();
    format!("{start}{}", rest.as_str())
}

/// The number and the causes of hits that are not ok, if they are many.
fn not_ok_text(report: &PlanReport) -> Option<String> {
    let not_ok = report.not_ok();
    not_ok.are_many().then(|| {
        let (count, hits) = (
            format_count(not_ok.count),
            format_counted(not_ok.scheduled, "hit"),
        );
        let causes = not_ok.causes.iter().map(|(name, n)| (name.as_str(), *n));
        match format_most_frequent(causes) {
            causes if causes.is_empty() => format!("{count} of {hits}"),
            causes => format!("{count} of {hits} ({causes})"),
        }
    })
}

fn heading(report: &PlanReport) -> Markup {
    html! {
        @match report.single_load() {
            Some(load) => { (printable(&load.hammer)) " " span class="target" { (printable(&load.target)) } }
            None => { "plan " span class="target" { (printable(&report.plan)) } }
        }
    }
}

/// Describes the schedule of a load: `1000/s for 60 s, poisson arrivals, after 5 s of warm-up`.
pub(crate) fn shape(load: &hammer_core::Report) -> String {
    let mut text = match load.loop_kind {
        OpenOrClosedLoop::Closed => {
            let slots = load.generator.max_in_flight as u64;
            format!("closed loop of {}", format_counted(slots, "slot"))
        }
        OpenOrClosedLoop::Open if load.shape.is_empty() => "timeline".to_owned(),
        OpenOrClosedLoop::Open => match constant_rate(load) {
            Some(rate) => format_rate(rate),
            None => load.shape.clone(),
        },
    };
    text.push_str(&format!(" for {}", format_seconds(load.duration_s)));
    if load.loop_kind == OpenOrClosedLoop::Open {
        text.push_str(&format!(", {} arrivals", load.arrivals.as_str()));
    }
    if load.warmup_s > 0.0 {
        let warm_up = format_seconds(load.warmup_s);
        text.push_str(&format!(", after {warm_up} of warm-up"));
    }
    text
}

/// The verdict on a measurement, with a sign: `✓ valid`.
pub(crate) fn measurement_text(status: VerdictStatus) -> String {
    format!(
        "{} {}",
        OutcomeGrade::from(status).symbol(),
        status.as_str()
    )
}

fn aborted_text(aborted: &AbortReason) -> String {
    format!(
        "The run was ended by {} {}.",
        aborted.expression,
        aborted.details()
    )
}

/// Lists the thresholds, failed ones first.
fn thresholds(all: &[CheckedThreshold], is_invalid: bool) -> Markup {
    let (failed, passed): (Vec<_>, Vec<_>) = all.iter().partition(|checked| !checked.passed);
    let unjudged = failed.iter().filter(|checked| !checked.judged).count();
    html! {
        @if !all.is_empty() {
            h3 { "Thresholds" }
            @if is_invalid {
                p { "Thresholds are not judged, because the measurement is invalid." }
            } @else if unjudged > 0 {
                p {
                    (format_counted(unjudged as u64, "threshold"))
                    " not judged, because the run cannot be compared with its baseline."
                }
            }
            div class="scroll" {
                table class="sortable" {
                    thead { tr { th scope="col" { "threshold" } th scope="col" class="outcome" { "result" } th scope="col" class="text" { "measured" } } }
                    tbody {
                        @for checked in failed.into_iter().chain(passed) {
                            tr {
                                th scope="row" { (printable(&checked.expression)) }
                                (result_cell(checked))
                                td class="text" data-v=[checked.measured.value] { (checked.figure()) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn result_cell(checked: &CheckedThreshold) -> Markup {
    html! {
        @match (checked.judged, checked.passed) {
            (false, _) => { td class="outcome" { "– not judged" } }
            (true, true) => { td class="outcome passed" { "✓ pass" } }
            (true, false) => { td class="outcome failed" { "✗ fail" } }
        }
    }
}
