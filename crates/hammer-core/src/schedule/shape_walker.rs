//! Due times of the hits of a shape, in order.

use std::time::Duration;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::schedule::arrival_process::ArrivalProcess;
use crate::schedule::schedule::Schedule;
use crate::schedule::shape::FractionalHits;
use crate::schedule::shape::Shape;

const SECOND: u64 = 1_000_000_000;
/// Separates random arrivals from the random numbers of hits, which have the same seed.
const ARRIVALS_SEED_SALT: u64 = 0x6172_7269_7661_6c73;

/// Iterates over the hits of a shape and calculates their due times.
#[derive(Debug, Clone)]
pub(super) struct ShapeWalker {
    shape: Shape,
    /// The integral of the rate at the end of the schedule.
    end: FractionalHits,
    arrivals: ArrivalState,
    /// The stage of the last hit.
    stage: usize,
    /// The due time of the last hit, below which rounded floats must not fall.
    last: u64,
}

#[derive(Debug, Clone)]
enum ArrivalState {
    Even,
    Uniform(u64),
    Burst,
    Poisson(Box<PoissonProcess>),
}

/// A unit Poisson process: each gap is an exponential of mean 1.
#[derive(Debug, Clone)]
struct PoissonProcess {
    rng: Xoshiro256PlusPlus,
    drawn: u64,
    position: FractionalHits,
}

impl ShapeWalker {
    pub(super) fn new(schedule: &Schedule) -> Self {
        let seed = schedule.seed.unwrap_or(1) ^ ARRIVALS_SEED_SALT;
        Self {
            end: schedule.end_count(),
            shape: schedule.shape.clone(),
            arrivals: match schedule.arrivals {
                // A playlist has no shape to walk.
                ArrivalProcess::Even | ArrivalProcess::Timeline => ArrivalState::Even,
                ArrivalProcess::Uniform => ArrivalState::Uniform(seed),
                ArrivalProcess::Burst => ArrivalState::Burst,
                ArrivalProcess::Poisson => ArrivalState::Poisson(Box::new(PoissonProcess {
                    rng: Xoshiro256PlusPlus::seed_from_u64(seed),
                    drawn: 0,
                    position: FractionalHits::ZERO,
                })),
            },
            stage: 0,
            last: 0,
        }
    }

    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The due time of hit `k`, or `None` if there are fewer hits. `k` must exceed the last one.
    pub(super) fn due(&mut self, k: u64) -> Option<Duration> {
        let even = FractionalHits::from_whole(k);
        let position = match &mut self.arrivals {
            ArrivalState::Even | ArrivalState::Burst => even,
            ArrivalState::Uniform(seed) => even + scale(self.end - even, jitter(*seed, k)),
            ArrivalState::Poisson(poisson) => poisson.position_of(k),
        };
        if position >= self.end {
            return None;
        }
        self.stage = self.shape.stage_at_count(position, self.stage)?;
        let mut due = self.shape.stages()[self.stage].due(position);
        if matches!(self.arrivals, ArrivalState::Burst) {
            due -= due % SECOND;
        }
        self.last = self.last.max(due);
        Some(Duration::from_nanos(self.last))
    }
}

impl PoissonProcess {
    /// Each worker draws the gaps of all hits, including those of other workers.
    fn position_of(&mut self, k: u64) -> FractionalHits {
        while self.drawn <= k {
            // 1 − u is never 0: u has 53 bits and is below 1.
            let u = (self.rng.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0;
            self.position = self.position + FractionalHits::from_f64(-(1.0 - u).ln());
            self.drawn += 1;
        }
        self.position
    }
}

/// Returns `fraction` / 2⁶⁴ of `width`, at most of 1, because the last interval may be shorter.
fn scale(width: FractionalHits, fraction: u64) -> FractionalHits {
    match width.split() {
        (0, width) => {
            FractionalHits::new(0, ((u128::from(width) * u128::from(fraction)) >> 64) as u64)
        }
        _ => FractionalHits::new(0, fraction),
    }
}

/// The output of SplitMix64 for `seed` and `k`, independent of other hits (Steele, Lea and Flood,
/// "Fast splittable pseudorandom number generators", 2014).
fn jitter(seed: u64, k: u64) -> u64 {
    let mut z = seed.wrapping_add(k.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
