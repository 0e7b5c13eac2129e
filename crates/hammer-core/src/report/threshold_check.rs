//! Results of thresholds, which the caller of the engine adds to a report.

use std::fmt;

use hammer_diagnostic::{format_count, format_decimal, format_micros, format_percent};
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

impl CheckedThreshold {
    /// The measured value, with its bound if that is relative to a baseline: `112 ms (baseline 108 ms, bound
    /// 113 ms)`.
    #[must_use]
    pub fn figure(&self) -> String {
        match bound_text(self.relative, &self.measured) {
            Some(bound) => format!("{} ({bound})", self.measured),
            None => self.measured.to_string(),
        }
    }
}

/// The figure of the baseline, and the bound that follows from it, in the unit of `measured`.
fn bound_text(relative: Option<BaselineBound>, measured: &MeasuredValue) -> Option<String> {
    let relative = relative?;
    let [baseline, bound] = [relative.baseline, relative.bound].map(|value| MeasuredValue {
        value: Some(value),
        infinite: false,
        unit: measured.unit.clone(),
    });
    Some(format!("baseline {baseline}, bound {bound}"))
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

impl AbortReason {
    /// The time when the threshold became true, the rate and the measured value: `after 12 s at 500/s
    /// (measured 1.20 s)`.
    #[must_use]
    pub fn details(&self) -> String {
        let rate = self.rate.map(format_decimal);
        let rate = rate.map_or(String::new(), |rate| format!(" at {rate}/s"));
        let bound = bound_text(self.relative, &self.measured);
        let bound = bound.map_or(String::new(), |bound| format!(", {bound}"));
        let (seconds, measured) = (format_decimal(self.t_s), &self.measured);
        format!("after {seconds} s{rate} (measured {measured}{bound})")
    }
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

impl fmt::Display for MeasuredValue {
    /// Writes the value with its unit: `4.13 ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match (self.value, self.unit.as_str()) {
            (None, _) if self.infinite => "infinite: no response".to_owned(),
            (None, _) => "not measured".to_owned(),
            (Some(us), "us") => format_micros(us),
            (Some(share), "%") => format!("{} %", format_percent(share)),
            (Some(per_second), "/s") => format!("{}/s", format_decimal(per_second)),
            (Some(1.0), _) => "1 hit".to_owned(),
            (Some(hits), _) => format!("{} hits", format_count(hits as u64)),
        };
        f.pad(&text)
    }
}

/// A bound that depends on an earlier run, the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BaselineBound {
    /// The figure of the baseline, in the unit of the measured value.
    pub baseline: f64,
    /// The bound that follows from it, in the same unit.
    pub bound: f64,
}
