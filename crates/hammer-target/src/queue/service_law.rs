//! Distribution of service times.

use std::f64::consts::TAU;
use std::time::Duration;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::Rng;

use crate::error::{Error, ErrorKind};

/// The distribution of the time that a worker of a [`WorkerPool`](crate::WorkerPool) needs for a request.
///
/// ```
/// use std::time::Duration;
/// use hammer_target::ServiceLaw;
///
/// let law = ServiceLaw::uniform(Duration::from_millis(1), Duration::from_millis(2))?;
/// assert_eq!(law.mean(), Duration::from_micros(1_500));
/// # Ok::<(), hammer_target::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ServiceLaw(LawKind);

/// The parameters of a law, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum LawKind {
    Constant { value: f64 },
    Exponential { mean: f64 },
    Uniform { min: f64, max: f64 },
    Lognormal { median: f64, sigma: f64 },
}

/// The longest service time. A longer draw is cut to it, so that sums stay within the range of clocks.
const MAX_SERVICE: Duration = Duration::from_secs(366 * 24 * 3600);

impl ServiceLaw {
    /// Gives each request the same time.
    pub fn constant(value: Duration) -> Self {
        let value = value.as_secs_f64();
        Self(LawKind::Constant { value })
    }

    /// Draws times from an exponential distribution with this mean.
    pub fn exponential(mean: Duration) -> Self {
        let mean = mean.as_secs_f64();
        Self(LawKind::Exponential { mean })
    }

    /// Draws times that are equally likely between `min` and `max`.
    ///
    /// # Errors
    ///
    /// If `min` is above `max`.
    pub fn uniform(min: Duration, max: Duration) -> Result<Self, Error> {
        if min > max {
            let message = format!(
                "expected a maximum that is not below the minimum, found {min:?} to {max:?}"
            );
            return Err(Error::new(ErrorKind::ServiceLaw, message));
        }
        let (min, max) = (min.as_secs_f64(), max.as_secs_f64());
        Ok(Self(LawKind::Uniform { min, max }))
    }

    /// Draws times whose logarithms are normally distributed, with this median. `sigma` is the standard
    /// deviation of the natural logarithm: at 0.5, p99 is 3.2 times the median; at 1, it is 10 times.
    ///
    /// # Errors
    ///
    /// If `sigma` is not above 0 and at most 5.
    pub fn lognormal(median: Duration, sigma: f64) -> Result<Self, Error> {
        if !(sigma > 0.0 && sigma <= 5.0) {
            let message = format!("expected a sigma above 0 and at most 5, found {sigma}");
            return Err(Error::new(ErrorKind::ServiceLaw, message));
        }
        let median = median.as_secs_f64();
        Ok(Self(LawKind::Lognormal { median, sigma }))
    }

    /// Returns the expected time. A worker can serve its inverse per second on average.
    pub fn mean(&self) -> Duration {
        capped(match self.0 {
            LawKind::Constant { value } => value,
            LawKind::Exponential { mean } => mean,
            LawKind::Uniform { min, max } => f64::midpoint(min, max),
            LawKind::Lognormal { median, sigma } => median * (sigma * sigma / 2.0).exp(),
        })
    }

    /// Draws the time of the next request.
    pub(super) fn draw(&self, rng: &mut Xoshiro256PlusPlus) -> Duration {
        capped(match self.0 {
            LawKind::Constant { value } => value,
            LawKind::Exponential { mean } => -mean * (1.0 - unit(rng)).ln(),
            LawKind::Uniform { min, max } => min + (max - min) * unit(rng),
            LawKind::Lognormal { median, sigma } => median * (sigma * normal(rng)).exp(),
        })
    }
}

/// Draws a number from 0 up to but excluding 1, with all 53 bits of its mantissa.
fn unit(rng: &mut Xoshiro256PlusPlus) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Draws a number from the standard normal distribution (Box and Muller, 1958). Its second number is
/// not used, so that each request takes the same part of the random sequence.
fn normal(rng: &mut Xoshiro256PlusPlus) -> f64 {
    let radius = (-2.0 * (1.0 - unit(rng)).ln()).sqrt();
    radius * (TAU * unit(rng)).cos()
}

fn capped(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).map_or(MAX_SERVICE, |time| time.min(MAX_SERVICE))
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::rand_core::SeedableRng;

    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn sorted_draws(law: ServiceLaw, count: usize) -> Vec<f64> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
        let mut drawn: Vec<f64> = (0..count)
            .map(|_| law.draw(&mut rng).as_secs_f64() * 1e3)
            .collect();
        drawn.sort_unstable_by(f64::total_cmp);
        drawn
    }

    /// Quantiles of 200,000 draws against those of the distribution, within five standard errors at
    /// the median and at p99.
    #[test]
    fn draws_have_the_quantiles_of_their_distribution() {
        let ten_seconds = Duration::from_secs(10);
        for (law, median, p99, mean) in [
            (ServiceLaw::constant(MS), 1.0, 1.0, 1.0),
            // ln 2 and ln 100.
            (ServiceLaw::exponential(MS), 0.693, 4.605, 1.0),
            (
                ServiceLaw::uniform(MS, 3 * MS).expect("min below max"),
                2.0,
                2.98,
                2.0,
            ),
            // exp(0.5 × 2.326) and exp(0.5² / 2).
            (
                ServiceLaw::lognormal(MS, 0.5).expect("a valid sigma"),
                1.0,
                3.200,
                1.133,
            ),
        ] {
            let drawn = sorted_draws(law, 200_000);
            let (found_median, found_p99) = (drawn[100_000], drawn[198_000]);
            assert!(
                (found_median / median - 1.0).abs() < 0.02,
                "{law:?} {found_median}"
            );
            assert!((found_p99 / p99 - 1.0).abs() < 0.03, "{law:?} {found_p99}");
            let found_mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
            assert!(
                (found_mean / mean - 1.0).abs() < 0.02,
                "{law:?} {found_mean}"
            );
            assert!(
                (law.mean().as_secs_f64() * 1e3 / mean - 1.0).abs() < 0.001,
                "{law:?}"
            );
        }
        assert_eq!(
            sorted_draws(ServiceLaw::constant(ten_seconds), 1),
            [10_000.0]
        );
    }

    #[test]
    fn extreme_draws_stay_within_the_range_of_clocks() {
        let law = ServiceLaw::lognormal(MAX_SERVICE, 5.0).expect("a valid sigma");
        let longest = sorted_draws(law, 1_000).pop().expect("there are draws");
        assert_eq!(longest, MAX_SERVICE.as_secs_f64() * 1e3);
    }

    #[test]
    fn refuses_impossible_parameters() {
        for (refused, message) in [
            (
                ServiceLaw::uniform(2 * MS, MS),
                "expected a maximum that is not below the minimum, found 2ms to 1ms",
            ),
            (
                ServiceLaw::lognormal(MS, 0.0),
                "expected a sigma above 0 and at most 5, found 0",
            ),
            (
                ServiceLaw::lognormal(MS, f64::NAN),
                "expected a sigma above 0 and at most 5, found NaN",
            ),
        ] {
            let error = refused.expect_err(message);
            assert_eq!(error.kind(), ErrorKind::ServiceLaw);
            assert_eq!(error.to_string(), message);
        }
    }
}
