//! Actions that a dispatcher asks its driver to perform.

use std::time::Instant;

use crate::engine::dispatcher::due_hit::DueHit;

/// The actions of one step, in the order in which they are performed. The memory is reused.
#[derive(Debug, Default)]
pub(crate) struct Actions {
    /// Idle slots, and the hit that each one starts.
    pub(crate) give: Vec<(usize, DueHit)>,
    /// Slots to open, each for a hit that starts at once and opens its own session.
    pub(crate) open: Vec<(usize, DueHit)>,
    /// Slots whose hit ends early.
    pub(crate) cancel: Vec<(usize, CancelReason)>,
    /// The events of this step.
    pub(crate) events: Vec<DispatchEvent>,
    /// The time of the next step, or `None` if there is nothing to wait for. A time that has
    /// passed means: after one pass over the I/O.
    pub(crate) wake_at: Option<Instant>,
    /// True if the last hit has ended.
    pub(crate) finished: bool,
}

/// The reason for ending a hit early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CancelReason {
    TimeOut,
    Abandon,
}

/// A change that the coordinator must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DispatchEvent {
    /// The warm-up is over, and the clock has started.
    WarmupEnded,
    /// This number of seconds has passed since the start.
    Second(u64),
    /// No more hits become due.
    Draining,
}

impl Actions {
    /// Removes all actions.
    pub(crate) fn clear(&mut self) {
        self.give.clear();
        self.open.clear();
        self.cancel.clear();
        self.events.clear();
        self.wake_at = None;
        self.finished = false;
    }
}
