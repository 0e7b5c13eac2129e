//! Minimum, median and maximum of several rounds.

use serde::{Deserialize, Serialize};

/// Minimum, median and maximum of several rounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct RoundSpread {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

impl RoundSpread {
    /// Computes the spread; `None` without values.
    ///
    /// The median of an even number of values is the mean of the middle two.
    pub(crate) fn from_values(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_unstable_by(f64::total_cmp);
        let (&min, &max) = (values.first()?, values.last()?);
        let middle = values.len() / 2;
        let median = if values.len().is_multiple_of(2) {
            f64::midpoint(values[middle - 1], values[middle])
        } else {
            values[middle]
        };
        Some(Self { min, median, max })
    }
}

/// The values of the rounds that both have, and that have a ratio.
pub(crate) fn paired_rounds(ours: &[Option<f64>], theirs: &[Option<f64>]) -> (Vec<f64>, Vec<f64>) {
    let rounds = ours.iter().zip(theirs);
    rounds
        .filter_map(|(ours, theirs)| Some(((*ours)?, (*theirs)?)))
        .filter(|(ours, theirs)| (ours / theirs).is_finite())
        .unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computes_minimum_median_and_maximum() {
        for (values, min, median, max) in [
            (&[7.0][..], 7.0, 7.0, 7.0),
            (&[3.0, 1.0], 1.0, 2.0, 3.0),
            (&[9.0, 1.0, 2.0], 1.0, 2.0, 9.0),
            (&[4.0, 3.0, 2.0, 1.0], 1.0, 2.5, 4.0),
        ] {
            let spread = RoundSpread::from_values(values.iter().copied());
            assert_eq!(spread, Some(RoundSpread { min, median, max }), "{values:?}");
        }
        assert_eq!(RoundSpread::from_values([]), None);
    }

    #[test]
    fn only_rounds_that_both_have_are_paired() {
        let ours = [Some(10.0), None, Some(30.0), Some(1.0), Some(8.0)];
        let theirs = [Some(5.0), Some(7.0), Some(60.0), Some(0.0)];
        let (ours, theirs) = paired_rounds(&ours, &theirs);
        assert_eq!(ours, [10.0, 30.0]);
        assert_eq!(theirs, [5.0, 60.0]);
    }
}
