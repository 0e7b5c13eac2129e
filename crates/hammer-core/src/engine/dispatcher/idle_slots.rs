//! The idle slots of a worker, and the one that a hit takes.

use std::collections::VecDeque;

/// Idle slots. The most recently used one is used next, so that few connections stay busy, or the one
/// that has been idle longest.
///
/// If the connections of slots go to several addresses, there is a lane for each address, and the
/// lanes take turns. Otherwise a single connection could take all hits.
#[derive(Debug)]
pub(super) struct IdleSlots {
    /// The slots of each kind, the one that has been idle longest first.
    lanes: Vec<VecDeque<usize>>,
    /// True if the slot that has been idle longest is used next.
    in_turn: bool,
    /// The lane of the next hit.
    next: usize,
}

impl IdleSlots {
    /// Creates a set without slots, which uses them in turn if `in_turn` is set.
    pub(super) fn new(in_turn: bool) -> Self {
        Self {
            lanes: vec![VecDeque::new()],
            in_turn,
            next: 0,
        }
    }

    /// Divides the idle slots into this number of lanes, by the turns of all slots.
    pub(super) fn spread_over(&mut self, lanes: usize, turns: &[usize]) {
        if lanes == self.lanes.len() {
            return;
        }
        let idle: Vec<usize> = self.lanes.drain(..).flatten().collect();
        self.lanes.resize_with(lanes.max(1), VecDeque::new);
        self.next %= self.lanes.len();
        idle.into_iter()
            .for_each(|slot| self.add(slot, turns[slot]));
    }

    /// Adds a slot with this turn.
    pub(super) fn add(&mut self, slot: usize, turn: usize) {
        let lane = match self.lanes.len() {
            1 => 0,
            several => turn % several,
        };
        self.lanes[lane].push_back(slot);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lanes.iter().all(VecDeque::is_empty)
    }

    /// Takes a slot: of the lane whose turn it is, else of the next lane that has one. The turn then
    /// passes to the next lane.
    pub(super) fn take(&mut self) -> Option<usize> {
        if self.lanes.len() == 1 {
            return self.take_from(0);
        }
        let lanes = self.lanes.len();
        let slot = (0..lanes).find_map(|lane| self.take_from((self.next + lane) % lanes))?;
        self.pass_turn();
        Some(slot)
    }

    fn take_from(&mut self, lane: usize) -> Option<usize> {
        let lane = &mut self.lanes[lane];
        if self.in_turn {
            lane.pop_front()
        } else {
            lane.pop_back()
        }
    }

    /// The number of lanes.
    pub(super) fn lanes(&self) -> usize {
        self.lanes.len()
    }

    /// The lane whose turn it is, if it has no idle slot and another lane has one.
    pub(super) fn missing_turn(&self) -> Option<usize> {
        if self.lanes.len() == 1 || !self.lanes[self.next].is_empty() || self.is_empty() {
            return None;
        }
        Some(self.next)
    }

    /// Passes the turn to the next lane.
    pub(super) fn pass_turn(&mut self) {
        self.next = (self.next + 1) % self.lanes.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slot_that_was_used_last_is_used_next() {
        let mut idle = IdleSlots::new(false);
        (0..3).for_each(|slot| idle.add(slot, slot));
        assert_eq!(idle.missing_turn(), None);
        assert_eq!([idle.take(), idle.take()], [Some(2), Some(1)]);
    }

    #[test]
    fn slots_in_turn_are_used_in_the_order_in_which_they_became_idle() {
        let mut idle = IdleSlots::new(true);
        [2, 0, 1].into_iter().for_each(|slot| idle.add(slot, slot));
        let taken: Vec<_> = std::iter::from_fn(|| idle.take()).collect();
        assert_eq!(taken, [2, 0, 1]);
    }

    #[test]
    fn lanes_take_turns_and_fall_back_to_others() {
        let mut idle = IdleSlots::new(false);
        (0..5).for_each(|slot| idle.add(slot, slot));
        idle.spread_over(2, &[0, 1, 2, 3, 4]);
        let taken: Vec<_> = std::iter::from_fn(|| idle.take()).collect();
        assert_eq!(taken, [4, 3, 2, 1, 0]);
        assert!(idle.is_empty());
    }

    #[test]
    fn a_lane_without_a_slot_asks_for_one() {
        let mut idle = IdleSlots::new(false);
        let turns = [0, 2];
        idle.spread_over(2, &turns);
        assert_eq!(idle.missing_turn(), None, "no lane has a slot");
        (0..2).for_each(|slot| idle.add(slot, turns[slot]));
        assert_eq!(idle.take(), Some(1));
        assert_eq!(idle.missing_turn(), Some(1));
        idle.pass_turn();
        assert_eq!(idle.missing_turn(), None, "it is the other lane's turn");
        assert_eq!(idle.take(), Some(0));
    }
}
