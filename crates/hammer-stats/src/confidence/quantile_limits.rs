//! The quantiles between which the interval of a quantile lies.

use super::ConfidenceError;

/// The number of effective hits that must lie beyond a quantile for an interval.
const MIN_BEYOND: f64 = 10.0;

/// The quantiles between which the interval of a quantile lies.
///
/// The interval goes from the duration at the lower one to that at the upper one. Where hits without an
/// answer count as infinitely slow, it may end in them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantileLimits {
    /// The quantile, from 0 to 1.
    pub quantile: f64,
    /// The quantile at the lower end, which may be below 0.
    pub low: f64,
    /// The quantile at the upper end. From 1 on, the interval has no upper end among the hits.
    pub high: f64,
    /// The variance of the share of hits beyond the quantile, divided by that of independent hits; at
    /// least 1.
    pub design_effect: f64,
    /// The number of independent hits that would be as informative: the hits divided by the design
    /// effect.
    pub effective_hits: f64,
}

impl QuantileLimits {
    /// The limits `t` standard errors away from a quantile of `hits`.
    pub(super) fn new(quantile: f64, hits: u64, design_effect: f64, t: f64) -> Self {
        let effective_hits = hits as f64 / design_effect;
        let margin = t * (quantile * (1.0 - quantile) / effective_hits).sqrt();
        // Nothing recorded has no margin.
        let margin = if margin.is_finite() { margin } else { 1.0 };
        Self {
            quantile,
            low: quantile - margin,
            high: quantile + margin,
            design_effect,
            effective_hits,
        }
    }

    /// The limits themselves if at least ten effective hits lie beyond the quantile.
    ///
    /// With fewer, the interval is too narrow more often than it says.
    ///
    /// # Errors
    ///
    /// [`ConfidenceError::TooFewHits`].
    pub fn checked(self) -> Result<Self, ConfidenceError> {
        check_hits_beyond(self.quantile, self.effective_hits).map(|()| self)
    }
}

/// The effective hits on that side of the quantile on which there are fewer.
pub(super) fn hits_beyond(quantile: f64, effective_hits: f64) -> f64 {
    effective_hits * quantile.min(1.0 - quantile)
}

/// Checks that at least ten effective hits lie beyond the quantile.
pub(super) fn check_hits_beyond(quantile: f64, effective_hits: f64) -> Result<(), ConfidenceError> {
    let beyond = hits_beyond(quantile, effective_hits);
    // A share such as 1 - 0.99 is not exact.
    if beyond >= MIN_BEYOND * (1.0 - 1e-9) {
        return Ok(());
    }
    Err(ConfidenceError::TooFewHits {
        effective_hits,
        beyond,
        needed: MIN_BEYOND,
    })
}
