//! Exponentially distributed numbers.

use rand_xoshiro::rand_core::Rng;

use super::uniform::unit;

/// Exponentially distributed numbers, such as gaps between independent events.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExponentialDistribution {
    mean: f64,
}

impl ExponentialDistribution {
    /// An upper bound of the numbers drawn, as a multiple of the mean: 53 ln 2 is 36.8.
    pub(crate) const MAX_PER_MEAN: f64 = 37.0;

    /// Creates a generator of numbers of at least 0 with this mean.
    ///
    /// # Panics
    ///
    /// If `mean` is not finite and above 0.
    #[must_use]
    pub fn with_mean(mean: f64) -> Self {
        assert!(
            mean.is_finite() && mean > 0.0,
            "the mean must be finite and above 0"
        );
        Self { mean }
    }

    /// Draws a number.
    ///
    /// Inverts the distribution function at 1 - u, which is never 0.
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        -(1.0 - unit(rng)).ln() * self.mean
    }
}
