/// A shuffled order of the numbers below `count`, without a list of them.
///
/// A Feistel network over the least even number of bits that has room for all of them is a
/// permutation whatever its round function does; a number that leaves the range goes through it
/// again until it comes back (Black and Rogaway, Ciphers with Arbitrary Finite Domains, 2002). At
/// most three in four numbers of the network are out of range, unless there are fewer than 16, so that
/// takes few steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Permutation {
    count: u64,
    half_bits: u32,
    key: u64,
}

const ROUNDS: u64 = 6;

/// With halves of one bit some orders of four numbers come more often than others.
const LEAST_HALF: u32 = 3;

impl Permutation {
    pub(super) fn new(count: u64, key: u64) -> Self {
        let bits = u64::BITS - count.saturating_sub(1).leading_zeros();
        Self {
            count,
            half_bits: bits.div_ceil(2).max(LEAST_HALF),
            key,
        }
    }

    /// Where the `index`-th number went; `index` is below the count.
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

/// A word in which each bit depends on all of `word`: the finaliser of SplitMix64.
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
    fn each_number_has_its_place() {
        for count in [1, 2, 3, 4, 5, 16, 17, 1_000, 65_536, 65_537] {
            let permutation = Permutation::new(count, 7);
            let mut seen = vec![false; usize::try_from(count).expect("small")];
            for index in 0..count {
                let place = usize::try_from(permutation.get(index)).expect("small");
                assert!(
                    !std::mem::replace(&mut seen[place], true),
                    "{count}: {place} twice"
                );
            }
        }
        let permutation = Permutation::new(u64::MAX, 1);
        assert_ne!(permutation.get(u64::MAX - 1), permutation.get(0));
    }

    /// Chi-square over all 24 orders of four numbers; its 99.99th percentile with 23 degrees of
    /// freedom is 57.
    #[test]
    fn each_order_is_as_likely_as_any_other() {
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
