//! Ranks that follow Zipf's law.

use rand_xoshiro::rand_core::Rng;

use super::uniform::unit;

/// Ranks from 1 that follow Zipf's law: rank k is drawn in proportion to 1 / k^s, like a few popular
/// keys and many rare ones.
///
/// Takes constant time and memory for any number of ranks. Uses rejection-inversion (Hörmann and
/// Derflinger, Rejection-Inversion to Generate Variates from Monotone Discrete Distributions, ACM
/// TOMACS 6.3, 1996).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ZipfDistribution {
    ranks: f64,
    exponent: f64,
    /// The integral of the hat up to the start of rank 1, which is placed so that rank 1 has exactly
    /// its share.
    first: f64,
    /// The integral of the hat up to the end of the last rank.
    last: f64,
    /// The distance below a rank within which no draw is ever rejected.
    accepted_distance: f64,
}

impl ZipfDistribution {
    /// The maximum number of ranks.
    pub(crate) const MAX_RANKS: u64 = 1 << 52;

    /// Creates a generator of ranks from 1 to `ranks` with the exponent `s`.
    ///
    /// With the exponent 0, all ranks are equally likely. Requests of web sites were found to have
    /// exponents from 0.6 to 1.2.
    ///
    /// # Panics
    ///
    /// If there are not 1 to 2⁵² ranks, or the exponent is negative or not finite.
    #[must_use]
    pub fn new(ranks: u64, s: f64) -> Self {
        assert!(
            (1..=Self::MAX_RANKS).contains(&ranks),
            "there must be 1 to 2^52 ranks"
        );
        assert!(
            s.is_finite() && s >= 0.0,
            "the exponent must be finite and not negative"
        );
        let zipf = Self {
            ranks: ranks as f64,
            exponent: s,
            first: 0.0,
            last: 0.0,
            accepted_distance: 0.0,
        };
        Self {
            first: zipf.integral(1.5) - 1.0,
            last: zipf.integral(ranks as f64 + 0.5),
            accepted_distance: 2.0 - zipf.inverse(zipf.integral(2.5) - zipf.weight(2.0)),
            ..zipf
        }
    }

    /// Draws a rank.
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> u64 {
        loop {
            // From `last` down to `first`, which is excluded.
            let area = self.last + unit(rng) * (self.first - self.last);
            let x = self.inverse(area);
            let rank = x.round().clamp(1.0, self.ranks);
            // Of the strip of the hat around a rank, the last part, whose area is the rank's weight,
            // is accepted.
            if rank - x <= self.accepted_distance
                || area >= self.integral(rank + 0.5) - self.weight(rank)
            {
                return rank as u64;
            }
        }
    }

    /// Returns x^-s.
    fn weight(&self, x: f64) -> f64 {
        (-self.exponent * x.ln()).exp()
    }

    /// Returns the integral of t^-s from 1 to x: (x^(1-s) - 1) / (1-s), or ln x if s is 1.
    fn integral(&self, x: f64) -> f64 {
        let (ln, power) = (x.ln(), 1.0 - self.exponent);
        if (power * ln).abs() < 1e-8 {
            // The first terms of the series. The omitted ones are below the precision of a float.
            ln * (1.0 + power * ln / 2.0)
        } else {
            (power * ln).exp_m1() / power
        }
    }

    /// Returns the x at which the integral is `area`: (1 + area (1-s))^(1 / (1-s)).
    fn inverse(&self, area: f64) -> f64 {
        let power = 1.0 - self.exponent;
        // Rounding may lead beyond the pole at -1.
        let product = (area * power).max(-1.0);
        if product.abs() < 1e-8 {
            (area * (1.0 - product / 2.0)).exp()
        } else {
            (product.ln_1p() / power).exp()
        }
    }
}
