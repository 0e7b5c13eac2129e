//! The direction of a change.

use super::change_scale::MarginScale;
use crate::comparison::compared_figure::BetterDirection;
use crate::comparison::comparison_outcome::ComparisonOutcome;
use crate::statistics::estimate::Estimate;

/// The direction of a change, if it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeDirection {
    Up,
    Down,
    Same,
    Unknown,
}

impl ChangeDirection {
    /// The direction of a change whose interval includes the differences between runs: the interval
    /// excludes 0, and the change itself is beyond the margin.
    ///
    /// It is the same if the interval is within the margins: two one-sided tests, each at half of what
    /// the confidence leaves (D. J. Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15
    /// (1987)).
    pub(crate) fn between_runs(change: Estimate, scale: MarginScale) -> Self {
        let (fall, rise) = scale.margins();
        if change.low > 0.0 && change.value > rise {
            Self::Up
        } else if change.high < 0.0 && change.value < fall {
            Self::Down
        } else {
            Self::same_or_unknown(change, scale)
        }
    }

    /// The direction of a change whose interval does not include the differences between runs: the whole
    /// interval is beyond the margin.
    pub(crate) fn within_runs(change: Estimate, scale: MarginScale) -> Self {
        let (fall, rise) = scale.margins();
        if change.low > rise {
            Self::Up
        } else if change.high < fall {
            Self::Down
        } else {
            Self::same_or_unknown(change, scale)
        }
    }

    fn same_or_unknown(change: Estimate, scale: MarginScale) -> Self {
        let (fall, rise) = scale.margins();
        if change.low >= fall && change.high <= rise {
            Self::Same
        } else {
            Self::Unknown
        }
    }

    /// The outcome for a figure whose better values are in this direction.
    pub(crate) fn outcome(self, better: BetterDirection) -> ComparisonOutcome {
        match (self, better) {
            (Self::Same, _) => ComparisonOutcome::Same,
            (Self::Unknown, _) => ComparisonOutcome::CannotTell,
            (Self::Up, BetterDirection::Higher) | (Self::Down, BetterDirection::Lower) => {
                ComparisonOutcome::Better
            }
            (Self::Up, BetterDirection::Lower) | (Self::Down, BetterDirection::Higher) => {
                ComparisonOutcome::Worse
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ChangeDirection::{Down, Same, Unknown, Up};
    use super::*;

    /// With a margin of 5 %. The four outcomes, and what two runs alone may say of each interval.
    #[test]
    fn intervals_decide_as_documented() {
        let scale = MarginScale::relative(0.05);
        for (value, low, high, between, within) in [
            (0.10, 0.06, 0.15, Up, Up),
            (0.10, 0.02, 0.19, Up, Unknown),
            (0.10, -0.01, 0.22, Unknown, Unknown),
            (0.04, 0.02, 0.06, Unknown, Unknown),
            (0.03, 0.02, 0.04, Same, Same),
            (0.00, -0.04, 0.04, Same, Same),
            (0.00, -0.06, 0.04, Unknown, Unknown),
            (-0.10, -0.15, -0.06, Down, Down),
            (-0.10, -0.19, -0.02, Down, Unknown),
        ] {
            let change = Estimate { value, low, high }.map(f64::ln_1p);
            assert_eq!(
                ChangeDirection::between_runs(change, scale),
                between,
                "{value} {low}"
            );
            assert_eq!(
                ChangeDirection::within_runs(change, scale),
                within,
                "{value} {low}"
            );
        }
    }

    #[test]
    fn higher_is_worse_unless_it_is_better() {
        use ComparisonOutcome::{Better, CannotTell, Worse};
        for (direction, lower, higher) in [
            (Up, Worse, Better),
            (Down, Better, Worse),
            (Same, ComparisonOutcome::Same, ComparisonOutcome::Same),
            (Unknown, CannotTell, CannotTell),
        ] {
            assert_eq!(direction.outcome(BetterDirection::Lower), lower);
            assert_eq!(direction.outcome(BetterDirection::Higher), higher);
        }
    }
}
