//! Hits by result, and the rate.

use hammer_core::{ArrivalProcess, HitCounts, OpenOrClosedLoop, Report};

use super::title::{rate_varies, short_schedule};
use crate::text::format_rate;
use crate::text::lines::{SEPARATOR, wrap_items};
use crate::text::number::{format_count, format_decimal};

/// Renders the results of all hits of a load.
pub(super) fn hits(report: &Report) -> String {
    wrap_items("hits", &hits_text(report), 2)
}

/// Renders the results of all hits of a load of a plan, with the achieved rate.
pub(super) fn hits_and_rate(report: &Report) -> String {
    line_with_rate(&hits_text(report), report.rate.achieved)
}

/// Renders the results of the hits of all loads, with the achieved rate.
pub(super) fn totals(hits: &HitCounts, achieved: f64) -> String {
    line_with_rate(&results_text(hits), achieved)
}

fn line_with_rate(hits: &str, achieved: f64) -> String {
    let text = format!("{hits}   {}/s achieved", format_decimal(achieved));
    wrap_items("hits", &text, 2)
}

/// Renders the requested and the achieved rate, the arrivals and the warm-up.
pub(super) fn rate_line(report: &Report) -> String {
    let achieved = format!("{}/s achieved", format_decimal(report.rate.achieved));
    let text = match (report.loop_kind, report.rate.requested) {
        (OpenOrClosedLoop::Open, Some(requested)) => {
            if let Some(span) = short_schedule(report) {
                let hits = if report.hits.scheduled == 1 {
                    "the hit"
                } else {
                    "all hits"
                };
                return wrap_items("rate", &format!("{hits} due {span}"), 2);
            }
            let mean = if rate_varies(report) {
                " on average"
            } else {
                ""
            };
            format!("{} requested{mean}   {achieved}", format_rate(requested))
        }
        _ => {
            format!("{achieved}   closed loop: each slot waits for a response before its next hit")
        }
    };
    let mut text = text;
    if report.arrivals != ArrivalProcess::Even {
        text = format!("{text}   {} arrivals", report.arrivals);
    }
    if report.warmup_s > 0.0 {
        text = format!(
            "{text}   after {} s of warm-up",
            format_decimal(report.warmup_s)
        );
    }
    wrap_items("rate", &text, 2)
}

/// The results of all hits, with the hits that were unsent because they were late.
fn hits_text(report: &Report) -> String {
    let text = results_text(&report.hits);
    match report.generator.unsent.get("late") {
        None => text,
        Some(late) => format!(
            "{text}, {} of them because they were late",
            format_count(*late)
        ),
    }
}

/// Numbers of hits by result.
fn results_text(hits: &HitCounts) -> String {
    let always = [("scheduled", hits.scheduled), ("ok", hits.ok)];
    let rest = [
        ("rejected", hits.rejected),
        ("failed", hits.failed),
        ("timed out", hits.timed_out),
        ("abandoned", hits.abandoned),
        ("unsent", hits.unsent),
    ];
    let shown = rest
        .iter()
        .filter(|(word, count)| *count > 0 || matches!(*word, "rejected" | "failed"));
    let items: Vec<_> = always
        .iter()
        .chain(shown)
        .map(|(word, n)| format!("{} {word}", format_count(*n)))
        .collect();
    items.join(SEPARATOR)
}
