//! The difference of two means, or the mean of differences, with Student's t.

use super::estimate::Estimate;
use super::student::{student_quantile, student_two_sided_p};

/// A difference with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct MeanDifference {
    pub(crate) difference: f64,
    pub(crate) standard_error: f64,
    pub(crate) degrees_of_freedom: f64,
}

impl MeanDifference {
    /// The difference `new` − `base` of two means of independent numbers, which may have different
    /// variances: B. L. Welch, Biometrika 34 (1947), with the degrees of freedom of Satterthwaite.
    ///
    /// The variance of a number of the base and of the new side is at least `least_variances`.
    ///
    /// `None` with fewer than two numbers on a side, or if one is not finite.
    pub(crate) fn welch(base: &[f64], new: &[f64], least_variances: [f64; 2]) -> Option<Self> {
        let base = Moments::of(base)?.at_least(least_variances[0]);
        let new = Moments::of(new)?.at_least(least_variances[1]);
        let squares = [base, new].map(|it| it.variance / it.count);
        let sum: f64 = squares.iter().sum();
        let degrees: f64 = if sum > 0.0 {
            let parts = squares.iter().zip([base, new]);
            let parts = parts.map(|(square, it)| square * square / (it.count - 1.0));
            sum * sum / parts.sum::<f64>()
        } else {
            base.count + new.count - 2.0
        };
        Some(Self {
            difference: new.mean - base.mean,
            standard_error: sum.sqrt(),
            degrees_of_freedom: degrees,
        })
    }

    /// The mean of the differences of pairs, with the t test for one sample. The variance of a
    /// difference is at least `least_variance`.
    ///
    /// `None` with fewer than two pairs, or if a difference is not finite.
    pub(crate) fn paired(differences: &[f64], least_variance: f64) -> Option<Self> {
        let moments = Moments::of(differences)?.at_least(least_variance);
        Some(Self {
            difference: moments.mean,
            standard_error: (moments.variance / moments.count).sqrt(),
            degrees_of_freedom: moments.count - 1.0,
        })
    }

    /// The difference with its interval, which is unlimited if nothing is known about the variance.
    pub(crate) fn estimate(&self, confidence: f64) -> Estimate {
        let t = student_quantile(f64::midpoint(1.0, confidence), self.degrees_of_freedom);
        let half = if self.standard_error > 0.0 {
            t * self.standard_error
        } else {
            f64::INFINITY
        };
        Estimate {
            value: self.difference,
            low: self.difference - half,
            high: self.difference + half,
        }
    }

    /// The probability of a difference as far from 0 as this one or farther, if the true one is 0; 1 if
    /// nothing is known about the variance.
    pub(crate) fn p(&self) -> f64 {
        if self.difference == 0.0 || self.standard_error <= 0.0 {
            return 1.0;
        }
        student_two_sided_p(
            self.difference / self.standard_error,
            self.degrees_of_freedom,
        )
    }
}

/// The mean and the variance of numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    pub(super) count: f64,
    pub(super) mean: f64,
    /// With n − 1 in the denominator.
    pub(super) variance: f64,
}

impl Moments {
    /// `None` with fewer than two numbers, or if one is not finite.
    pub(super) fn of(numbers: &[f64]) -> Option<Self> {
        if numbers.len() < 2 || numbers.iter().any(|number| !number.is_finite()) {
            return None;
        }
        let count = numbers.len() as f64;
        // Relative to the first, so that equal numbers have no variance despite rounding.
        let first = numbers[0];
        let shift = numbers.iter().map(|number| number - first).sum::<f64>() / count;
        let squares = numbers
            .iter()
            .map(|number| (number - first - shift).powi(2));
        Some(Self {
            count,
            mean: first + shift,
            variance: squares.sum::<f64>() / (count - 1.0),
        })
    }

    /// With at least this variance: that of few numbers may be too small by chance.
    fn at_least(self, variance: f64) -> Self {
        Self {
            variance: self.variance.max(variance),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R's data set `sleep`: Student (1908), extra hours of sleep with two drugs, ten patients.
    const FIRST: [f64; 10] = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    const SECOND: [f64; 10] = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-4, "{found}, {expected}");
    }

    /// `t.test(extra ~ group, data = sleep)`: t = −1.8608, df = 17.776, p = 0.07939,
    /// interval −3.3655 to 0.2055.
    #[test]
    fn welch_is_as_in_r() {
        let found = MeanDifference::welch(&SECOND, &FIRST, [0.0; 2]).expect("numbers");
        close(found.difference / found.standard_error, -1.8608);
        assert!((found.degrees_of_freedom - 17.776).abs() < 1e-3);
        close(found.p(), 0.07939);
        let interval = found.estimate(0.95);
        close(interval.low, -3.3655);
        close(interval.high, 0.2055);
    }

    /// `t.test(Pair(extra.1, extra.2) ~ 1)`: t = −4.0621, df = 9, p = 0.002833, mean −1.58,
    /// interval −2.4599 to −0.7001.
    #[test]
    fn pairs_are_as_in_r() {
        let differences: Vec<f64> = FIRST.iter().zip(SECOND).map(|(a, b)| a - b).collect();
        let found = MeanDifference::paired(&differences, 0.0).expect("numbers");
        close(found.difference, -1.58);
        close(found.difference / found.standard_error, -4.0621);
        close(found.p(), 0.002_833);
        let interval = found.estimate(0.95);
        close(interval.low, -2.4599);
        close(interval.high, -0.7001);
    }

    /// Equal numbers had a variance of 0, and so any change of them was certain.
    #[test]
    fn equal_numbers_have_the_least_variance() {
        let (base, new) = ([0.1; 3], [0.3; 3]);
        let found = MeanDifference::welch(&base, &new, [0.01, 0.02]).expect("numbers");
        close(found.standard_error, 0.1);
        // Satterthwaite: 0.01² ÷ ((0.01 ÷ 3)² ÷ 2 + (0.02 ÷ 3)² ÷ 2); R: 2 * pt(-2, 3.6).
        close(found.degrees_of_freedom, 3.6);
        assert!((0.11..0.14).contains(&found.p()), "{}", found.p());
        let found = MeanDifference::paired(&[0.2; 4], 0.04).expect("numbers");
        close(found.standard_error, 0.1);
        for found in [
            MeanDifference::welch(&base, &new, [0.0; 2]),
            MeanDifference::welch(&base, &base, [0.0; 2]),
        ] {
            let found = found.expect("numbers");
            assert_eq!(found.p(), 1.0);
            assert_eq!(found.estimate(0.95).low, f64::NEG_INFINITY);
        }
        assert_eq!(MeanDifference::welch(&[1.0], &[1.0, 2.0], [0.0; 2]), None);
        assert_eq!(MeanDifference::paired(&[1.0, f64::INFINITY], 0.0), None);
    }
}
