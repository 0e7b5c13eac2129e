//! Text report of a single load, with all details.

use hammer_core::{PlanReport, Report};

use super::head::ReportHead;
use super::load_details::LoadDetails;
use super::{TextOptions, baseline, replay, title, verdict};

/// Maximum number of lines, without the comparisons with a log and with a baseline, and the confidence.
pub(super) const MAX_LINES: usize = 30;
/// Number of lines reserved for thresholds, which also use all lines left over.
const THRESHOLD_LINES: usize = 4;

/// Renders the report of a single load.
pub(super) fn render(run: &PlanReport, load: &Report, options: TextOptions) -> String {
    let details = LoadDetails::new(load, options.confidence);
    let fixed = details.lines();
    let aborted = verdict::abort_line(run.aborted.as_ref()).lines().count();
    let title = title::single_load(load);
    // The rest is two empty lines, and at least three lines for the verdict.
    let room = MAX_LINES.saturating_sub(fixed + aborted + title.lines().count() + 2);
    let head = ReportHead {
        title,
        max_thresholds: room.saturating_sub(3).max(THRESHOLD_LINES),
        room,
        color: options.color,
    }
    .render(run);
    let left = MAX_LINES.saturating_sub(fixed + head.lines().count());
    let details = details.render(load, left);
    let replay = run.replay.as_ref().map(replay::lines);
    let baseline = run.baseline.as_ref().map(baseline::lines);
    let (replay, baseline) = (replay.unwrap_or_default(), baseline.unwrap_or_default());
    [head, details, replay, baseline].concat()
}
