//! Pings of a connection: hits, keep-alive and fences.

use hammer_core::{Failure, Outcome};

use super::BrokerConnection;
use crate::load::hit_waiter::HitPromise;
use crate::packet;

/// The purpose of a PINGREQ.
pub(super) enum PingPurpose {
    Hit(HitPromise),
    /// Keeps the connection alive.
    KeepAlive,
    /// Confirms at the end of the run that the broker has read everything sent before it.
    Fence,
}

/// A PINGREQ without an answer so far.
pub(super) struct UnansweredPing {
    pub(super) purpose: PingPurpose,
    /// The number of messages before it that its answer confirms.
    messages_before: u64,
}

impl BrokerConnection {
    /// Appends a PINGREQ.
    pub(super) fn queue_ping(&mut self, purpose: PingPurpose) {
        self.append(&packet::PINGREQ);
        let messages_before = self.unconfirmed.queued();
        self.pings.push_back(UnansweredPing {
            purpose,
            messages_before,
        });
    }

    /// Appends a PINGREQ to keep the connection alive.
    pub(crate) fn queue_keep_alive(&mut self) {
        self.queue_ping(PingPurpose::KeepAlive);
    }

    /// Appends a PINGREQ whose answer confirms that the broker has read all packets before it.
    pub(crate) fn queue_fence(&mut self) {
        self.queue_ping(PingPurpose::Fence);
        self.pending_fences += 1;
    }

    /// Returns true if a fence is unanswered.
    pub(crate) fn has_pending_fence(&self) -> bool {
        self.pending_fences > 0
    }

    /// Returns the number of the oldest unanswered PINGREQ.
    pub(crate) fn oldest_ping(&self) -> Option<u64> {
        (!self.pings.is_empty()).then_some(self.pings_answered)
    }

    /// Processes a PINGRESP.
    pub(crate) fn handle_pingresp(&mut self) -> Result<(), Failure> {
        let Some(ping) = self.pings.pop_front() else {
            self.counts.unknown_acks += 1;
            return self.unrequested.record_unrequested(packet::PINGRESP_BYTES);
        };
        self.unrequested.record_requested();
        self.pings_answered += 1;
        self.unconfirmed.confirm(ping.messages_before);
        match ping.purpose {
            PingPurpose::Hit(promise) => {
                let outcome = Outcome::ok("pingresp")
                    .sent(promise.sent.into())
                    .received(packet::PINGRESP_BYTES as u64);
                if !promise.complete(Ok(outcome)) {
                    self.counts.late_acks += 1;
                }
            }
            PingPurpose::Fence => self.pending_fences -= 1,
            PingPurpose::KeepAlive => {}
        }
        Ok(())
    }
}
