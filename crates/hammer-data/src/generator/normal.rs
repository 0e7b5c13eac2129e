use rand_xoshiro::rand_core::Rng;

use super::uniform::unit;

/// Normally distributed numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normal {
    mean: f64,
    deviation: f64,
}

impl Normal {
    /// Numbers with this mean and this standard deviation.
    ///
    /// # Panics
    ///
    /// Unless both are finite, and the deviation is not below 0.
    #[must_use]
    pub fn new(mean: f64, deviation: f64) -> Self {
        assert!(
            mean.is_finite() && deviation.is_finite() && deviation >= 0.0,
            "mean and deviation are finite, and the deviation not below 0"
        );
        Self { mean, deviation }
    }

    /// A number.
    ///
    /// A point in the unit circle gives two; the second is left, so that a generator keeps nothing
    /// between hits (Marsaglia and Bray, A Convenient Method for Generating Normal Variables, 1964).
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
