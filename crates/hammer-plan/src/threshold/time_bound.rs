//! Bounds on times, for charts.

use super::figure::ThresholdFigure;
use super::{HitTime, Threshold};

impl Threshold {
    /// Returns the time that is compared and its bound in microseconds, or `None` if the figure is not
    /// a time, or if the bound depends on an unknown baseline.
    ///
    /// ```
    /// use hammer_plan::{HitTime, Threshold};
    ///
    /// let threshold: Threshold = "p99 < 250ms".parse().expect("a threshold");
    /// assert_eq!(threshold.time_bound(), Some((&HitTime::Response, 250_000.0)));
    /// ```
    #[must_use]
    pub fn time_bound(&self) -> Option<(&HitTime, f64)> {
        match &self.figure {
            ThresholdFigure::Time(time, _) => Some((time, self.bound_value()?)),
            _ => None,
        }
    }
}
