use super::second_spreader::SpreadOptions;
use crate::time::LogTimestamp;
use crate::timeline::TimestampSpread;

const MICROS_PER_SECOND: u64 = LogTimestamp::MICROS_PER_SECOND as u64;
/// More draws than this are counted by what they are, which takes the same memory for any number.
const MAX_SORTED_DRAWS: u64 = 1 << 16;

/// Places within a second.
#[derive(Debug, Default)]
pub(super) struct SecondOffsets {
    sorted: Vec<u32>,
    counted: Vec<u32>,
}

/// Those of the rows of a log, ascending, in microseconds.
pub(super) enum OffsetSequence<'d> {
    Sorted(std::slice::Iter<'d, u32>),
    /// How many are left of the draw, by draw.
    Counted(&'d mut [u32], usize),
    Even {
        next: u64,
        count: u64,
    },
    None,
}

impl SecondOffsets {
    /// Places for `count` rows of `log` in `second`, which is closed in this part.
    pub(super) fn draw(
        &mut self,
        spreading: SpreadOptions,
        (second, part): (i64, u64),
        log: u32,
        count: u64,
    ) -> OffsetSequence<'_> {
        match spreading.spread {
            TimestampSpread::Uniform => {}
            TimestampSpread::Even => return OffsetSequence::Even { next: 0, count },
            TimestampSpread::None => return OffsetSequence::None,
        }
        let log = u64::from(log);
        let mut state = splitmix64_mix(
            spreading.seed
                ^ splitmix64_mix(second as u64 ^ splitmix64_mix(log ^ splitmix64_mix(part))),
        );
        let draws = (0..count).map(|_| {
            state = state.wrapping_add(GOLDEN_GAMMA);
            // The upper half of a product is a uniform draw below a million.
            ((u128::from(splitmix64_mix(state)) * u128::from(MICROS_PER_SECOND)) >> 64) as u32
        });
        if count <= MAX_SORTED_DRAWS {
            self.sorted.clear();
            self.sorted.extend(draws);
            self.sorted.sort_unstable();
            return OffsetSequence::Sorted(self.sorted.iter());
        }
        self.counted.clear();
        self.counted.resize(MICROS_PER_SECOND as usize, 0);
        for draw in draws {
            self.counted[draw as usize] += 1;
        }
        OffsetSequence::Counted(&mut self.counted, 0)
    }
}

impl OffsetSequence<'_> {
    /// The next one. It is asked for as often as there are rows.
    #[inline]
    pub(super) fn next(&mut self) -> u32 {
        match self {
            Self::Sorted(draws) => draws.next().copied().unwrap_or_default(),
            Self::Counted(left, at) => {
                while left.get(*at) == Some(&0) {
                    *at += 1;
                }
                if let Some(left) = left.get_mut(*at) {
                    *left -= 1;
                }
                *at as u32
            }
            Self::Even { next, count } => {
                let at = u128::from(2 * *next + 1) * u128::from(MICROS_PER_SECOND)
                    / u128::from(2 * *count);
                *next += 1;
                at as u32
            }
            Self::None => 0,
        }
    }
}

/// The odd number next to 2⁶⁴ divided by the golden ratio, by which SplitMix64 steps.
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
        MAX_SORTED_DRAWS, MICROS_PER_SECOND, SecondOffsets, SpreadOptions, TimestampSpread,
    };

    #[test]
    fn draws_that_are_counted_are_those_that_are_sorted() {
        let spreading = SpreadOptions {
            spread: TimestampSpread::Uniform,
            seed: 1,
            by_content: false,
        };
        let all = |draws: &mut SecondOffsets, count: u64| -> Vec<u32> {
            let mut places = draws.draw(spreading, (7, 0), 0, count);
            (0..count).map(|_| places.next()).collect()
        };
        let mut draws = SecondOffsets::default();
        let sorted = all(&mut draws, MAX_SORTED_DRAWS);
        let counted = all(&mut draws, MAX_SORTED_DRAWS + 1);
        assert!(sorted.is_sorted() && counted.is_sorted());
        assert!(u64::from(counted[counted.len() - 1]) < MICROS_PER_SECOND);
        // One more was drawn.
        let mut rest = counted.clone();
        for draw in &sorted {
            let at = rest.binary_search(draw).expect("the same draws");
            rest.remove(at);
        }
        assert_eq!(rest.len(), 1);
    }
}
