//! The change of a figure with its interval.

use std::fmt;

use hammer_diagnostic::format_count;
use serde::{Deserialize, Serialize};

use crate::extended_number;

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
    /// Formats a change on this scale, such as `+5.2 %`, `+1,391.0 %` or `-0.03 points`.
    #[must_use]
    pub fn format(self, change: f64) -> String {
        match self {
            Self::Relative if change.is_finite() => {
                format!("{} %", signed(change * 100.0, 1))
            }
            Self::PercentagePoints if change.is_finite() => {
                format!("{} points", signed(change, 2))
            }
            _ if change > 0.0 => "+∞".to_owned(),
            _ => "-∞".to_owned(),
        }
    }
}

/// Formats a number with its sign. One that is rounded to zero is positive.
fn signed(number: f64, decimals: usize) -> String {
    let digits = format!("{:.decimals$}", number.abs());
    let is_zero = digits.bytes().all(|digit| b"0.".contains(&digit));
    let sign = if number < 0.0 && !is_zero { '-' } else { '+' };
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let whole = whole.parse().map_or(whole.to_owned(), format_count);
    format!("{sign}{whole}{rest}")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_have_a_sign_and_separators() {
        for (scale, change, text) in [
            (ChangeScale::Relative, 0.052, "+5.2 %"),
            (ChangeScale::Relative, 13.91, "+1,391.0 %"),
            (ChangeScale::Relative, -0.0004, "+0.0 %"),
            (ChangeScale::Relative, -0.5, "-50.0 %"),
            (ChangeScale::Relative, f64::INFINITY, "+∞"),
            (ChangeScale::PercentagePoints, -0.03, "-0.03 points"),
            (ChangeScale::PercentagePoints, 0.004, "+0.00 points"),
        ] {
            assert_eq!(scale.format(change), text);
        }
    }
}
