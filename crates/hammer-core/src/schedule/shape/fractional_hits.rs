//! Numbers of hits with an exact binary fraction.

use std::ops::{Add, Sub};

/// A number of hits with 64 binary digits after the point, such as the integral of a rate.
///
/// Whole hits are exact up to 2⁶⁴. The remainders of all stages add up to less than a hit in 10¹⁶.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FractionalHits(u128);

const TWO_POW_64: f64 = 18_446_744_073_709_551_616.0;

impl FractionalHits {
    pub(crate) const ZERO: Self = Self(0);
    pub(crate) const MAX: Self = Self(u128::MAX);

    pub(crate) fn from_whole(hits: u64) -> Self {
        Self(u128::from(hits) << 64)
    }

    /// Creates the number `hits + fraction / 2⁶⁴`.
    pub(crate) fn new(hits: u64, fraction: u64) -> Self {
        Self((u128::from(hits) << 64) | u128::from(fraction))
    }

    /// Creates the number `numerator / denominator`, rounded down; the numerator is below 2¹²⁸.
    pub(crate) fn from_ratio(numerator: u128, denominator: u64) -> Self {
        let denominator = u128::from(denominator);
        let (whole, rest) = (numerator / denominator, numerator % denominator);
        if whole >> 64 != 0 {
            return Self::MAX;
        }
        Self((whole << 64) | ((rest << 64) / denominator))
    }

    /// Converts a float to the nearest number; a negative one becomes zero.
    pub(crate) fn from_f64(hits: f64) -> Self {
        Self((hits * TWO_POW_64) as u128)
    }

    pub(crate) fn as_f64(self) -> f64 {
        self.0 as f64 / TWO_POW_64
    }

    /// The whole hits, and the fraction in units of 2⁻⁶⁴.
    pub(crate) fn split(self) -> (u64, u64) {
        ((self.0 >> 64) as u64, self.0 as u64)
    }

    /// Rounds up to a whole number.
    pub(crate) fn ceil(self) -> u64 {
        let (whole, rest) = self.split();
        whole.saturating_add(u64::from(rest > 0))
    }

    pub(crate) fn half(self) -> Self {
        Self(self.0 / 2)
    }

    /// Divides by `part`, with the remainder.
    pub(crate) fn div_rem(self, part: Self) -> (u64, Self) {
        let times = u64::try_from(self.0 / part.0).unwrap_or(u64::MAX);
        (times, Self(self.0 % part.0))
    }
}

/// Saturates, because an endless stage has endless hits.
impl Add for FractionalHits {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Saturates at zero.
impl Sub for FractionalHits {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}
