use super::seconds::Spreading;
use crate::time::Stamp;
use crate::timeline::Spread;

const MICROS: u64 = Stamp::SECOND as u64;
/// More draws than this are counted by what they are, which takes the same memory for any number.
const MOST_SORTED: u64 = 1 << 16;

/// Places within a second.
#[derive(Debug, Default)]
pub(super) struct Draws {
    sorted: Vec<u32>,
    counted: Vec<u32>,
}

/// Those of the rows of a log, ascending, in microseconds.
pub(super) enum Places<'d> {
    Sorted(std::slice::Iter<'d, u32>),
    /// How many are left of the draw, by draw.
    Counted(&'d mut [u32], usize),
    Even {
        next: u64,
        count: u64,
    },
    None,
}

impl Draws {
    /// Places for `count` rows of `log` in `second`, which is closed in this part.
    pub(super) fn of(
        &mut self,
        spreading: Spreading,
        (second, part): (i64, u64),
        log: u32,
        count: u64,
    ) -> Places<'_> {
        match spreading.spread {
            Spread::Uniform => {}
            Spread::Even => return Places::Even { next: 0, count },
            Spread::None => return Places::None,
        }
        let log = u64::from(log);
        let mut state = mixed(spreading.seed ^ mixed(second as u64 ^ mixed(log ^ mixed(part))));
        let draws = (0..count).map(|_| {
            state = state.wrapping_add(GOLDEN);
            // The upper half of a product is a uniform draw below a million.
            ((u128::from(mixed(state)) * u128::from(MICROS)) >> 64) as u32
        });
        if count <= MOST_SORTED {
            self.sorted.clear();
            self.sorted.extend(draws);
            self.sorted.sort_unstable();
            return Places::Sorted(self.sorted.iter());
        }
        self.counted.clear();
        self.counted.resize(MICROS as usize, 0);
        for draw in draws {
            self.counted[draw as usize] += 1;
        }
        Places::Counted(&mut self.counted, 0)
    }
}

impl Places<'_> {
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
                let at = u128::from(2 * *next + 1) * u128::from(MICROS) / u128::from(2 * *count);
                *next += 1;
                at as u32
            }
            Self::None => 0,
        }
    }
}

/// The odd number next to 2⁶⁴ divided by the golden ratio, by which SplitMix64 steps.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The mixing function of SplitMix64 (Steele, Lea and Flood, 2014).
fn mixed(mut state: u64) -> u64 {
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::{Draws, MICROS, MOST_SORTED, Spread, Spreading};

    #[test]
    fn draws_that_are_counted_are_those_that_are_sorted() {
        let spreading = Spreading {
            spread: Spread::Uniform,
            seed: 1,
            by_content: false,
        };
        let all = |draws: &mut Draws, count: u64| -> Vec<u32> {
            let mut places = draws.of(spreading, (7, 0), 0, count);
            (0..count).map(|_| places.next()).collect()
        };
        let mut draws = Draws::default();
        let sorted = all(&mut draws, MOST_SORTED);
        let counted = all(&mut draws, MOST_SORTED + 1);
        assert!(sorted.is_sorted() && counted.is_sorted());
        assert!(u64::from(counted[counted.len() - 1]) < MICROS);
        // One more was drawn.
        let mut rest = counted.clone();
        for draw in &sorted {
            let at = rest.binary_search(draw).expect("the same draws");
            rest.remove(at);
        }
        assert_eq!(rest.len(), 1);
    }
}
