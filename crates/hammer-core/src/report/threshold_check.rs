//! Results of thresholds, which the caller of the engine adds to a report.

use serde::{Deserialize, Serialize};

/// A threshold with its measured value and its result.
///
/// The engine checks no thresholds; its caller does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckedThreshold {
    /// The threshold as text.
    pub expression: String,
    /// The measured value.
    #[serde(flatten)]
    pub measured: MeasuredValue,
    /// The bound, if it is relative to a baseline.
    #[serde(flatten)]
    pub relative: Option<BaselineBound>,
    /// True if the threshold held; false if nothing was measured, or if it was not judged.
    pub passed: bool,
    /// False if the verdict is invalid: the value describes the generator and not the target. Also if
    /// the threshold is relative to a baseline that the run cannot be compared with.
    #[serde(default = "judged_by_default")]
    pub judged: bool,
}

/// Reports of old versions have only thresholds that were judged.
fn judged_by_default() -> bool {
    true
}

/// The threshold that ended the run before its schedule did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AbortReason {
    /// The threshold as text.
    pub expression: String,
    /// The value measured when it became true.
    #[serde(flatten)]
    pub measured: MeasuredValue,
    /// The bound, if it is relative to a baseline.
    #[serde(flatten)]
    pub relative: Option<BaselineBound>,
    /// The time when it became true, in seconds from the start.
    pub t_s: f64,
    /// The requested rate in the second before, in hits per second; for closed loops, the achieved
    /// rate. `None` if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
}

/// The value that a threshold was compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasuredValue {
    /// The value in its unit, or `None` if it is infinite or nothing was measured.
    pub value: Option<f64>,
    /// True if the value is infinite: the percentile falls among hits without an answer.
    pub infinite: bool,
    /// The unit: `us`, `%`, `hits` or `/s`.
    pub unit: String,
}

/// A bound that depends on an earlier run, the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BaselineBound {
    /// The figure of the baseline, in the unit of the measured value.
    pub baseline: f64,
    /// The bound that follows from it, in the same unit.
    pub bound: f64,
}
