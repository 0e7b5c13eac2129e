//! Normally distributed numbers.

use rand_xoshiro::rand_core::Rng;

use super::uniform::unit;

/// Normally distributed numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NormalDistribution {
    mean: f64,
    deviation: f64,
}

impl NormalDistribution {
    /// An upper bound of the distance of numbers from the mean, in standard deviations.
    ///
    /// The squared radius of a point in [`draw`](Self::draw) is at least 2⁻¹⁰⁴, and the square root of
    /// 208 ln 2 is 12.01.
    pub(crate) const MAX_DEVIATIONS: f64 = 13.0;

    /// Creates a generator of numbers with this mean and standard deviation.
    ///
    /// # Panics
    ///
    /// If the mean or the deviation is not finite, or the deviation is negative.
    #[must_use]
    pub fn new(mean: f64, deviation: f64) -> Self {
        assert!(
            mean.is_finite() && deviation.is_finite() && deviation >= 0.0,
            "mean and deviation must be finite, and the deviation must not be negative"
        );
        Self { mean, deviation }
    }

    /// Draws a number.
    ///
    /// The polar method draws a point in the unit circle, which gives two numbers (Marsaglia and Bray,
    /// A Convenient Method for Generating Normal Variables, 1964). The second one is not used, so that
    /// a generator keeps no state between hits.
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        loop {
            let (x, y) = (2.0 * unit(rng) - 1.0, 2.0 * unit(rng) - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                let standard = x * (-2.0 * square.ln() / square).sqrt();
                return self.mean + self.deviation * standard;
            }
        }
    }
}
