//! Reasons why a quantile has no confidence interval.

use std::{error, fmt};

/// The reason why a quantile has no confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ConfidenceError {
    /// Too few slices of time have hits, so that the variance between them is unknown.
    TooFewSlices {
        /// The number of slices with hits.
        found: usize,
        /// The number of slices that an interval needs.
        needed: usize,
    },
    /// Too few effective hits lie beyond the quantile.
    TooFewHits {
        /// The number of independent hits that the hits are worth.
        effective_hits: f64,
        /// Those of them that lie beyond the quantile.
        beyond: f64,
        /// The number beyond that an interval needs.
        needed: f64,
    },
}

impl fmt::Display for ConfidenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewSlices { found, needed } => write!(
                f,
                "expected hits in at least {needed} slices of time, found {found}"
            ),
            Self::TooFewHits {
                effective_hits,
                beyond,
                needed,
            } => write!(
                f,
                "expected at least {needed} effective hits beyond the quantile, \
                 found {beyond:.1} of {effective_hits:.0}"
            ),
        }
    }
}

impl error::Error for ConfidenceError {}
