use hammer_core::Hit;
use hammer_core::rand_xoshiro::rand_core::Rng;

use super::memory::Memory;
use crate::targets::Deal;

/// Which hit goes to which of several targets.
#[derive(Debug)]
pub(crate) struct Course {
    /// Those that each slot hits once, before any other.
    pub(crate) once: Vec<usize>,
    pub(crate) deal: Deal,
}

impl Course {
    /// The target of a hit.
    pub(super) fn target(&self, memory: &mut Memory, hit: &Hit, rng: &mut impl Rng) -> usize {
        if let Some(first) = self.once.get(memory.once) {
            return *first;
        }
        let turn = memory.turns;
        memory.turns += 1;
        self.deal.target(hit.number(), turn, rng)
    }

    /// Whether `target` was one that is hit once, and is behind the slot now that it was hit well.
    pub(super) fn well(&self, memory: &mut Memory, target: usize) {
        if self.once.get(memory.once) == Some(&target) {
            memory.once += 1;
        }
    }
}
