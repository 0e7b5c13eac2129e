use rand_xoshiro::rand_core::Rng;

use super::uniform::unit;

/// Exponentially distributed numbers: gaps between events that don't know of each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exponential {
    mean: f64,
}

impl Exponential {
    /// Numbers from 0 on with this mean, in its unit.
    ///
    /// # Panics
    ///
    /// Unless `mean` is finite and above 0.
    #[must_use]
    pub fn with_mean(mean: f64) -> Self {
        assert!(
            mean.is_finite() && mean > 0.0,
            "a mean is finite and above 0"
        );
        Self { mean }
    }

    /// A number.
    ///
    /// The inverse of the distribution, at 1 - u, which is never 0: the greatest number is 37 times
    /// the mean.
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        -(1.0 - unit(rng)).ln() * self.mean
    }
}
