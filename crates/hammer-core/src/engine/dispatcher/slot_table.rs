//! The slots of a worker: opened, idle and in use.

use std::collections::VecDeque;

/// The slots of a worker by their index.
#[derive(Debug)]
pub(crate) struct SlotTable {
    limit: usize,
    opened: usize,
    /// Slots that open before the start and are not ready yet.
    opening: usize,
    /// Idle slots, the one that has been idle longest first.
    idle: VecDeque<usize>,
    /// True if the slot that has been idle longest is used next. Otherwise, it is the one used last,
    /// so that few connections stay busy.
    in_turn: bool,
    /// Hits that have a slot and have not ended.
    active: usize,
}

impl SlotTable {
    /// Creates a table for at most `limit` slots, which are used in turn if `in_turn` is set.
    pub(crate) fn new(limit: usize, in_turn: bool) -> Self {
        Self {
            limit,
            opened: 0,
            opening: 0,
            idle: VecDeque::new(),
            in_turn,
            active: 0,
        }
    }

    /// Adds a slot that opens its session before the start, and returns its index.
    pub(crate) fn open_ahead(&mut self) -> usize {
        self.opening += 1;
        self.opened += 1;
        self.opened - 1
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
        self.opened += 1;
        self.opened - 1
    }

    /// Takes an idle slot for a hit.
    pub(crate) fn take_idle(&mut self) -> Option<usize> {
        let slot = if self.in_turn {
            self.idle.pop_front()?
        } else {
            self.idle.pop_back()?
        };
        self.active += 1;
        Some(slot)
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
        self.idle.push_back(slot);
    }

    /// Hits that have a slot and have not ended.
    pub(crate) fn active(&self) -> usize {
        self.active
    }

    /// The number of slots opened so far.
    pub(crate) fn opened(&self) -> usize {
        self.opened
    }

    /// The number of slots that can still open.
    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.opened)
    }
}
