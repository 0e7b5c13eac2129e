//! Hits by result, and the rate.

use std::collections::BTreeMap;

use hammer_core::PlanReport;
use hammer_core::{ArrivalProcess, HitCounts, OpenOrClosedLoop, Report};
use hammer_diagnostic::format_most_frequent;

use super::title::{rate_varies, short_schedule};
use crate::text::format_rate;
use crate::text::lines::{SEPARATOR, wrap, wrap_items};
use crate::text::number::{format_count, format_decimal, format_percent};

/// Renders the results of all hits of a load.
pub(super) fn hits(report: &Report) -> String {
    wrap_items("hits", &hits_text(report), 2)
}

/// Renders the results of the hits of all loads, with the achieved rate.
pub(super) fn totals(report: &PlanReport) -> String {
    wrap_items("hits", &totals_text(report), 2)
}

/// The results of the hits of all loads, with the achieved rate.
pub(crate) fn totals_text(report: &PlanReport) -> String {
    let mut rejections = BTreeMap::new();
    let loads = report.loads.iter();
    for (label, n) in loads.flat_map(|load| &load.report.rejections) {
        let sum: &mut u64 = rejections.entry(label.clone()).or_default();
        *sum = sum.saturating_add(*n);
    }
    let hits = results_text(&report.hits, &rejections);
    let achieved = format_decimal(report.rate.achieved);
    format!("{hits}   {achieved}/s achieved")
}

/// Renders a line for hits that are not ok, if they are many.
pub(super) fn not_ok_line(report: &PlanReport) -> String {
    not_ok_text(report).map_or_else(String::new, |text| wrap("not ok", &text, 2))
}

/// The share and the causes of hits that are not ok, if they are many: at least one in a hundred.
pub(crate) fn not_ok_text(report: &PlanReport) -> Option<String> {
    let not_ok = report.not_ok();
    not_ok.are_many().then(|| {
        let share = format_percent(not_ok.percent());
        let causes = not_ok.causes.iter().map(|(name, n)| (name.as_str(), *n));
        format!("{share} % of the hits{}", detail(causes))
    })
}

/// The most frequent of some names with their numbers, in brackets.
fn detail<'a>(counts: impl IntoIterator<Item = (&'a str, u64)>) -> String {
    match format_most_frequent(counts) {
        text if text.is_empty() => text,
        text => format!(" ({text})"),
    }
}

/// Renders the requested and the achieved rate, the arrivals and the warm-up.
pub(super) fn rate_line(report: &Report) -> String {
    wrap_items("rate", &rate_text(report), 2)
}

/// The requested and the achieved rate, the arrivals and the warm-up.
pub(crate) fn rate_text(report: &Report) -> String {
    let achieved = match report.rate.requested {
        // Both rates have the same unit.
        Some(requested) if requested < 1.0 => format_rate(report.rate.achieved),
        _ => format!("{}/s", format_decimal(report.rate.achieved)),
    };
    let achieved = format!("{achieved} achieved");
    let text = match (report.loop_kind, report.rate.requested) {
        (OpenOrClosedLoop::Open, Some(requested)) => {
            if let Some(span) = short_schedule(report) {
                let hits = if report.hits.scheduled == 1 {
                    "the hit"
                } else {
                    "all hits"
                };
                return format!("{hits} due {span}");
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
    text
}

/// The results of all hits, with the hits that were unsent because they were late.
pub(crate) fn hits_text(report: &Report) -> String {
    let text = results_text(&report.hits, &report.rejections);
    match report.generator.unsent.get("late") {
        None => text,
        Some(late) => format!(
            "{text}, {} of them because they were late",
            format_count(*late)
        ),
    }
}

/// Numbers of hits by result, with the labels of rejected ones.
fn results_text(hits: &HitCounts, rejections: &BTreeMap<String, u64>) -> String {
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
        .map(|(word, n)| match *word {
            "rejected" => {
                let rejections = rejections.iter().map(|(name, n)| (name.as_str(), *n));
                format!("{} rejected{}", format_count(*n), detail(rejections))
            }
            word => format!("{} {word}", format_count(*n)),
        })
        .collect();
    items.join(SEPARATOR)
}
