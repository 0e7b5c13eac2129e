//! Ratios of two tools or two benches, with their intervals.

use hammer_analysis::{BetterDirection, ComparisonDesign, compare_values};
use serde::{Deserialize, Serialize};

use crate::baseline::comparison_options;

/// The geometric mean of ratios, with an interval that contains the true one with a confidence of
/// 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct RatioInterval {
    pub(crate) low: f64,
    pub(crate) mean: f64,
    pub(crate) high: f64,
}

impl RatioInterval {
    /// Ours ÷ theirs of pairs of values; `None` with fewer than three pairs.
    pub(crate) fn of_pairs(ours: &[f64], theirs: &[f64]) -> Option<Self> {
        Self::new(ours, theirs, ComparisonDesign::Paired)
    }

    /// The mean of ratios of pairs; `None` with fewer than three.
    pub(crate) fn of_ratios(ratios: &[f64]) -> Option<Self> {
        Self::of_pairs(ratios, &vec![1.0; ratios.len()])
    }

    /// Ours ÷ theirs of rounds at different times; `None` with fewer than three of a side.
    pub(crate) fn of_separate_rounds(ours: &[f64], theirs: &[f64]) -> Option<Self> {
        Self::new(ours, theirs, ComparisonDesign::Independent)
    }

    fn new(ours: &[f64], theirs: &[f64], design: ComparisonDesign) -> Option<Self> {
        // The interval does not depend on the direction of better values.
        let better = BetterDirection::Higher;
        let compared = compare_values(theirs, ours, design, better, &comparison_options());
        let change = compared.change?;
        let interval = change.interval?;
        Some(Self {
            low: 1.0 + interval.low,
            mean: 1.0 + change.value,
            high: 1.0 + interval.high,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thousandths(interval: Option<RatioInterval>) -> [f64; 3] {
        let RatioInterval { low, mean, high } = interval.expect("three values");
        [low, mean, high].map(|it| (it * 1e3).round())
    }

    /// Three pairs of 1.1, 1.2 and 1.3: the mean of their logarithms is 0.1800, with a standard error of
    /// 0.0482, and t with two degrees of freedom is 4.303.
    #[test]
    fn three_pairs_have_an_interval() {
        let (ours, theirs) = ([11.0, 24.0, 39.0], [10.0, 20.0, 30.0]);
        let expected = [973.0, 1197.0, 1473.0];
        assert_eq!(
            thousandths(RatioInterval::of_pairs(&ours, &theirs)),
            expected
        );
        assert_eq!(
            thousandths(RatioInterval::of_ratios(&[1.1, 1.2, 1.3])),
            expected
        );
        assert_eq!(RatioInterval::of_ratios(&[1.1, 1.2]), None);
    }

    /// Rounds that rise and fall together are close as pairs, but rounds of two benches are not pairs.
    #[test]
    fn separate_rounds_are_not_pairs() {
        let (ours, theirs) = ([110.0, 143.0, 99.0], [100.0, 130.0, 90.0]);
        assert_eq!(
            thousandths(RatioInterval::of_pairs(&ours, &theirs))[1],
            1100.0
        );
        let [low, mean, high] = thousandths(RatioInterval::of_separate_rounds(&ours, &theirs));
        assert!(
            low < 800.0 && mean == 1100.0 && high > 1500.0,
            "{low} {mean} {high}"
        );
    }
}
