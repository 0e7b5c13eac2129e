//! Limits on the lifetime of connections, and counts of connection events.

use std::time::{Duration, Instant};

use hammer_core::Slot;

/// The limits after which a healthy connection is closed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct LifetimeLimits {
    pub(crate) max_hits: Option<u64>,
    pub(crate) max_age: Option<Duration>,
}

/// The age and the number of hits of a connection.
#[derive(Debug)]
pub(crate) struct ConnectionUsage {
    opened: Instant,
    /// Hits that were sent, except those that the target refused.
    hits: u64,
    /// Hits whose answer has come.
    answered: u64,
    /// The slot that counts the end of the connection, until it has ended.
    open_in: Option<Slot>,
}

impl ConnectionUsage {
    /// Counts a connection that was just opened.
    pub(crate) fn opened(slot: &Slot) -> Self {
        // Hits of a warm-up count nothing, but connections that they open may outlive it.
        let slot = slot.with_separate_phases();
        slot.count("connections_opened", 1);
        Self {
            opened: Instant::now(),
            hits: 0,
            answered: 0,
            open_in: Some(slot),
        }
    }

    /// Ends the connection, and counts how. Only the first end counts.
    pub(crate) fn end(&mut self, end: ConnectionEnd) {
        if let (Some(slot), Some(counter)) = (self.open_in.take(), end.counter()) {
            slot.count(counter, 1);
        }
    }

    /// Returns true if no hit has used the connection.
    pub(crate) fn is_unused(&self) -> bool {
        self.hits == 0
    }

    /// Counts a hit over the connection whose answer has come.
    pub(crate) fn count_hit(&mut self, slot: &Slot) {
        self.begin_hit();
        self.count_answer(slot);
    }

    /// Counts a hit that is sent.
    pub(crate) fn begin_hit(&mut self) {
        self.hits += 1;
    }

    /// Takes back a hit that the target refused, and that is sent again.
    pub(crate) fn take_back_hit(&mut self) {
        self.hits = self.hits.saturating_sub(1);
    }

    /// Counts the answer to a hit that was sent.
    pub(crate) fn count_answer(&mut self, slot: &Slot) {
        if self.answered > 0 {
            slot.count("connections_reused", 1);
        }
        self.answered += 1;
    }

    /// Returns true if a limit is reached.
    pub(crate) fn is_over(&self, limits: &LifetimeLimits) -> bool {
        limits.max_hits.is_some_and(|hits| self.hits >= hits)
            || limits
                .max_age
                .is_some_and(|time| self.opened.elapsed() >= time)
    }
}

impl Drop for ConnectionUsage {
    /// Counts a connection that was lost with its session, such as by a hit that failed.
    fn drop(&mut self) {
        self.end(ConnectionEnd::Dropped);
    }
}

/// The end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConnectionEnd {
    /// The target closed it, or said that it will.
    ByTarget,
    /// The generator closed it, because it could not be kept.
    Dropped,
    /// The generator closed it, because its lifetime was over.
    Retired,
    /// The generator closed it as planned: at the end of the run, or after a hit without keep-alive.
    Planned,
}

impl ConnectionEnd {
    /// The counter of such ends, if there is one.
    fn counter(self) -> Option<&'static str> {
        match self {
            Self::ByTarget => Some("connections_closed_by_target"),
            Self::Dropped => Some("connections_dropped"),
            Self::Retired => Some("connections_retired"),
            Self::Planned => None,
        }
    }
}
