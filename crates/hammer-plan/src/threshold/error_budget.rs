//! The errors that a threshold allows.

use super::figure::{HitCategory, ThresholdFigure, share};
use super::operator::ComparisonOperator;
use super::{Measurements, Threshold};

impl Threshold {
    /// Returns the number of errors that the threshold allows in a run of `hits` hits, or `None` if it
    /// does not limit errors.
    ///
    /// ```
    /// use hammer_plan::Threshold;
    ///
    /// let allowed = |text: &str| {
    ///     let threshold: Threshold = text.parse().expect("a threshold");
    ///     threshold.allowed_errors(96_000)
    /// };
    /// assert_eq!(allowed("errors < 0.1%"), Some(95));
    /// assert_eq!(allowed("failed <= 10"), Some(10));
    /// assert_eq!(allowed("ok > 99%"), None);
    /// ```
    #[must_use]
    pub fn allowed_errors(&self, hits: u64) -> Option<u64> {
        self.counted_errors()?;
        let bound = self.bound_value()?;
        let operator = match self.operator {
            ComparisonOperator::Less => ComparisonOperator::Less,
            ComparisonOperator::LessOrEqual | ComparisonOperator::Equal => {
                ComparisonOperator::LessOrEqual
            }
            _ => return None,
        };
        if hits == 0 {
            return Some(0);
        }
        let figure = |errors: u64| match self.counts_hits() {
            true => errors as f64,
            false => share(errors, hits),
        };
        let is_allowed = |errors| operator.holds(figure(errors), bound);
        let estimate = match self.counts_hits() {
            true => bound,
            false => bound * hits as f64 / 100.0,
        };
        // The estimate is rounded in another way than the figure. No error is allowed if the bound cannot
        // hold.
        let mut allowed = (estimate.max(0.0) as u64).min(hits);
        while allowed < hits && is_allowed(allowed + 1) {
            allowed += 1;
        }
        while allowed > 0 && !is_allowed(allowed) {
            allowed -= 1;
        }
        Some(allowed)
    }

    /// Returns the number of errors in `measured` that the threshold counts, or `None` if it does not
    /// limit errors.
    pub(crate) fn error_count(&self, measured: &dyn Measurements) -> Option<u64> {
        let counted = self.counted_errors()?;
        match &self.scope {
            Some(scope) => scope.measure(measured, |part| Some(counted.count(part))),
            None => Some(counted.count(measured)),
        }
    }

    /// Returns true if the threshold limits errors of the whole time.
    pub(crate) fn limits_errors(&self) -> bool {
        self.counted_errors().is_some()
    }

    fn counted_errors(&self) -> Option<&HitCategory> {
        match &self.figure {
            ThresholdFigure::Count(counted) if counted.is_errors() && self.window.is_none() => {
                Some(counted)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_on_errors_allows_a_number_of_hits() {
        for (text, hits, allowed) in [
            ("errors < 1%", 1_000, Some(9)),
            ("errors <= 1%", 1_000, Some(10)),
            ("errors < 1%", 1_050, Some(10)),
            ("errors < 1.1%", 3_000, Some(32)),
            ("errors <= 0.57%", 20_000, Some(114)),
            ("errors < 1%", 0, Some(0)),
            ("timed_out == 0", 1_000, Some(0)),
            ("failed < 0", 1_000, Some(0)),
            ("failed < 5", 3, Some(3)),
            ("failure.timeout < 5", 1_000, Some(4)),
            ("errors > 50%", 1_000, None),
            ("label.503 < 5", 1_000, None),
            ("p99 < 1s", 1_000, None),
            ("achieved >= 99%", 1_000, None),
        ] {
            let threshold: Threshold = text.parse().expect(text);
            assert_eq!(threshold.allowed_errors(hits), allowed, "{text}");
        }
    }
}
