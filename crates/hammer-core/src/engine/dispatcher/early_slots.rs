//! The slots that open before the start.

use crate::engine::dispatcher::dispatcher::{Dispatcher, Phase};
use crate::engine::dispatcher::slot_growth::initial_slots;

impl Dispatcher {
    /// Opens the slots that the schedule will need, before the clock starts.
    pub(crate) fn open_ahead(&mut self) -> Vec<usize> {
        let peak = self.source.peak().filter(|_| !self.limits.is_user_pool);
        let slots = initial_slots(peak, self.limits.max_in_flight);
        (0..slots).map(|_| self.open_slot_ahead()).collect()
    }

    fn open_slot_ahead(&mut self) -> usize {
        self.recorder.slot_opened();
        self.slots.open_ahead()
    }

    /// Opens slots ahead of the start until there is one of each kind, and returns them.
    pub(crate) fn open_missing_ahead(&mut self, lanes: usize) -> Vec<usize> {
        let missing = self.slots.opened()..lanes.min(self.limits.max_in_flight);
        missing.map(|_| self.open_slot_ahead()).collect()
    }

    /// Records that a slot opened before the start is ready, with or without a session.
    pub(crate) fn opened_ahead(&mut self) {
        self.slots.opened_ahead();
    }

    /// The slots that open before the start and are not ready yet.
    pub(crate) fn opening(&self) -> usize {
        self.slots.opening()
    }

    /// Returns true if a slot must not go on opening ahead of the start: hits start no more, or a
    /// closed loop has begun, in which each hit opens its own session.
    pub(crate) fn ends_opening_ahead(&self) -> bool {
        match self.phase {
            Phase::Opening => false,
            Phase::Running => self.source.is_closed_loop(),
            Phase::Draining | Phase::Abandoning | Phase::Closing => true,
        }
    }
}
