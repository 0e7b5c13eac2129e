//! The choice of a target for each hit.

use hammer_core::rand_xoshiro::rand_core::Rng;
use hammer_core::{Hit, MissedHit};

use super::persistent_slot_state::PersistentSlotState;
use crate::targets::WeightedOrder;

/// Picks the target of each hit from several targets.
#[derive(Debug)]
pub(crate) struct TargetPicker {
    /// Targets that each slot hits once, before all others.
    pub(crate) once: Vec<usize>,
    pub(crate) order: WeightedOrder,
}

impl TargetPicker {
    /// Picks the target of a hit.
    pub(super) fn pick(
        &self,
        slot_state: &mut PersistentSlotState,
        hit: &Hit,
        rng: &mut impl Rng,
    ) -> usize {
        if let Some(first) = self.once.get(slot_state.once_done) {
            return *first;
        }
        let turn = slot_state.hits;
        slot_state.hits += 1;
        self.order.pick(hit.number(), turn, rng)
    }

    /// Returns the target that a hit would have had. `None` if it depends on the slot and the hit
    /// was never in one.
    pub(super) fn target_of(&self, hit: &MissedHit<'_>) -> Option<usize> {
        let Some(slot) = hit.slot() else {
            let depends_on_slot = self.order.is_per_slot() || !self.once.is_empty();
            return (!depends_on_slot).then(|| self.order.pick(hit.number(), 0, &mut hit.rng()));
        };
        let slot_state = PersistentSlotState::for_slot(slot);
        let slot_state = slot_state.borrow();
        let once = self.once.get(slot_state.once_done).copied();
        let pick = || (self.order).pick(hit.number(), slot_state.hits, &mut hit.rng());
        Some(once.unwrap_or_else(pick))
    }

    /// Records that the slot has completed `target`, if it is the next one marked `once`.
    pub(super) fn mark_once_done(&self, slot_state: &mut PersistentSlotState, target: usize) {
        if self.once.get(slot_state.once_done) == Some(&target) {
            slot_state.once_done += 1;
        }
    }
}
