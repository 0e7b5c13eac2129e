//! The counts of a worker's messages for the report.

use hammer_core::{Hit, Slot};

use crate::connection::broker_connection::BrokerConnection;
use crate::load::worker_clients::WorkerClients;

impl WorkerClients {
    /// Records that the hit of a slot has timed out.
    pub(crate) fn record_timeout(&self, hit: &Hit) {
        let slot = hit.slot();
        let waiters = self.waiters.borrow();
        let waiter = waiters.get(slot.index() / slot.workers());
        if let Some(message) = waiter.and_then(|waiter| waiter.take_undelivered())
            && !hit.is_warm_up()
        {
            self.config.doubts.undelivered.record(message);
        }
    }

    /// Records messages that count and that the broker has refused.
    pub(crate) fn record_refused(&self, messages: u64) {
        self.refused.set(self.refused.get() + messages);
    }

    /// Adds messages at QoS 0 whose arrival is unknown to the report.
    pub(crate) fn count_unconfirmed(&self, slot: &Slot, messages: u64) {
        if messages > 0 {
            slot.count("unconfirmed", messages);
        }
    }

    /// Adds the counts of messages that have arrived, or may have, to the report.
    pub(crate) fn report_deliveries(&self, slot: &Slot) {
        let connections = self.publishers.iter().map(|client| {
            let connection = &client.state.borrow().connection;
            (connection.as_ref()).map_or(0, BrokerConnection::unconfirmed_messages)
        });
        self.count_unconfirmed(slot, connections.sum());
        for _ in 0..self.pending_fences.get() + self.failed_fences.get() {
            slot.fact("fence", "not_passed");
        }
        let Some(delivery_config) = &self.config.delivery else {
            return;
        };
        if self.pending_fences.get() + self.failed_fences.get() > 0 {
            self.config.doubts.undelivered.record_uncertainty();
        }
        let ledger = self.ledger.borrow();
        let published: u64 = self
            .publishers
            .iter()
            .map(|client| client.state.borrow().sequence.measured_count())
            .sum();
        let published = published.saturating_sub(self.refused.get());
        let expected = published * u64::from(delivery_config.copies_per_message());
        slot.count("published", published);
        self.config.doubts.record_delivered(ledger.delivered);
        slot.count("delivered", ledger.delivered);
        slot.count("lost", expected.saturating_sub(ledger.delivered));
        slot.count("duplicates", ledger.duplicates);
        slot.count("reordered", ledger.reordered);
    }
}
