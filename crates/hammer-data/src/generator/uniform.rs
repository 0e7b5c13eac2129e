use rand_xoshiro::rand_core::Rng;

/// Whole numbers between two bounds, each as likely as any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UniformInteger {
    least: i64,
    /// How many numbers there are, less one.
    span: u64,
}

impl UniformInteger {
    /// Numbers from `least` to `most`, both included.
    ///
    /// # Panics
    ///
    /// If `least` is greater than `most`.
    #[must_use]
    pub fn new(min: i64, max: i64) -> Self {
        assert!(min <= max, "the bounds of a range are in order");
        Self {
            least: min,
            span: max.wrapping_sub(min) as u64,
        }
    }

    /// A number.
    pub fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> i64 {
        let above = match self.span.checked_add(1) {
            Some(count) => random_below(rng, count),
            None => rng.next_u64(),
        };
        self.least.wrapping_add(above as i64)
    }
}

/// A number below `count`, which is not 0.
///
/// The upper half of the product of a random word and `count`; the few words that would favour
/// some numbers are drawn again (Lemire, Fast Random Integer Generation in an Interval, 2019).
pub(crate) fn random_below<R: Rng + ?Sized>(rng: &mut R, count: u64) -> u64 {
    let mut product = u128::from(rng.next_u64()) * u128::from(count);
    if (product as u64) < count {
        let unfair = count.wrapping_neg() % count;
        while (product as u64) < unfair {
            product = u128::from(rng.next_u64()) * u128::from(count);
        }
    }
    (product >> 64) as u64
}

/// One of `items`, which are not none.
pub(crate) fn random_choice<'a, T, R: Rng + ?Sized>(rng: &mut R, items: &'a [T]) -> &'a T {
    &items[random_below(rng, items.len() as u64) as usize]
}

/// A multiple of 2⁻⁵³ from 0 to below 1.
pub(super) fn unit<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    (rng.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}
