//! The report of a run, in each format.

use hammer_core::VerdictStatus;
use hammer_plan::PlanReport;

use super::replay_comparison::ReplayComparison;
use super::{junit, text};

/// The report of a run: a plan of one or several loads, and the comparison with a log for a replay.
pub(crate) struct RunReport {
    pub(crate) plan: PlanReport,
    /// The comparison with the log, if the run is a replay.
    pub(crate) replay: Option<ReplayComparison>,
    /// True if `--require-valid` was given.
    pub(crate) requires_valid: bool,
}

impl RunReport {
    /// Returns true if the verdict is invalid and matters: it was required, or thresholds depend on
    /// it.
    pub(crate) fn is_refused(&self) -> bool {
        let is_invalid = self.plan.verdict.status == VerdictStatus::Invalid;
        is_invalid && (self.requires_valid || self.plan.is_unjudged())
    }

    /// The JSON object, without a line end. A replay has the key `replay`.
    pub(crate) fn json(&self) -> serde_json::Result<Vec<u8>> {
        let Some(replay) = &self.replay else {
            return serde_json::to_vec(&self.plan);
        };
        let mut report = serde_json::to_value(&self.plan)?;
        report["replay"] = serde_json::to_value(replay)?;
        serde_json::to_vec(&report)
    }

    /// The text; `color` colors the verdict.
    pub(crate) fn text(&self, color: bool) -> String {
        text::render(self, color)
    }

    /// The verdict and the thresholds as JUnit XML.
    pub(crate) fn junit(&self) -> String {
        junit::render(&self.plan, self.is_refused())
    }
}
