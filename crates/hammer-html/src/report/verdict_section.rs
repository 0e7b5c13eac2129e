//! The verdict, and the thresholds.

use hammer_core::{
    AbortReason, CheckedThreshold, MeasuredValue, OpenOrClosedLoop, PlanReport, VerdictStatus,
};
use hammer_diagnostic::{
    format_count, format_counted, format_decimal, format_rate, format_seconds, printable,
};
use maud::{Markup, html};

use crate::backquoted::backquoted;
use crate::constant_rate::constant_rate;
use crate::duration_text::format_measured;

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
                p { (valid_text(report)) }
            } @else {
                ul { @for reason in &report.verdict.reasons { li { (backquoted(reason)) } } }
            }
            @if report.stopped { p { "The run was stopped before its schedule ended." } }
            @if let Some(aborted) = &report.aborted { p class="failed" { (aborted_text(aborted)) } }
            (thresholds(&report.thresholds))
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

fn valid_text(report: &PlanReport) -> &'static str {
    match report.single_load().map(|load| load.loop_kind) {
        Some(OpenOrClosedLoop::Open) => {
            "The generator kept the schedule: the numbers describe the target."
        }
        Some(OpenOrClosedLoop::Closed) => {
            "The numbers describe the target under busy slots, not the wait of its users."
        }
        None => "The generator kept all schedules: the numbers describe the targets.",
    }
}

fn aborted_text(aborted: &AbortReason) -> String {
    let rate = aborted
        .rate
        .map(|rate| format!(" at {}", format_rate(rate)));
    format!(
        "✗ The run was ended by {} after {} s{} (measured {}).",
        printable(&aborted.expression),
        format_decimal(aborted.t_s),
        rate.unwrap_or_default(),
        format_measured(&aborted.measured)
    )
}

/// Lists the thresholds, failed ones first.
fn thresholds(all: &[CheckedThreshold]) -> Markup {
    let (failed, passed): (Vec<_>, Vec<_>) = all.iter().partition(|checked| !checked.passed);
    let failures = failed.iter().filter(|checked| checked.judged).count();
    html! {
        @if !all.is_empty() {
            h3 { "Thresholds" }
            p class=[(failures > 0).then_some("failed")] { (threshold_finding(all.len(), failures, all.iter().all(|checked| checked.judged))) }
            div class="scroll" {
                table class="sortable" {
                    thead { tr { th scope="col" { "threshold" } th scope="col" { "measured" } th scope="col" { "result" } } }
                    tbody {
                        @for checked in failed.into_iter().chain(passed) {
                            tr {
                                th scope="row" { (printable(&checked.expression)) }
                                td data-v=[checked.measured.value] { (measured_text(checked)) }
                                (result_cell(checked))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The measured value, with the bound if that is relative to a baseline.
fn measured_text(checked: &CheckedThreshold) -> String {
    let measured = format_measured(&checked.measured);
    let Some(relative) = checked.relative else {
        return measured;
    };
    let [baseline, bound] = [relative.baseline, relative.bound].map(|value| {
        format_measured(&MeasuredValue {
            value: Some(value),
            infinite: false,
            unit: checked.measured.unit.clone(),
        })
    });
    format!("{measured} (baseline {baseline}, bound {bound})")
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

fn threshold_finding(all: usize, failed: usize, is_judged: bool) -> String {
    if !is_judged {
        return "Thresholds are not judged, because the verdict is invalid.".to_owned();
    }
    match (all, failed) {
        (1, 0) => "The threshold passed.".to_owned(),
        (all, 0) => format!("All {} passed.", format_counted(all as u64, "threshold")),
        (all, failed) => format!(
            "{} of {} failed.",
            format_count(failed as u64),
            format_counted(all as u64, "threshold")
        ),
    }
}
