//! The number of runs that would decide a comparison.

use super::student::student_quantile;

/// The most additional runs of each side that are suggested.
const MAX_MORE_RUNS: u32 = 100;
/// The probability of deciding with the suggested number of runs.
const POWER: f64 = 0.8;

/// The spread of a change over runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RunSpread {
    /// The variance of the change with one run of each side: the sum of the variances of both sides,
    /// or the variance of the differences of pairs.
    pub(crate) variance: f64,
    /// The degrees of freedom that each further run of both sides adds: 2, or 1 for pairs.
    pub(crate) degrees_per_run: f64,
}

impl RunSpread {
    /// About as many runs of each side as a change needs, in addition to `runs`, to be `distance` away
    /// from a limit with a probability of 80 %: n such that (t₁ + t₀.₈) · √(variance ÷ n) ≤ distance
    /// (the usual formula for the size of samples, as in Chow, Shao and Wang, Sample Size Calculations
    /// in Clinical Research, section 3.2).
    ///
    /// At least 1. `None` if 100 are not enough.
    pub(crate) fn more_runs(self, runs: usize, distance: f64, confidence: f64) -> Option<u32> {
        let enough = |more: u32| {
            let count = runs as f64 + f64::from(more);
            let degrees = self.degrees_per_run * (count - 1.0);
            let level = f64::midpoint(1.0, confidence);
            let t = student_quantile(level, degrees) + student_quantile(POWER, degrees);
            t * (self.variance / count).sqrt() <= distance
        };
        (distance > 0.0)
            .then(|| (1..=MAX_MORE_RUNS).find(|more| enough(*more)))
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R's `power.t.test(delta = 1, sd = 1, power = 0.8)` asks for 16.7 of each side, and with
    /// `type = "paired"` for 9.9 pairs.
    #[test]
    fn the_number_of_runs_is_that_of_r() {
        let independent = RunSpread {
            variance: 2.0,
            degrees_per_run: 2.0,
        };
        assert_eq!(independent.more_runs(5, 1.0, 0.95), Some(12));
        assert_eq!(independent.more_runs(3, 1.0, 0.95), Some(14));
        let pairs = RunSpread {
            variance: 1.0,
            degrees_per_run: 1.0,
        };
        assert_eq!(pairs.more_runs(5, 1.0, 0.95), Some(5));
    }

    #[test]
    fn hopeless_comparisons_have_no_number() {
        let spread = RunSpread {
            variance: 2.0,
            degrees_per_run: 2.0,
        };
        assert_eq!(spread.more_runs(5, 0.0, 0.95), None);
        assert_eq!(spread.more_runs(5, 0.01, 0.95), None);
        assert_eq!(spread.more_runs(5, 100.0, 0.95), Some(1));
    }
}
