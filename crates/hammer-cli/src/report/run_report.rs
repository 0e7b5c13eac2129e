//! The report of a run, in each format.

use hammer_plan::PlanReport;

use super::replay_comparison::ReplayComparison;
use super::{junit, text};

/// The report of a run: a plan of one or several loads, and the comparison with a log for a replay.
pub(crate) struct RunReport {
    pub(crate) plan: PlanReport,
    /// The comparison with the log, if the run is a replay.
    pub(crate) replay: Option<ReplayComparison>,
}

impl RunReport {
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
        junit::render(&self.plan)
    }
}
