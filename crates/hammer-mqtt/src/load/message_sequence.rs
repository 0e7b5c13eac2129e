//! The sequence numbers of a client's messages.

use hammer_core::Hit;

/// The sequence numbers of a client's messages.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct MessageSequence {
    /// The number of the next message.
    pub(crate) next: u64,
    /// The number of the first message after the warm-up.
    warm_up_end: u64,
    /// The number of messages without the warm-up that ended with their connection before they
    /// were sent.
    unsent: u64,
}

impl MessageSequence {
    /// Advances past the message of `hit`.
    pub(crate) fn advance(&mut self, hit: &Hit) {
        self.next += 1;
        if hit.is_warm_up() {
            self.warm_up_end = self.next;
        }
    }

    /// Records messages that ended with their connection before they were sent.
    pub(crate) fn record_unsent(&mut self, messages: u64) {
        self.unsent += messages;
    }

    /// Returns the number of messages without the warm-up that were sent, or are going to be.
    pub(crate) fn measured_count(self) -> u64 {
        (self.next - self.warm_up_end).saturating_sub(self.unsent)
    }

    /// Returns true if the message with this number is not of the warm-up.
    pub(crate) fn is_measured(self, seq: u64) -> bool {
        seq >= self.warm_up_end
    }
}
