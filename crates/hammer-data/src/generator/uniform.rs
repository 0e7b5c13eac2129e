//! Uniformly distributed integers, and random choices.

use rand_xoshiro::rand_core::Rng;

/// Integers between two bounds, all equally likely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UniformInteger {
    min: i64,
    /// The difference of the bounds, which is the number of integers less one.
    span: u64,
}

impl UniformInteger {
    /// Creates a generator of integers from `min` to `max`, both included.
    ///
    /// # Panics
    ///
    /// If `min` is greater than `max`.
    #[must_use]
    pub fn new(min: i64, max: i64) -> Self {
        assert!(min <= max, "min must not be greater than max");
        Self {
            min,
            span: max.wrapping_sub(min) as u64,
        }
    }

    /// Draws an integer.
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> i64 {
        let offset = match self.span.checked_add(1) {
            Some(count) => random_below(rng, count),
            None => rng.next_u64(),
        };
        self.min.wrapping_add(offset as i64)
    }
}

/// Draws an integer below `count`, which must not be 0.
///
/// Takes the upper half of the product of a random word and `count`. The few words that would favor
/// some integers are drawn again (Lemire, Fast Random Integer Generation in an Interval, 2019).
pub(crate) fn random_below<R: Rng + ?Sized>(rng: &mut R, count: u64) -> u64 {
    let mut product = u128::from(rng.next_u64()) * u128::from(count);
    if (product as u64) < count {
        let biased = count.wrapping_neg() % count;
        while (product as u64) < biased {
            product = u128::from(rng.next_u64()) * u128::from(count);
        }
    }
    (product >> 64) as u64
}

/// Draws one of `items`, which must not be empty.
pub(crate) fn random_choice<'a, T, R: Rng + ?Sized>(rng: &mut R, items: &'a [T]) -> &'a T {
    &items[random_below(rng, items.len() as u64) as usize]
}

/// Draws a multiple of 2⁻⁵³ that is at least 0 and below 1.
pub(super) fn unit<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    (rng.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}
