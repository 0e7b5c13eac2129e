//! Text report of a single load, with all details.

use hammer_core::Report;

use super::head::ReportHead;
use super::{
    connections, counts, generator, groups, hits, latency, replay, stages, title, verdict,
};
use crate::report::RunReport;

/// Maximum number of lines, without the comparison of a replay.
const MAX_LINES: usize = 30;
/// Number of lines reserved for thresholds, which also use all lines left over.
const THRESHOLD_LINES: usize = 4;

/// Renders the report of a single load; `color` colors the verdict.
pub(super) fn render(run: &RunReport, load: &Report, color: bool) -> String {
    let numbers = [
        hits::hits(load),
        hits::rate_line(load),
        latency::table(load, 0),
    ]
    .concat();
    let rest = [
        counts::labels(&load.labels),
        counts::failures(load),
        counts::phases(load),
        counts::counts(&load.counts),
        counts::facts(&load.facts),
        connections::all(load),
        generator::single_load(load),
    ]
    .concat();
    let fixed = numbers.lines().count() + rest.lines().count();
    let aborted = usize::from(run.plan.aborted.is_some());
    let title = title::single_load(load);
    // The rest is two empty lines, and at least three lines for the verdict.
    let room = MAX_LINES.saturating_sub(fixed + aborted + title.lines().count() + 2);
    let head = ReportHead {
        title,
        valid_text: &verdict::valid_text(load),
        max_thresholds: room.saturating_sub(3).max(THRESHOLD_LINES),
        room,
        color,
    }
    .render(&run.plan);
    let left = MAX_LINES.saturating_sub(fixed + head.lines().count());
    let stages = stages::table(load, left);
    let left = left.saturating_sub(stages.lines().count());
    // The table of routes of a replay contains the groups.
    let (groups, replay) = match &run.replay {
        None => (groups::table(load, left), String::new()),
        Some(replay) => (String::new(), replay::lines(replay)),
    };
    [head, numbers, stages, groups, rest, replay].concat()
}
