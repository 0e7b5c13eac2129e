use serde::{Deserialize, Serialize};

/// A condition on the run, and whether it held.
///
/// The engine makes none: who looks at a report adds them, as the command does for `--assert`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThresholdCheck {
    /// The condition as text.
    pub expression: String,
    /// What was measured.
    #[serde(flatten)]
    pub measured: MeasuredValue,
    /// Whether the condition held. Where there was nothing to measure it did not.
    pub passed: bool,
}

/// The condition that ended the run before its schedule did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AbortReason {
    /// The condition as text.
    pub expression: String,
    /// What was measured when it became true.
    #[serde(flatten)]
    pub measured: MeasuredValue,
    /// When it became true, in seconds from the start.
    pub t_s: f64,
}

/// What a condition was compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasuredValue {
    /// The figure in its unit; none if it is infinite, or if there was nothing to measure.
    pub value: Option<f64>,
    /// Whether it is infinite: the percentile falls among hits without an answer.
    pub infinite: bool,
    /// `us`, `%`, `hits` or `/s`.
    pub unit: String,
}
