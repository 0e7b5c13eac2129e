//! Head of the report: the title, the verdict and the thresholds.

use hammer_core::PlanReport;

use super::{hits, thresholds, verdict};

/// Maximum number of lines for all reasons of the verdict.
const REASON_LINES: usize = 8;

/// Head of the report of a run.
pub(super) struct ReportHead {
    /// The first line.
    pub(super) title: String,
    pub(super) max_thresholds: usize,
    /// Maximum number of lines for all but the title and the reason for an abort.
    pub(super) room: usize,
    /// True if the verdict is colored.
    pub(super) color: bool,
}

impl ReportHead {
    /// Renders the title, many hits that are not ok, the verdict, the reason for an abort and the thresholds, with an empty line
    /// after the title and at the end.
    pub(super) fn render(&self, report: &PlanReport) -> String {
        let not_ok = hits::not_ok_line(report);
        let thresholds = thresholds::lines(&report.thresholds, self.max_thresholds);
        let used = thresholds.lines().count() + not_ok.lines().count();
        let room = self.room.saturating_sub(used);
        let max = room.min(REASON_LINES);
        let praises = not_ok.is_empty();
        let verdict = verdict::lines(report, max, self.color, praises);
        let not_ok = match self.color {
            true => not_ok.replacen("not ok", "\x1b[1;31mnot ok\x1b[0m", 1),
            false => not_ok,
        };
        let aborted = verdict::abort_line(report.aborted.as_ref());
        format!("{}\n{not_ok}{verdict}{aborted}{thresholds}\n", self.title)
    }
}
