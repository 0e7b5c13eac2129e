//! How long connections live, and what is counted of them.

use std::time::{Duration, Instant};

use hammer_core::Slot;

/// When a connection has done its work, though nothing is wrong with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct LifetimeLimits {
    pub(crate) max_hits: Option<u64>,
    pub(crate) max_age: Option<Duration>,
}

/// The life of one connection so far.
#[derive(Debug)]
pub(crate) struct ConnectionUsage {
    opened: Instant,
    hits: u64,
}

impl ConnectionUsage {
    /// Begins with a connection that is open now.
    pub(crate) fn opened(slot: &Slot) -> Self {
        slot.count("connections_opened", 1);
        Self {
            opened: Instant::now(),
            hits: 0,
        }
    }

    /// A hit goes over the connection.
    pub(crate) fn count_hit(&mut self, slot: &Slot) {
        if self.hits > 0 {
            slot.count("connections_reused", 1);
        }
        self.hits += 1;
    }

    /// Whether it has done its work; if so, that is counted, and the connection is to be closed.
    pub(crate) fn count_if_over(&self, lifetime: &LifetimeLimits, slot: &Slot) -> bool {
        let over = lifetime.max_hits.is_some_and(|hits| self.hits >= hits)
            || lifetime
                .max_age
                .is_some_and(|time| self.opened.elapsed() >= time);
        if over {
            slot.count("connections_retired", 1);
        }
        over
    }
}

/// The target has closed a connection, asked for or not.
pub(crate) fn count_closed_by_target(slot: &Slot) {
    slot.count("connections_closed_by_target", 1);
}
