//! The confidence interval of one quantile.

use std::time::Duration;

use super::ConfidenceError;
use super::quantile_limits::{check_hits_beyond, hits_beyond};

/// A quantile with its confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantileConfidence {
    /// The quantile, from 0 to 1.
    pub quantile: f64,
    /// The duration at the quantile.
    pub value: Duration,
    /// The lower end of the interval.
    pub low: Duration,
    /// The upper end of the interval, or the maximum if the interval reaches beyond it.
    pub high: Duration,
    /// The variance of the share of hits beyond the quantile, divided by that of independent hits; at
    /// least 1.
    pub design_effect: f64,
    /// The number of independent hits that would be as informative: the hits divided by the design
    /// effect.
    pub effective_hits: f64,
    /// The number of blocks of slices minus one: the degrees of freedom of the variance.
    pub degrees_of_freedom: usize,
}

impl QuantileConfidence {
    /// The effective hits on that side of the quantile on which there are fewer.
    #[must_use]
    pub fn effective_hits_beyond(&self) -> f64 {
        hits_beyond(self.quantile, self.effective_hits)
    }

    /// The confidence itself if at least ten effective hits lie beyond the quantile.
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
