use hammer_core::Hit;
use hammer_core::rand_xoshiro::rand_core::Rng;

use super::slot_state::SlotState;
use crate::targets::WeightedOrder;

/// Which hit goes to which of several targets.
#[derive(Debug)]
pub(crate) struct TargetPicker {
    /// Those that each slot hits once, before any other.
    pub(crate) once: Vec<usize>,
    pub(crate) order: WeightedOrder,
}

impl TargetPicker {
    /// The target of a hit.
    pub(super) fn pick(&self, slot_state: &mut SlotState, hit: &Hit, rng: &mut impl Rng) -> usize {
        if let Some(first) = self.once.get(slot_state.once_done) {
            return *first;
        }
        let turn = slot_state.hits;
        slot_state.hits += 1;
        self.order.pick(hit.number(), turn, rng)
    }

    /// Whether `target` was one that is hit once, and is behind the slot now that it was hit well.
    pub(super) fn mark_once_done(&self, slot_state: &mut SlotState, target: usize) {
        if self.once.get(slot_state.once_done) == Some(&target) {
            slot_state.once_done += 1;
        }
    }
}
