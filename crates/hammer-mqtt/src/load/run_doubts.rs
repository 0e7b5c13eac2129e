//! Reasons to doubt the numbers of a run, collected from all workers.

use std::sync::atomic::{AtomicU64, Ordering};

use hammer_core::Hit;
use hammer_diagnostic::format_count;

use crate::connection::unconfirmed_messages::UnconfirmedTotal;
use crate::load::undelivered_messages::UndeliveredTotal;

/// The number of foreign messages from which they may color the numbers.
const MANY_FOREIGN_MESSAGES: u64 = 100_000;
/// The number of foreign messages for each own one from which they may color the numbers.
const FOREIGN_PER_DELIVERED: u64 = 10;

/// Counts of a run that make its numbers doubtful.
#[derive(Debug, Default)]
pub(crate) struct RunDoubts {
    /// Messages at QoS 0 that may not have arrived.
    pub(crate) unconfirmed: UnconfirmedTotal,
    /// Messages that reached the broker, but not all subscribers.
    pub(crate) undelivered: UndeliveredTotal,
    /// Hits of a closed loop that waited until a client had reconnected.
    reconnect_waits: AtomicU64,
    /// Hits that failed because a limit of the client was reached.
    window_failures: AtomicU64,
    /// Messages to subscribers that are not of this run.
    foreign_messages: AtomicU64,
    /// Messages to subscribers that are of this run.
    delivered: AtomicU64,
}

impl RunDoubts {
    /// Records that a hit of a closed loop has waited until a client had reconnected.
    pub(crate) fn record_reconnect_wait(&self, hit: &Hit) {
        let measured = u64::from(!hit.is_warm_up());
        self.reconnect_waits.fetch_add(measured, Ordering::Relaxed);
    }

    /// Records that a hit has failed because a limit of its client was reached.
    pub(crate) fn record_window_failure(&self, hit: &Hit) {
        let measured = u64::from(!hit.is_warm_up());
        self.window_failures.fetch_add(measured, Ordering::Relaxed);
    }

    /// Records messages to subscribers that are not of this run.
    pub(crate) fn record_foreign(&self, messages: u64) {
        self.foreign_messages.fetch_add(messages, Ordering::Relaxed);
    }

    /// Records messages to subscribers that are of this run.
    pub(crate) fn record_delivered(&self, messages: u64) {
        self.delivered.fetch_add(messages, Ordering::Relaxed);
    }

    /// Returns a sentence on each cause, and one on its remedy.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let found = [
            self.unconfirmed.warning(),
            self.reconnect_warning(),
            self.window_warning(),
            self.foreign_warning(),
        ];
        found.into_iter().flatten().collect()
    }

    fn reconnect_warning(&self) -> Option<String> {
        let waits = format_hits(&self.reconnect_waits)?;
        Some(format!(
            "{waits} of the closed loop waited until a client had reconnected; response includes \
             the client's own delay before it connects again. See the phase 'reconnect', or use \
             more `clients`."
        ))
    }

    fn window_warning(&self) -> Option<String> {
        let failures = format_hits(&self.window_failures)?;
        Some(format!(
            "{failures} failed because the `window` of the client was full; latencies exclude \
             them. Raise `window` or `clients`, or lower the rate."
        ))
    }

    fn foreign_warning(&self) -> Option<String> {
        let foreign = self.foreign_messages.load(Ordering::Relaxed);
        let delivered = self.delivered.load(Ordering::Relaxed);
        let many = MANY_FOREIGN_MESSAGES.max(delivered.saturating_mul(FOREIGN_PER_DELIVERED));
        (foreign > many).then(|| {
            format!(
                "The broker sent {} messages to the subscribers that are not of this run, and \
                 reading them took time from the hits. Use a `filter` for topics that only this \
                 run publishes to.",
                format_count(foreign)
            )
        })
    }
}

/// Writes a number of hits, or returns `None` if there are none.
fn format_hits(hits: &AtomicU64) -> Option<String> {
    match hits.load(Ordering::Relaxed) {
        0 => None,
        1 => Some("1 hit".to_owned()),
        hits => Some(format!("{} hits", format_count(hits))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_messages_are_a_doubt_if_they_outnumber_the_own_by_far() {
        for (foreign, delivered, doubtful) in [
            (0, 0, false),
            (100_000, 0, false),
            (100_001, 10_000, true),
            (1_000_000, 100_000, false),
            (1_000_001, 100_000, true),
        ] {
            let doubts = RunDoubts::default();
            doubts.record_foreign(foreign);
            doubts.record_delivered(delivered);
            assert_eq!(doubts.warnings().len(), usize::from(doubtful), "{foreign}");
        }
    }
}
