use rand_xoshiro::rand_core::Rng;

use super::uniform::unit;

/// Ranks of which the k-th is drawn in proportion to 1 / k^s: few keys that are asked for often, and
/// many seldom.
///
/// Takes the same time and no memory for any number of ranks: rejection-inversion (Hörmann and
/// Derflinger, Rejection-Inversion to Generate Variates from Monotone Discrete Distributions, ACM
/// TOMACS 6.3, 1996).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zipf {
    ranks: f64,
    exponent: f64,
    /// The integral of the hat up to where rank 1 begins, made so that rank 1 has its share exactly.
    first: f64,
    /// The integral of the hat up to where the last rank ends.
    last: f64,
    /// So near to a rank nothing is ever rejected.
    sure: f64,
}

impl Zipf {
    /// Ranks from 1 to `ranks` with the exponent `s`. With 0 all are as likely; the requests of web
    /// sites have been found to have exponents from 0.6 to 1.2.
    ///
    /// # Panics
    ///
    /// Unless there are 1 to 2⁵² ranks, and the exponent is finite and not below 0.
    #[must_use]
    pub fn new(ranks: u64, s: f64) -> Self {
        assert!((1..=1 << 52).contains(&ranks), "there are 1 to 2^52 ranks");
        assert!(s.is_finite() && s >= 0.0, "an exponent is not below 0");
        let zipf = Self {
            ranks: ranks as f64,
            exponent: s,
            first: 0.0,
            last: 0.0,
            sure: 0.0,
        };
        Self {
            first: zipf.integral(1.5) - 1.0,
            last: zipf.integral(ranks as f64 + 0.5),
            sure: 2.0 - zipf.inverse(zipf.integral(2.5) - zipf.weight(2.0)),
            ..zipf
        }
    }

    /// A rank.
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> u64 {
        loop {
            // Between the end and the start, the start left out.
            let area = self.last + unit(rng) * (self.first - self.last);
            let x = self.inverse(area);
            let rank = x.round().clamp(1.0, self.ranks);
            // Under the hat, the last part of the strip around a rank, as wide as its weight, is
            // what belongs to it.
            if rank - x <= self.sure || area >= self.integral(rank + 0.5) - self.weight(rank) {
                return rank as u64;
            }
        }
    }

    /// x^-s.
    fn weight(&self, x: f64) -> f64 {
        (-self.exponent * x.ln()).exp()
    }

    /// The integral of t^-s from 1 to x: (x^(1-s) - 1) / (1-s), and ln x where s is 1.
    fn integral(&self, x: f64) -> f64 {
        let (ln, power) = (x.ln(), 1.0 - self.exponent);
        if (power * ln).abs() < 1e-8 {
            // The first terms of the series; what is left out is below what a float can tell.
            ln * (1.0 + power * ln / 2.0)
        } else {
            (power * ln).exp_m1() / power
        }
    }

    /// The x up to which the integral is `area`: (1 + area (1-s))^(1 / (1-s)).
    fn inverse(&self, area: f64) -> f64 {
        let power = 1.0 - self.exponent;
        // Rounding may lead beyond the pole at -1.
        let grown = (area * power).max(-1.0);
        if grown.abs() < 1e-8 {
            (area * (1.0 - grown / 2.0)).exp()
        } else {
            (grown.ln_1p() / power).exp()
        }
    }
}
