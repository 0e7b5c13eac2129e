//! Shuffled orders of row numbers that need no memory.

/// A shuffled order of the numbers below `count`, without a list of them.
///
/// A Feistel network over the smallest sufficient even number of bits is a permutation for any round
/// function. A number outside the range is encrypted again until it is inside (Black and Rogaway,
/// Ciphers with Arbitrary Finite Domains, 2002). At most three in four numbers of the network are
/// outside the range, unless there are fewer than 16, so this takes few steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Permutation {
    count: u64,
    half_bits: u32,
    key: u64,
}

const ROUNDS: u64 = 6;

/// The minimum size of a half. With halves of one bit, some orders of four numbers are more likely
/// than others.
const MIN_HALF_BITS: u32 = 3;

impl Permutation {
    pub(super) fn new(count: u64, key: u64) -> Self {
        let bits = u64::BITS - count.saturating_sub(1).leading_zeros();
        Self {
            count,
            half_bits: bits.div_ceil(2).max(MIN_HALF_BITS),
            key,
        }
    }

    /// Returns the number at `index`, which must be below the count.
    pub(super) fn get(&self, index: u64) -> u64 {
        let mut number = index;
        loop {
            number = self.network(number);
            if number < self.count {
                return number;
            }
        }
    }

    fn network(&self, number: u64) -> u64 {
        let mask = u64::MAX >> (u64::BITS - self.half_bits);
        let (mut left, mut right) = (number >> self.half_bits, number & mask);
        for round in 0..ROUNDS {
            let mixed = mix(self.key.wrapping_add(round << 56) ^ right);
            (left, right) = (right, left ^ mixed & mask);
        }
        left << self.half_bits | right
    }
}

/// Mixes a word so that each bit of the result depends on all bits of `word`: the finalizer of
/// SplitMix64.
pub(super) fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contains_each_number_once() {
        for count in [1, 2, 3, 4, 5, 16, 17, 1_000, 65_536, 65_537] {
            let permutation = Permutation::new(count, 7);
            let mut seen = vec![false; usize::try_from(count).expect("small")];
            for index in 0..count {
                let number = usize::try_from(permutation.get(index)).expect("small");
                assert!(
                    !std::mem::replace(&mut seen[number], true),
                    "{count}: {number} twice"
                );
            }
        }
        let permutation = Permutation::new(u64::MAX, 1);
        assert_ne!(permutation.get(u64::MAX - 1), permutation.get(0));
    }

    /// Computes chi-square over all 24 orders of four numbers. Its 99.99th percentile with 23 degrees
    /// of freedom is 57.
    #[test]
    fn all_orders_are_equally_likely() {
        let mut orders = std::collections::HashMap::new();
        for key in 0..24_000 {
            let permutation = Permutation::new(4, mix(key));
            let order = [0, 1, 2, 3].map(|index| permutation.get(index));
            *orders.entry(order).or_insert(0_u32) += 1;
        }
        assert_eq!(orders.len(), 24);
        let terms = orders
            .values()
            .map(|n| (f64::from(*n) - 1_000.0).powi(2) / 1_000.0);
        let chi_square: f64 = terms.sum();
        assert!(chi_square < 57.0, "{chi_square}");
    }
}
