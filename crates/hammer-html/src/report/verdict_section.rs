//! The verdict, and the thresholds.

use hammer_core::{AbortReason, CheckedThreshold, OpenOrClosedLoop, PlanReport, VerdictStatus};
use hammer_diagnostic::{format_count, format_counted, format_rate, format_seconds, printable};
use maud::{Markup, html};

use crate::backquoted::backquoted;
use crate::constant_rate::constant_rate;

/// Shows the subject of the run, the verdict with its reasons, and the thresholds.
pub(crate) fn verdict_section(report: &PlanReport) -> Markup {
    let status = report.verdict.status;
    html! {
        header {
            h1 { (heading(report)) }
            @if let Some(load) = report.single_load() {
                p class="subject" { (printable(&shape(load))) }
            }
        }
        section id="verdict" class={ (status.as_str()) @if is_breached(report) { " breached" } } {
            h2 { span class="status" { (symbol(status)) " " (status.as_str()) } }
            @if report.verdict.reasons.is_empty() {
                p { (valid_sentence(report)) }
            } @else {
                ul { @for reason in &report.verdict.reasons { li { (backquoted(reason)) } } }
            }
            @if report.stopped { p { "The run was stopped before its schedule ended." } }
            @if let Some(aborted) = &report.aborted { p class="failed" { (aborted_text(aborted)) } }
            (thresholds(&report.thresholds, status == VerdictStatus::Invalid))
        }
    }
}

/// True if a threshold failed or ended the run.
fn is_breached(report: &PlanReport) -> bool {
    let mut thresholds = report.thresholds.iter();
    report.aborted.is_some() || thresholds.any(|checked| checked.judged && !checked.passed)
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

/// A sign beside the word, so that color is not needed.
pub(crate) fn symbol(status: VerdictStatus) -> &'static str {
    match status {
        VerdictStatus::Valid => "✓",
        VerdictStatus::Suspect => "⚠",
        VerdictStatus::Invalid => "✗",
    }
}

/// The meaning of a valid verdict, as a sentence.
fn valid_sentence(report: &PlanReport) -> String {
    let text = report.valid_text();
    let mut rest = text.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    let start: String = first.collect();
    format!("{start}{}.", rest.as_str())
}

fn aborted_text(aborted: &AbortReason) -> String {
    let expression = printable(&aborted.expression);
    format!("✗ The run was ended by {expression} {}.", aborted.details())
}

/// Lists the thresholds, failed ones first.
fn thresholds(all: &[CheckedThreshold], is_invalid: bool) -> Markup {
    let (failed, passed): (Vec<_>, Vec<_>) = all.iter().partition(|checked| !checked.passed);
    let failures = failed.iter().filter(|checked| checked.judged).count();
    html! {
        @if !all.is_empty() {
            h3 { "Thresholds" }
            p class=[(failures > 0).then_some("failed")] { (threshold_finding(all, failures, is_invalid)) }
            div class="scroll" {
                table class="sortable" {
                    thead { tr { th scope="col" { "threshold" } th scope="col" { "measured" } th scope="col" { "result" } } }
                    tbody {
                        @for checked in failed.into_iter().chain(passed) {
                            tr {
                                th scope="row" { (printable(&checked.expression)) }
                                td data-v=[checked.measured.value] { (checked.figure()) }
                                (result_cell(checked))
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
            (false, _) => { td class="unjudged" { "– not judged" } }
            (true, true) => { td class="passed" { "✓ pass" } }
            (true, false) => { td class="failed" { "✗ fail" } }
        }
    }
}

fn threshold_finding(all: &[CheckedThreshold], failed: usize, is_invalid: bool) -> String {
    let unjudged = all.iter().filter(|checked| !checked.judged).count();
    match (all.len(), failed) {
        _ if is_invalid => "Thresholds are not judged, because the verdict is invalid.".to_owned(),
        (all, failed) if unjudged > 0 => format!(
            "{failed} of {all} thresholds failed. {unjudged} are not judged, because the run cannot be \
             compared with its baseline."
        ),
        (1, 0) => "The threshold passed.".to_owned(),
        (all, 0) => format!("All {} passed.", format_counted(all as u64, "threshold")),
        (all, failed) => format!(
            "{} of {} failed.",
            format_count(failed as u64),
            format_counted(all as u64, "threshold")
        ),
    }
}
