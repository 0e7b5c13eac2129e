//! The slots of a worker: opened, idle and in use.

use std::time::Duration;

use crate::engine::dispatcher::idle_slots::IdleSlots;
use crate::engine::dispatcher::slot_growth::{GENERATOR_LATENESS, ON_TIME};

/// The slots of a worker by their index.
#[derive(Debug)]
pub(crate) struct SlotTable {
    limit: usize,
    /// The turn of each opened slot.
    turns: Vec<usize>,
    /// Slots that open before the start and are not ready yet.
    opening: usize,
    idle: IdleSlots,
    /// Hits that have a slot and have not ended.
    active: usize,
}

impl SlotTable {
    /// Creates a table for at most `limit` slots, which are used in turn if `in_turn` is set.
    pub(crate) fn new(limit: usize, in_turn: bool) -> Self {
        Self {
            limit,
            turns: vec![],
            opening: 0,
            idle: IdleSlots::new(in_turn),
            active: 0,
        }
    }

    /// Sets the limit. Slots beyond it stay open.
    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Adds a slot that opens its session before the start, and returns its index.
    pub(crate) fn open_ahead(&mut self) -> usize {
        self.opening += 1;
        self.open(self.turns.len())
    }

    /// Records that a slot opened before the start is ready, with or without a session.
    pub(crate) fn opened_ahead(&mut self) {
        self.opening -= 1;
    }

    /// The slots that open before the start and are not ready yet.
    pub(crate) fn opening(&self) -> usize {
        self.opening
    }

    /// Adds a slot that opens for a hit, and returns its index.
    pub(crate) fn open_for_hit(&mut self) -> usize {
        self.active += 1;
        self.open(self.turns.len())
    }

    fn open(&mut self, turn: usize) -> usize {
        self.turns.push(turn);
        self.turns.len() - 1
    }

    /// The turn of a slot; of one that is not open, the turn it would have before the start.
    pub(crate) fn turn_of(&self, slot: usize) -> usize {
        self.turns.get(slot).copied().unwrap_or(slot)
    }

    /// Shares hits evenly over this number of kinds of slots, by their turns.
    pub(crate) fn spread_over(&mut self, lanes: usize) {
        self.idle.spread_over(lanes, &self.turns);
    }

    /// Takes an idle slot for a hit: of the kind whose turn it is, if there is one.
    pub(crate) fn take_idle(&mut self) -> Option<usize> {
        let slot = self.idle.take()?;
        self.active += 1;
        Some(slot)
    }

    /// Adds a slot that opens for a hit, if it is the turn of a kind without an idle slot although
    /// others have some.
    ///
    /// A hit that is `late` opens none, because a slot of that kind may come free when the generator
    /// reads its answer; only the first of its kind opens even then, unless it is very late.
    pub(crate) fn open_for_turn(&mut self, late: Duration) -> Option<usize> {
        let turn = self.idle.missing_turn()?;
        let lanes = self.idle.lanes();
        let limit = match self.turns.iter().any(|known| known % lanes == turn) {
            true => ON_TIME,
            false => GENERATOR_LATENESS,
        };
        if late >= limit || self.room() == 0 {
            return None;
        }
        self.idle.pass_turn();
        self.active += 1;
        Some(self.open(turn))
    }

    /// Returns true if a slot is idle.
    pub(crate) fn has_idle(&self) -> bool {
        !self.idle.is_empty()
    }

    /// Records that a slot takes a hit without having been idle.
    pub(crate) fn take_another(&mut self) {
        self.active += 1;
    }

    /// Records that the hit of a slot has ended.
    pub(crate) fn hit_ended(&mut self) {
        self.active -= 1;
    }

    /// Records that a slot is idle.
    pub(crate) fn set_idle(&mut self, slot: usize) {
        self.idle.add(slot, self.turns[slot]);
    }

    /// Hits that have a slot and have not ended.
    pub(crate) fn active(&self) -> usize {
        self.active
    }

    /// The number of slots opened so far.
    pub(crate) fn opened(&self) -> usize {
        self.turns.len()
    }

    /// The number of slots that can still open.
    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.turns.len())
    }
}
