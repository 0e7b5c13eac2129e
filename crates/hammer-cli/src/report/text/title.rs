//! First line of the report, and of each load of a plan.

use hammer_core::{ArrivalProcess, Report, Shape};
use hammer_core::{PlanLoadReport, PlanReport};

use crate::text::format_rate;
use crate::text::lines::{INDENT, WIDTH, truncate};
use crate::text::number::{format_counted, format_decimal, format_seconds, short_span};

/// The fewest columns for the name of a file.
const MIN_FILE_WIDTH: usize = 12;

/// Columns for the name of a hammer.
const HAMMER_WIDTH: usize = 23;

/// Columns for the expression of a shape.
const SHAPE_WIDTH: usize = 30;

/// The hammer, the target and the schedule of a run with a single load.
pub(super) fn single_load(report: &Report) -> String {
    let summary = schedule(report, "");
    let name = format!("hammer {}", truncate(&report.hammer, HAMMER_WIDTH));
    let room =
        WIDTH.saturating_sub(name.chars().count().max(INDENT - 3) + summary.chars().count() + 6);
    let target = shorten_target(&report.target, room);
    let name = format!("{name:<width$}   {target}", width = INDENT - 3);
    match target.chars().count() > room {
        true => format!("{name}\n{:<INDENT$}{summary}\n", ""),
        false => format!("{name}   {summary}\n"),
    }
}

/// Cuts a target such as `FILE at URL`, or a URL, to fit `room`. The endpoint, which is the URL without
/// its path, is never cut: a reader must see what was hit.
fn shorten_target(target: &str, room: usize) -> String {
    let Some((file, url)) = target.rsplit_once(" at ") else {
        return shorten_url(target, room);
    };
    let url = shorten_url(url, room.saturating_sub(MIN_FILE_WIDTH + 4));
    let room = room.saturating_sub(url.chars().count() + 4);
    format!("{} at {url}", truncate(file, room.max(MIN_FILE_WIDTH)))
}

/// Cuts the path of a URL to fit `room`. Only an endpoint that is longer than a line is cut, too.
fn shorten_url(url: &str, room: usize) -> String {
    let host = url.find("://").map_or(0, |at| at + 3);
    let path = url[host..].find('/').map_or(url.len(), |at| host + at);
    let endpoint = url[..path].chars().count();
    truncate(url, room.max(endpoint + 2).min(WIDTH - INDENT))
}

/// The name of a plan, and the number of its loads.
pub(super) fn plan(report: &PlanReport) -> String {
    let summary = plan_schedule(report);
    let room = WIDTH.saturating_sub(INDENT + summary.chars().count() + 3);
    let name = truncate(&report.plan, room);
    format!("{:<INDENT$}{name}   {summary}\n", "plan")
}

/// The number of the loads of a plan, and the duration.
pub(crate) fn plan_schedule(report: &PlanReport) -> String {
    let stopped = if report.stopped { ", then stopped" } else { "" };
    let loads = report.loads.len();
    format!(
        "{loads} load{} for {} s{stopped}",
        if loads == 1 { "" } else { "s" },
        format_decimal(report.duration_s)
    )
}

/// The name, the hammer, the target and the schedule of a load of a plan.
pub(super) fn plan_load(load: &PlanLoadReport) -> String {
    let PlanLoadReport {
        name,
        offset_s,
        report,
    } = load;
    let summary = schedule(report, &offset(*offset_s));
    let name = format!("{:<width$}", truncate(name, 40), width = INDENT - 3);
    let hammer = truncate(&report.hammer, HAMMER_WIDTH);
    let used = name.chars().count() + hammer.chars().count() + summary.chars().count() + 9;
    let target = shorten_target(&report.target, WIDTH.saturating_sub(used).max(10));
    format!("{name}   {hammer}   {target}   {summary}\n")
}

/// The start of a load after that of the plan.
pub(crate) fn offset(offset_s: f64) -> String {
    match offset_s > 0.0 {
        true => format!(" after {} s", format_decimal(offset_s)),
        false => String::new(),
    }
}

/// The rate, the duration and the seed of a load; `offset` follows the duration.
pub(crate) fn schedule(report: &Report, offset: &str) -> String {
    let load = requested_load(report);
    let end_reason = end_reason(report);
    format!("{load}{offset}{end_reason}, seed {}", report.seed)
}

/// The requested rate and the duration, or the number of hits whose span is too short for a rate.
fn requested_load(report: &Report) -> String {
    if let Some(span) = short_schedule(report) {
        return format!("{} {span}", format_counted(report.hits.scheduled, "hit"));
    }
    let duration = format_seconds(report.duration_s);
    format!("{} for {duration}", requested_rate(report))
}

/// Returns the span in which the hits of a timeline were due, if it is too short for a rate: `at one
/// instant`, `within 600 µs`.
pub(super) fn short_schedule(report: &Report) -> Option<String> {
    let is_timeline = report.arrivals == ArrivalProcess::Timeline;
    is_timeline.then(|| short_span(report.duration_s)).flatten()
}

/// The requested rate or shape.
fn requested_rate(report: &Report) -> String {
    match report.rate.requested {
        Some(_) if rate_varies(report) => truncate(&report.shape, SHAPE_WIDTH),
        Some(requested) => format_rate(requested),
        None => "closed loop".into(),
    }
}

/// The reason for an end before that of the schedule.
fn end_reason(report: &Report) -> &'static str {
    match (report.stopped, report.exhausted) {
        (true, _) => ", then stopped",
        (false, true) => ", until rows ran out",
        (false, false) => "",
    }
}

/// Returns true if the rate changed during the run.
pub(super) fn rate_varies(report: &Report) -> bool {
    match report.shape.parse::<Shape>() {
        Ok(shape) => shape.rate().is_none() && !shape.is_closed_loop(),
        // The shape of a playlist cannot be parsed.
        Err(_) => report.shape.contains(['.', ',', '(']),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Regression: the title of a replay cut off the end of the endpoint.
    #[test]
    fn the_endpoint_in_a_title_is_never_cut() {
        let endpoint = "http://staging.example.test:8080";
        for (target, room, expected) in [
            (
                format!("shop.jsonl at {endpoint}"),
                60,
                format!("shop.jsonl at {endpoint}"),
            ),
            (
                format!("/var/log/nginx/access.log.1.gz at {endpoint}"),
                50,
                format!("/var/log/ngin… at {endpoint}"),
            ),
            (
                format!("/var/log/nginx/access.log.1.gz at {endpoint}"),
                5,
                format!("/var/log/ng… at {endpoint}"),
            ),
            (
                format!("{endpoint}/a/long/path"),
                40,
                format!("{endpoint}/a/long…"),
            ),
            (
                format!("{endpoint}/a/long/path"),
                5,
                format!("{endpoint}/…"),
            ),
            (endpoint.to_owned(), 5, endpoint.to_owned()),
        ] {
            assert_eq!(shorten_target(&target, room), expected, "{room}");
        }
    }
}
