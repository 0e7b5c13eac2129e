//! Offsets of rows within a second.

use super::second_spreader::SpreadOptions;
use crate::time::LogTimestamp;
use crate::timeline::TimestampSpread;

const MICROS_PER_SECOND: u64 = LogTimestamp::MICROS_PER_SECOND as u64;
/// Maximum number of draws to sort. More are counted by value, in constant memory.
const MAX_SORTED_DRAWS: u64 = 1 << 16;

/// Buffers for the offsets of rows within a second.
#[derive(Debug, Default)]
pub(super) struct RowOffsetGenerator {
    sorted: Vec<u32>,
    counted: Vec<u32>,
}

/// The ascending offsets of the rows of a log, in microseconds.
pub(super) enum AscendingRowOffsets<'d> {
    Sorted(std::slice::Iter<'d, u32>),
    /// The remaining draws by value, and the current value.
    Counted(&'d mut [u32], usize),
    Even {
        next: u64,
        count: u64,
    },
    None,
}

impl RowOffsetGenerator {
    /// Draws offsets for `count` rows of `log` in a part of `second`.
    pub(super) fn draw(
        &mut self,
        options: SpreadOptions,
        (second, part): (i64, u64),
        log: u32,
        count: u64,
    ) -> AscendingRowOffsets<'_> {
        match options.spread {
            TimestampSpread::Uniform => {}
            TimestampSpread::Even => return AscendingRowOffsets::Even { next: 0, count },
            TimestampSpread::None => return AscendingRowOffsets::None,
        }
        let log = u64::from(log);
        let mut state = splitmix64_mix(
            options.seed
                ^ splitmix64_mix(second as u64 ^ splitmix64_mix(log ^ splitmix64_mix(part))),
        );
        let draws = (0..count).map(|_| {
            state = state.wrapping_add(GOLDEN_GAMMA);
            // The upper half of the product is a uniform draw below 1,000,000.
            ((u128::from(splitmix64_mix(state)) * u128::from(MICROS_PER_SECOND)) >> 64) as u32
        });
        if count <= MAX_SORTED_DRAWS {
            self.sorted.clear();
            self.sorted.extend(draws);
            self.sorted.sort_unstable();
            return AscendingRowOffsets::Sorted(self.sorted.iter());
        }
        self.counted.clear();
        self.counted.resize(MICROS_PER_SECOND as usize, 0);
        for draw in draws {
            self.counted[draw as usize] += 1;
        }
        AscendingRowOffsets::Counted(&mut self.counted, 0)
    }
}

impl AscendingRowOffsets<'_> {
    /// Returns the next offset. Call it at most once per row.
    #[inline]
    pub(super) fn next(&mut self) -> u32 {
        match self {
            Self::Sorted(draws) => draws.next().copied().unwrap_or_default(),
            Self::Counted(remaining, offset) => {
                while remaining.get(*offset) == Some(&0) {
                    *offset += 1;
                }
                if let Some(remaining) = remaining.get_mut(*offset) {
                    *remaining -= 1;
                }
                *offset as u32
            }
            Self::Even { next, count } => {
                let offset = u128::from(2 * *next + 1) * u128::from(MICROS_PER_SECOND)
                    / u128::from(2 * *count);
                *next += 1;
                offset as u32
            }
            Self::None => 0,
        }
    }
}

/// The increment of SplitMix64: the odd number next to 2⁶⁴ divided by the golden ratio.
const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// The mixing function of SplitMix64 (Steele, Lea and Flood, 2014).
fn splitmix64_mix(mut state: u64) -> u64 {
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::{
        MAX_SORTED_DRAWS, MICROS_PER_SECOND, RowOffsetGenerator, SpreadOptions, TimestampSpread,
    };

    #[test]
    fn counted_draws_equal_sorted_draws() {
        let options = SpreadOptions {
            spread: TimestampSpread::Uniform,
            seed: 1,
            by_content: false,
        };
        let draw = |buffers: &mut RowOffsetGenerator, count: u64| -> Vec<u32> {
            let mut offsets = buffers.draw(options, (7, 0), 0, count);
            (0..count).map(|_| offsets.next()).collect()
        };
        let mut buffers = RowOffsetGenerator::default();
        let sorted = draw(&mut buffers, MAX_SORTED_DRAWS);
        let counted = draw(&mut buffers, MAX_SORTED_DRAWS + 1);
        assert!(sorted.is_sorted() && counted.is_sorted());
        assert!(u64::from(counted[counted.len() - 1]) < MICROS_PER_SECOND);
        // The second call drew one more.
        let mut rest = counted.clone();
        for draw in &sorted {
            let index = rest.binary_search(draw).expect("the same draws");
            rest.remove(index);
        }
        assert_eq!(rest.len(), 1);
    }
}
