//! The measured value of a claim, and whether it meets a bound.

use super::ClaimBound;
use crate::ratio_interval::RatioInterval;
use crate::spread::RoundSpread;

/// The measured value of a claim.
#[derive(Debug, Clone, Copy)]
pub(super) enum MeasuredClaim {
    /// A figure in several rounds. Its median decides.
    Rounds(RoundSpread),
    /// A ratio with its interval. Both ends decide.
    Ratio(RatioInterval),
}

impl MeasuredClaim {
    /// True if it meets the bound, false if it does not, and `None` if the bound lies within the
    /// interval of the ratio.
    pub(super) fn meets(self, bound: ClaimBound) -> Option<bool> {
        match self {
            Self::Rounds(spread) => Some(bound.is_met_by(spread.median)),
            Self::Ratio(RatioInterval { low, high, .. }) => {
                let met = bound.is_met_by(low);
                (met == bound.is_met_by(high)).then_some(met)
            }
        }
    }

    pub(super) fn rounds(self) -> Option<RoundSpread> {
        match self {
            Self::Rounds(spread) => Some(spread),
            Self::Ratio(_) => None,
        }
    }

    pub(super) fn ratio(self) -> Option<RatioInterval> {
        match self {
            Self::Rounds(_) => None,
            Self::Ratio(interval) => Some(interval),
        }
    }
}
