//! The numbers of one load, in the order of the text report.

use hammer_core::{DurationSummary, HitCounts, PlanLoadReport, ReplayComparison, Report};

use super::confidence;
use super::escaped::{code, items, prose};
use super::load_counts;
use super::table::{shortened_table, table};
use crate::report::text::counts::{ranked, readable};
use crate::report::text::groups::groups_with_hits;
use crate::report::text::latency::{self, PERCENTILES, TimeUnit, cell, max_cell};
use crate::report::text::{generator, hits, title};
use crate::text::number::{format_count, format_decimal};

/// Renders the name, the hammer, the target and the schedule of a load of a plan.
pub(super) fn heading(load: &PlanLoadReport) -> String {
    let schedule = title::schedule(&load.report, &title::offset(load.offset_s));
    format!(
        "#### {}\n\n{} {}, {}\n\n",
        code(&load.name),
        prose(&load.report.hammer),
        code(&load.report.target),
        prose(&schedule)
    )
}

/// Renders a load, and its comparison with a log for a replay; with the `confidence` of its percentiles
/// if that is true.
pub(super) fn render(
    report: &Report,
    replay: Option<&ReplayComparison>,
    confidence: bool,
) -> String {
    let hits = items(&hits::hits_text(report));
    let rate = items(&hits::rate_text(report));
    let mut out = format!("hits: {hits}\n\nrate: {rate}\n\n");
    out.push_str(&latencies(report));
    if confidence {
        out.push_str(&confidence::render(report));
    }
    out.push_str(&stages(report));
    out.push_str(&groups(report));
    out.push_str(&load_counts::answers(report));
    out.push_str(&failures(report));
    out.push_str(&load_counts::phases(report));
    out.push_str(&load_counts::lines(report));
    let generator = items(&generator::single_load_text(report));
    out.push_str(&format!("generator: {generator}\n\n"));
    out.extend(replay.map(routes));
    out
}

/// Percentiles of response, service and lateness.
fn latencies(report: &Report) -> String {
    let unit = latency::unit(report);
    let title = format!("latency, {}", unit.name());
    let names = PERCENTILES.map(|(name, _)| format!(">{name}"));
    let mut headers = vec![&*title];
    headers.extend(names.iter().map(|name| &**name));
    headers.push(">max");
    let row = |(name, summary): (&str, &DurationSummary)| {
        let cells = PERCENTILES
            .iter()
            .map(|(name, _)| cell(summary, name, unit));
        let cells = cells.chain([max_cell(summary, unit)]);
        [name.to_owned()].into_iter().chain(cells).collect()
    };
    let rows = [
        ("response", &report.response_us),
        ("service", &report.service_us),
        ("lateness", &report.lateness_us),
    ];
    table(&headers, &rows.map(row))
}

fn stages(report: &Report) -> String {
    let unit = latency::unit(report);
    let rows = report.stages.iter().map(|stage| {
        let mut cells = vec![
            code(&stage.stage),
            format_decimal(stage.rate.requested.unwrap_or_default()),
            format_decimal(stage.rate.achieved),
        ];
        cells.extend(response_cells(&stage.response_us, &stage.hits, unit));
        cells
    });
    let title = format!("stage, {}", unit.name());
    let headers = [
        &*title,
        ">requested/s",
        ">achieved/s",
        ">p50",
        ">p99",
        ">max",
        ">not ok",
    ];
    shortened_table(&headers, rows.collect(), "stages")
}

/// The groups with the most hits.
fn groups(report: &Report) -> String {
    let mut groups: Vec<_> = groups_with_hits(report).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.hits.scheduled));
    let unit = latency::unit(report);
    let rows = groups.iter().map(|group| {
        let mut cells = vec![code(&group.name), format_count(group.hits.scheduled)];
        cells.extend(response_cells(&group.response_us, &group.hits, unit));
        cells
    });
    let title = format!("group, {}", unit.name());
    let headers = [&*title, ">hits", ">p50", ">p99", ">max", ">not ok"];
    shortened_table(&headers, rows.collect(), "groups")
}

/// Times of a stage or group, and its hits that are not ok.
fn response_cells(response: &DurationSummary, hits: &HitCounts, unit: TimeUnit) -> [String; 4] {
    [
        cell(response, "p50", unit),
        cell(response, "p99", unit),
        max_cell(response, unit),
        format_count(hits.scheduled.saturating_sub(hits.ok)),
    ]
}

/// The routes of a replay, with their times in the log.
fn routes(replay: &ReplayComparison) -> String {
    let slower = |p99: fn(&DurationSummary) -> f64| {
        let routes = replay.routes.iter();
        routes
            .map(|route| p99(&route.logged_us).max(p99(&route.replayed_us)))
            .fold(0.0, f64::max)
    };
    let unit = TimeUnit::for_micros(slower(|summary| summary.p99));
    let figure = |summary: &DurationSummary, us: fn(&DurationSummary) -> f64| {
        let measured = summary.measured();
        measured.map_or_else(|| "-".to_owned(), |summary| unit.format(us(summary)))
    };
    let rows = replay.routes.iter().map(|route| {
        let (logged, replayed) = (&route.logged_us, &route.replayed_us);
        vec![
            code(&route.route),
            format_count(replayed.count),
            figure(logged, |summary| summary.p50),
            figure(replayed, |summary| summary.p50),
            figure(logged, |summary| summary.p99),
            figure(replayed, |summary| summary.p99),
        ]
    });
    let title = format!("route, {}", unit.name());
    let headers = [
        &*title,
        ">hits",
        ">p50 logged",
        ">p50 replayed",
        ">p99 logged",
        ">p99 replayed",
    ];
    let sent = format!(
        "replay: {} planned, {} sent\n\n",
        format_count(replay.planned),
        format_count(replay.sent)
    );
    sent + &shortened_table(&headers, rows.collect(), "routes")
}

/// Failures with their advice, the most frequent first.
fn failures(report: &Report) -> String {
    let ranked = ranked(&report.failures);
    let rows = ranked.iter().map(|(name, count)| {
        let advice = report.advice.get(*name).map(|advice| prose(advice));
        vec![
            prose(&readable(name)),
            format_count(*count),
            advice.unwrap_or_default(),
        ]
    });
    shortened_table(&["failure", ">hits", "advice"], rows.collect(), "failures")
}
