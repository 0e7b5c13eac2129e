//! Head of the report: the title, the verdict and the thresholds.

use hammer_plan::PlanReport;

use super::{thresholds, verdict};

/// Maximum number of lines for all reasons of the verdict.
const REASON_LINES: usize = 8;

/// Head of the report of a run.
pub(super) struct ReportHead<'a> {
    /// The first line.
    pub(super) title: String,
    /// Text of the verdict if it has no reasons.
    pub(super) valid_text: &'a str,
    pub(super) max_thresholds: usize,
    /// Maximum number of lines for the verdict and the thresholds.
    pub(super) room: usize,
    /// True if the verdict is colored.
    pub(super) color: bool,
}

impl ReportHead<'_> {
    /// Renders the title, the verdict, the reason for an abort and the thresholds, with an empty line
    /// after the title and at the end.
    pub(super) fn render(&self, report: &PlanReport) -> String {
        let thresholds = thresholds::lines(&report.thresholds, self.max_thresholds);
        let room = self.room.saturating_sub(thresholds.lines().count());
        let max = room.min(REASON_LINES);
        let verdict = verdict::lines(&report.verdict, self.valid_text, max, self.color);
        let aborted = verdict::abort_line(report.aborted.as_ref());
        format!("{}\n{verdict}{aborted}{thresholds}\n", self.title)
    }
}
