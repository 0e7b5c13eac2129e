//! The idle slots of a worker, and the one that a hit takes.

use std::collections::VecDeque;

/// Idle slots. The most recently used one is used next, so that few connections stay busy, or the one
/// that has been idle longest.
///
/// If the connections of slots go to several addresses, there is a lane for each address, and the
/// lanes take turns, each once a round. Otherwise a single connection could take all hits.
#[derive(Debug)]
pub(super) struct IdleSlots {
    /// The slots of each kind, the one that has been idle longest first.
    lanes: Vec<VecDeque<usize>>,
    /// True if the slot that has been idle longest is used next.
    in_turn: bool,
    /// The lane of the next hit.
    next: usize,
    /// The turns of the present round that have passed.
    passed: usize,
    /// The rounds that have passed.
    rounds: u64,
}

impl IdleSlots {
    /// Creates a set without slots, which uses them in turn if `in_turn` is set.
    pub(super) fn new(in_turn: bool) -> Self {
        Self {
            lanes: vec![VecDeque::new()],
            in_turn,
            next: 0,
            passed: 0,
            rounds: 0,
        }
    }

    /// Divides the idle slots into this number of lanes, by the turns of all slots.
    pub(super) fn spread_over(&mut self, lanes: usize, turns: &[usize]) {
        if lanes == self.lanes.len() {
            return;
        }
        let idle: Vec<usize> = self.lanes.drain(..).flatten().collect();
        self.lanes.resize_with(lanes.max(1), VecDeque::new);
        (self.next, self.passed) = (first_lane(self.rounds, lanes), 0);
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
        let lanes = self.lanes.len();
        self.next = (self.next + 1) % lanes;
        self.passed += 1;
        if self.passed == lanes {
            self.passed = 0;
            self.rounds += 1;
            self.next = first_lane(self.rounds, lanes);
        }
    }
}

/// The lane with which a round begins.
///
/// If each round began with the same lane, targets that take turns too would always meet the same
/// lanes. Multiples of the golden ratio are spread evenly, also those of every second or third round,
/// so each lane meets each target equally often.
fn first_lane(round: u64, lanes: usize) -> usize {
    /// The fraction of the golden ratio, in units of 2^-64.
    const GOLDEN_RATIO: u64 = 0x9e37_79b9_7f4a_7c15;
    let fraction = round.wrapping_mul(GOLDEN_RATIO) >> 32;
    ((fraction * lanes as u64) >> 32) as usize
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
        assert_eq!(
            taken,
            [4, 3, 1, 2, 0],
            "the second round begins with lane 1"
        );
        assert!(idle.is_empty());
    }

    /// Regression: with two lanes and two targets in turn, each lane met one target only.
    #[test]
    fn targets_in_turn_meet_all_lanes_equally_often() {
        for (lanes, targets) in [(2, 2), (2, 3), (2, 4), (3, 2), (3, 3), (4, 6), (6, 5)] {
            let mut idle = IdleSlots::new(false);
            let turns: Vec<usize> = (0..lanes).collect();
            idle.spread_over(lanes, &turns);
            turns.iter().for_each(|turn| idle.add(*turn, *turn));
            let mut met = vec![vec![0; lanes]; targets];
            let rounds = 50 * targets;
            for hit in 0..rounds * lanes {
                let lane = idle.take().expect("a slot");
                met[hit % targets][lane] += 1;
                idle.add(lane, lane);
            }
            let total = |lane: usize| met.iter().map(|of_target| of_target[lane]).sum::<usize>();
            assert!((0..lanes).all(|lane| total(lane) == rounds), "{met:?}");
            let is_even = met.iter().flatten().all(|hits| (40..=60).contains(hits));
            assert!(is_even, "{lanes} lanes, {targets} targets: {met:?}");
        }
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
        (0..2).for_each(|_| idle.pass_turn());
        assert_eq!(idle.missing_turn(), None, "it is the other lane's turn");
        assert_eq!(idle.take(), Some(0));
    }
}
