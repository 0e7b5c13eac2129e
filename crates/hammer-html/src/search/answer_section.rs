//! The answer of a search, with what limits it.

use hammer_analysis::{CapacityStatus, SearchReport};
use hammer_diagnostic::{format_counted, format_rate, format_seconds, printable};
use maud::{Markup, html};

use crate::backquoted::backquoted;
use crate::report::OutcomeGrade;
use crate::sentence::sentence;

/// Shows the answer in a sentence and in figures.
pub(super) fn answer_section(report: &SearchReport) -> Markup {
    let grade = grade(report);
    let rate = report.known_rate().map(format_rate);
    html! {
        header {
            h1 { "Highest rate that holds" }
            p class="subject" { (printable(&report.hammer)) " " span class="target" { (printable(&report.target)) } }
            p class="subject" {
                @for (index, objective) in report.objectives.iter().enumerate() {
                    @if index > 0 { ", " }
                    code { (printable(objective)) }
                }
            }
        }
        section id="verdict" class=(grade.class()) {
            h2 {
                span class="status" {
                    (grade.symbol()) " " (report.answer_title())
                    @if let Some(rate) = &rate { " " (rate) }
                }
            }
            p { (printable(&sentence(&report.answer_text()))) }
            @if let Some(reason) = &report.reason { p { strong { "Reason:" } " " (backquoted(reason)) } }
            @if let Some(required) = report.required_text() { p { strong { "Required:" } " " (required) "." } }
            @if let Some(unseen) = report.unseen_text() { p class="note" { (sentence(&unseen)) } }
        }
        dl class="tiles" {
            @for (name, value, note) in tiles(report) {
                div { dt { (name) } dd { strong { (value) } @if !note.is_empty() { " " small { (note) } } } }
            }
        }
    }
}

/// The figures of the answer: a name, a value and a note. Those that were not measured are a dash.
fn tiles(report: &SearchReport) -> Vec<(&'static str, String, String)> {
    let answer = &report.answer;
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let confirmed = answer.confirmed_s.map(format_seconds);
    let confirmed = confirmed.map(|seconds| format!("held for {seconds}"));
    let failed = answer.lowest_failed.map(format_rate);
    let failed_look = |rate| {
        let mut looks = report.looks.iter().rev();
        looks.find(|look| look.rate == rate && look.failed_text().is_some())
    };
    let reason = answer.lowest_failed.and_then(failed_look);
    let reason = reason.and_then(|look| look.failed_text());
    let held = answer.highest_held.map(format_rate);
    let mut tiles = vec![(
        "confirmed",
        or_dash(answer.rate.map(format_rate)),
        confirmed.unwrap_or_default(),
    )];
    if answer.rate != answer.highest_held
        && let Some(held) = held
    {
        let note = "in a look, not confirmed".to_owned();
        tiles.push(("highest that held", held, note));
    }
    tiles.push((
        "lowest that failed",
        or_dash(failed),
        reason.unwrap_or_default(),
    ));
    tiles.push((
        "searched",
        format_seconds(report.elapsed_s.round()),
        format_counted(report.looks.len() as u64, "look"),
    ));
    tiles
}

/// The look of the answer.
pub(super) fn grade(report: &SearchReport) -> OutcomeGrade {
    match report.answer.status {
        _ if report.is_below_required_rate() => OutcomeGrade::Bad,
        CapacityStatus::Confirmed | CapacityStatus::AtLeast => OutcomeGrade::Good,
        CapacityStatus::GeneratorLimited | CapacityStatus::NotConfirmed => OutcomeGrade::Doubtful,
        CapacityStatus::NeverHeld => OutcomeGrade::Bad,
    }
}
