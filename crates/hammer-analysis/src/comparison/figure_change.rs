//! The change of a figure with its interval.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::extended_number;

/// The change of a figure from the base to the new side.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FigureChange {
    /// The scale of the value and the interval.
    pub scale: ChangeScale,
    /// The change on this scale; infinite if the new value is and the base is not.
    #[serde(with = "extended_number")]
    pub value: f64,
    /// The interval of the change, or `None` if it is unknown.
    pub interval: Option<ChangeInterval>,
}

/// The scale of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeScale {
    /// new ÷ base − 1: 0.05 is 5 % more.
    Relative,
    /// new − base, in percentage points.
    PercentagePoints,
}

/// An interval that contains the true change with the confidence of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ChangeInterval {
    /// The lower end.
    #[serde(with = "extended_number")]
    pub low: f64,
    /// The upper end.
    #[serde(with = "extended_number")]
    pub high: f64,
}

impl ChangeScale {
    /// Formats a change on this scale, such as `+5.2 %` or `-0.03 points`.
    #[must_use]
    pub fn format(self, change: f64) -> String {
        match self {
            Self::Relative if change.is_finite() => {
                format!("{:+.1} %", positive_zero(change * 100.0, 0.05))
            }
            Self::PercentagePoints if change.is_finite() => {
                format!("{:+.2} points", positive_zero(change, 0.005))
            }
            _ if change > 0.0 => "+∞".to_owned(),
            _ => "-∞".to_owned(),
        }
    }
}

/// Zero in place of numbers that are rounded to it, so that none is shown as `-0`.
fn positive_zero(number: f64, half_unit: f64) -> f64 {
    if number.abs() < half_unit {
        0.0
    } else {
        number
    }
}

/// `+5.2 %` or, with an interval, `+5.2 % (+1.0 % to +9.6 %)`.
impl fmt::Display for FigureChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |change| self.scale.format(change);
        match self.interval {
            Some(ChangeInterval { low, high }) => {
                write!(f, "{} ({} to {})", text(self.value), text(low), text(high))
            }
            None => f.write_str(&text(self.value)),
        }
    }
}
