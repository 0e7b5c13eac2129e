//! The thresholds of a run, with all bounds known.

use std::time::Duration;

use hammer_plan::Threshold;

/// The thresholds of a run. Bounds relative to a baseline are known.
#[derive(Debug, Clone, Default)]
pub(crate) struct RunThresholds {
    /// The thresholds that are checked at the end.
    pub(crate) asserted: Vec<Threshold>,
    /// The conditions that end the run.
    pub(crate) abort_conditions: Vec<Threshold>,
    /// The time before the conditions are first checked.
    pub(crate) abort_after: Duration,
}
