//! The requested and the achieved rate, and hits by result.

use hammer_core::{HitCounts, OpenOrClosedLoop, PlanReport};
use hammer_diagnostic::{
    format_bytes, format_count, format_counted, format_most_frequent, format_rate, format_seconds,
    printable,
};
use maud::{Markup, html};

use crate::chart::bar;
use crate::duration_text::{format_share, format_us, percentile_us};

/// Shows the totals of the run.
pub(crate) fn totals_section(report: &PlanReport) -> Markup {
    html! {
        section id="totals" {
            h2 { "Requested and achieved" }
            dl class="tiles" {
                @for (name, value, note) in tiles(report) {
                    div { dt { (name) } dd { strong { (value) } @if !note.is_empty() { " " small { (note) } } } }
                }
            }
            (hits_table(&report.hits))
        }
    }
}

/// The figures that sum up the run: a name, a value and a note.
fn tiles(report: &PlanReport) -> Vec<(&'static str, String, String)> {
    let ok = report.hits.ok;
    let mut tiles = vec![];
    let achieved = format_rate(report.rate.achieved);
    match report.single_load() {
        Some(load) => {
            let requested = match (load.loop_kind, load.rate.requested) {
                (OpenOrClosedLoop::Open, Some(requested)) => {
                    format!("of {} requested", format_rate(requested))
                }
                _ => "closed loop".to_owned(),
            };
            tiles.push(("achieved", achieved, requested));
            for (name, label) in [("p50", "median response"), ("p99", "p99 of response")] {
                let service = percentile_us(&load.service_us, name).map(format_us);
                let value = percentile_us(&load.response_us, name);
                let value = value.map_or_else(|| "–".to_owned(), format_us);
                let note = service.map(|service| format!("service {service}"));
                tiles.push((label, value, note.unwrap_or_default()));
            }
        }
        None => {
            let loads = format_counted(report.loads.len() as u64, "load");
            tiles.push(("achieved", achieved, loads));
        }
    }
    let hits = format!("of {} hits", format_count(report.hits.scheduled));
    tiles.push(("ok", format_share(ok, report.hits.scheduled), hits));
    tiles.push(not_ok_tile(report));
    let elapsed = format!(
        "{} until the last hit ended",
        format_seconds(report.elapsed_s)
    );
    tiles.push(("schedule", format_seconds(report.duration_s), elapsed));
    if let Some(load) = report.single_load()
        && load.bytes.received + load.bytes.sent > 0
    {
        let sent = format!("{} sent", format_bytes(load.bytes.sent));
        tiles.push(("received", format_bytes(load.bytes.received), sent));
    }
    tiles
}

/// The number of hits that are not ok, with their share, and their causes as the note.
fn not_ok_tile(report: &PlanReport) -> (&'static str, String, String) {
    let not_ok = report.not_ok();
    let count = format_count(not_ok.count);
    if not_ok.count == 0 {
        return ("not ok", count, String::new());
    }
    let share = format_share(not_ok.count, not_ok.scheduled);
    let causes = not_ok.causes.iter().map(|(name, n)| (name.as_str(), *n));
    let causes = printable(&format_most_frequent(causes)).into_owned();
    // The share stays on a line.
    let share = share.replace(' ', "\u{a0}");
    ("not ok", format!("{count} ({share})"), causes)
}

/// Lists hits by result.
fn hits_table(hits: &HitCounts) -> Markup {
    let rows = [
        ("ok", hits.ok, "the target answered as expected"),
        (
            "rejected",
            hits.rejected,
            "the target answered with a refusal",
        ),
        ("failed", hits.failed, "no usable answer"),
        ("timed out", hits.timed_out, "no answer in time"),
        (
            "abandoned",
            hits.abandoned,
            "still in flight at the end of the drain",
        ),
        ("unsent", hits.unsent, "never started"),
    ];
    let all = hits.scheduled.max(1) as f64;
    html! {
        div class="scroll" {
            table class="sortable" {
                thead {
                    tr {
                        th scope="col" { "result" } th scope="col" { "hits" }
                        th scope="col" { "share" } th scope="col" class="text" { "meaning" }
                    }
                }
                tbody {
                    @for (name, count, meaning) in rows {
                        tr {
                            th scope="row" { (name) }
                            td data-v=(count) { (format_count(count)) }
                            td data-v=(count) { (bar(count as f64 / all, 0.0)) " " (format_share(count, hits.scheduled)) }
                            td class="text" { (meaning) }
                        }
                    }
                    tr {
                        th scope="row" { "scheduled" }
                        td data-v=(hits.scheduled) { (format_count(hits.scheduled)) }
                        td data-v=(hits.scheduled) {}
                        td class="text" { "the six results add up to it" }
                    }
                }
            }
        }
    }
}
