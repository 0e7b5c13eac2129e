//! Messages at QoS 0 that the broker has not confirmed to have read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hammer_diagnostic::format_count;

/// The unconfirmed messages of all connections that have ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnconfirmedTotal(Arc<AtomicU64>);

impl UnconfirmedTotal {
    /// Returns a reason to doubt the numbers if there were any.
    pub(crate) fn warning(&self) -> Option<String> {
        let messages = self.0.load(Ordering::Relaxed);
        (messages > 0).then(|| {
            let messages = match messages {
                1 => "1 message was".to_owned(),
                messages => format!("{} messages were", format_count(messages)),
            };
            format!(
                "{messages} sent at QoS 0 without a sign that the broker has read them, and may not \
                 have arrived. Check that the broker keeps its connections and reads from them, or \
                 use `qos` 1."
            )
        })
    }
}

/// The messages of a connection that the socket has taken, and of which nothing else is known.
///
/// The answer to a ping confirms all messages before it. Dropping this adds the rest to the total,
/// so that it is complete however the run ends.
#[derive(Debug)]
pub(crate) struct UnconfirmedMessages {
    queued: u64,
    flushed: u64,
    confirmed: u64,
    total: UnconfirmedTotal,
}

impl UnconfirmedMessages {
    pub(crate) fn new(total: &UnconfirmedTotal) -> Self {
        Self {
            queued: 0,
            flushed: 0,
            confirmed: 0,
            total: total.clone(),
        }
    }

    /// Records that a message is in the buffer of the connection.
    pub(crate) fn record_queued(&mut self) {
        self.queued += 1;
    }

    /// Records that the socket has taken the next message.
    pub(crate) fn record_flushed(&mut self) {
        self.flushed += 1;
    }

    /// Returns the number of messages so far, for a ping that is sent now.
    pub(crate) fn queued(&self) -> u64 {
        self.queued
    }

    /// Records that the broker has answered a ping that was sent after `messages` messages.
    pub(crate) fn confirm(&mut self, messages: u64) {
        self.confirmed = self.confirmed.max(messages);
    }

    /// Returns the number of flushed messages that are not confirmed.
    pub(crate) fn count(&self) -> u64 {
        self.flushed.saturating_sub(self.confirmed)
    }
}

impl Drop for UnconfirmedMessages {
    fn drop(&mut self) {
        self.total.0.fetch_add(self.count(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ping_confirms_the_messages_before_it() {
        let total = UnconfirmedTotal::default();
        let mut messages = UnconfirmedMessages::new(&total);
        for _ in 0..5 {
            messages.record_queued();
        }
        let before_ping = messages.queued();
        for _ in 0..2 {
            messages.record_queued();
        }
        for _ in 0..6 {
            messages.record_flushed();
        }
        assert_eq!(messages.count(), 6);
        messages.confirm(before_ping);
        assert_eq!((messages.count(), total.warning()), (1, None));
        drop(messages);
        let warning = total.warning().expect("an unconfirmed message");
        assert!(
            warning.starts_with("1 message was sent at QoS 0"),
            "{warning}"
        );
    }
}
