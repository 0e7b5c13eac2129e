use std::time::Duration;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use super::{Arrivals, Schedule};
use crate::Shape;
use crate::shape::Count;

const SECOND: u64 = 1_000_000_000;
/// Keeps the randomness of arrivals apart from that of hits, which have the same seed.
const ARRIVALS: u64 = 0x6172_7269_7661_6c73;

/// Goes through the hits of a shape in order, and tells when each is due.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    shape: Shape,
    /// The integral of the rate at the end of the schedule.
    end: Count,
    process: Process,
    /// The stage of the last hit.
    stage: usize,
    /// When the last hit was due: what floats round may not turn time back.
    last: u64,
}

#[derive(Debug, Clone)]
enum Process {
    Even,
    Uniform(u64),
    Burst,
    Poisson(Box<Poisson>),
}

/// A unit Poisson process: each gap is an exponential of mean 1.
#[derive(Debug, Clone)]
struct Poisson {
    rng: Xoshiro256PlusPlus,
    drawn: u64,
    position: Count,
}

impl Walk {
    pub(super) fn new(schedule: &Schedule) -> Self {
        let seed = schedule.seed.unwrap_or(1) ^ ARRIVALS;
        Self {
            end: schedule.end(),
            shape: schedule.shape.clone(),
            process: match schedule.arrivals {
                // A playlist has no walk.
                Arrivals::Even | Arrivals::Timeline => Process::Even,
                Arrivals::Uniform => Process::Uniform(seed),
                Arrivals::Burst => Process::Burst,
                Arrivals::Poisson => Process::Poisson(Box::new(Poisson {
                    rng: Xoshiro256PlusPlus::seed_from_u64(seed),
                    drawn: 0,
                    position: Count::ZERO,
                })),
            },
            stage: 0,
            last: 0,
        }
    }

    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// When hit `k` is due, each `k` being greater than the last one; none if there are not so many.
    pub(super) fn due(&mut self, k: u64) -> Option<Duration> {
        let even = Count::whole(k);
        let position = match &mut self.process {
            Process::Even | Process::Burst => even,
            Process::Uniform(seed) => even + within(self.end - even, fraction(*seed, k)),
            Process::Poisson(poisson) => poisson.position_of(k),
        };
        if position >= self.end {
            return None;
        }
        self.stage = self.shape.stage_of(position, self.stage)?;
        let mut due = self.shape.stages()[self.stage].due(position);
        if matches!(self.process, Process::Burst) {
            due -= due % SECOND;
        }
        self.last = self.last.max(due);
        Some(Duration::from_nanos(self.last))
    }
}

impl Poisson {
    /// Each worker draws the gaps of all hits, also of those that are not its own.
    fn position_of(&mut self, k: u64) -> Count {
        while self.drawn <= k {
            // 1 − u is never 0: u has 53 bits and is below 1.
            let u = (self.rng.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0;
            self.position = self.position + Count::near(-(1.0 - u).ln());
            self.drawn += 1;
        }
        self.position
    }
}

/// `fraction` / 2⁶⁴ of `width`, which counts as 1 at most: the last interval may be shorter.
fn within(width: Count, fraction: u64) -> Count {
    match width.split() {
        (0, width) => Count::new(0, ((u128::from(width) * u128::from(fraction)) >> 64) as u64),
        _ => Count::new(0, fraction),
    }
}

/// SplitMix64's output for `seed` and `k`: each hit's jitter is its own (Steele, Lea and Flood,
/// "Fast splittable pseudorandom number generators", 2014).
fn fraction(seed: u64, k: u64) -> u64 {
    let mut z = seed.wrapping_add(k.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
