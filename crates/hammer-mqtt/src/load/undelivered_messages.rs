//! Messages that reached the broker, but not all subscribers.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use hammer_diagnostic::format_count;

use crate::load::delivery::DeliverySubscriberConfig;
use crate::packet::Qos;

/// A message that did not reach all subscribers in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UndeliveredMessage {
    /// The broker has acknowledged it.
    Acknowledged,
    /// It was sent, and the broker has not acknowledged it.
    Sent,
}

/// The undelivered messages of all workers whose hits timed out.
#[derive(Debug, Default)]
pub(crate) struct UndeliveredTotal {
    acknowledged: AtomicU64,
    sent: AtomicU64,
    /// True if the broker may not have read all messages.
    uncertain: AtomicBool,
    /// The highest QoS of the messages of a connection, in bits.
    highest_qos: AtomicU8,
}

impl UndeliveredTotal {
    /// Records a message.
    pub(crate) fn record(&self, message: UndeliveredMessage) {
        let count = match message {
            UndeliveredMessage::Acknowledged => &self.acknowledged,
            UndeliveredMessage::Sent => &self.sent,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Records that the broker may not have read all messages.
    pub(crate) fn record_uncertainty(&self) {
        self.uncertain.store(true, Ordering::Relaxed);
    }

    /// Records the QoS of the messages of a connection, which a broker may have lowered.
    pub(crate) fn record_qos(&self, qos: Qos) {
        self.highest_qos.fetch_max(qos.bits(), Ordering::Relaxed);
    }

    /// Returns the number of messages that the broker has received for certain. At QoS 0, the ping
    /// at the end of each connection proves it.
    fn received_by_broker(&self) -> u64 {
        let acknowledged = self.acknowledged.load(Ordering::Relaxed);
        let highest_qos = self.highest_qos.load(Ordering::Relaxed);
        let is_read =
            highest_qos == Qos::AtMostOnce.bits() && !self.uncertain.load(Ordering::Relaxed);
        match is_read {
            true => acknowledged + self.sent.load(Ordering::Relaxed),
            false => acknowledged,
        }
    }

    /// Returns the advice for hits that timed out, if the broker has received their messages.
    pub(crate) fn advice(&self, delivery: &DeliverySubscriberConfig) -> Option<String> {
        let messages = self.received_by_broker();
        if messages == 0 {
            return None;
        }
        let messages = format_count(messages);
        Some(match &delivery.group {
            Some(group) => format!(
                "the broker received {messages} of these messages: other clients may share the \
                 group {group:?} (try a `share_group` that only this run uses)"
            ),
            None => format!(
                "the broker received {messages} of these messages, but did not deliver them: check \
                 that `filter` matches their topics, and the broker's limit for queued messages"
            ),
        })
    }

    /// Returns a reason to doubt the numbers if other clients may have received messages.
    pub(crate) fn warning(&self, delivery: &DeliverySubscriberConfig) -> Option<String> {
        let group = delivery.group.as_ref()?;
        let messages = match self.received_by_broker() {
            0 => return None,
            1 => "1 message".to_owned(),
            messages => format!("{} messages", format_count(messages)),
        };
        Some(format!(
            "{messages} reached the broker, but no subscriber of this run in the group {group:?} \
             within `timeout`. Other clients may share the group and have received them: use a \
             `share_group` that only this run uses."
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(group: Option<&str>) -> DeliverySubscriberConfig {
        DeliverySubscriberConfig {
            subscribers: 1,
            filter: "a".into(),
            group: group.map(str::to_owned),
            qos: Qos::AtLeastOnce,
            run: 1,
        }
    }

    #[test]
    fn the_broker_has_received_what_it_acknowledged_or_read() {
        let total = UndeliveredTotal::default();
        let none = delivery(None);
        assert_eq!((total.advice(&none), total.warning(&none)), (None, None));
        for _ in 0..3 {
            total.record(UndeliveredMessage::Acknowledged);
            total.record(UndeliveredMessage::Sent);
        }
        total.record_qos(Qos::AtMostOnce);
        assert_eq!(total.received_by_broker(), 6);
        total.record_uncertainty();
        assert_eq!(total.received_by_broker(), 3);
    }

    /// The QoS was that of the settings, also if the broker allowed only a lower one.
    #[test]
    fn at_the_qos_of_the_connections_a_sent_message_may_not_be_received() {
        let total = UndeliveredTotal::default();
        total.record(UndeliveredMessage::Sent);
        for (qos, received) in [
            (Qos::AtMostOnce, 1),
            (Qos::AtLeastOnce, 0),
            (Qos::AtMostOnce, 0),
        ] {
            total.record_qos(qos);
            assert_eq!(total.received_by_broker(), received);
        }
        let lowered = UndeliveredTotal::default();
        lowered.record(UndeliveredMessage::Sent);
        lowered.record_qos(Qos::AtMostOnce);
        let advice = lowered.advice(&delivery(None)).expect("a received message");
        assert!(advice.contains("received 1 of these"), "{advice}");
    }

    #[test]
    fn only_a_group_can_have_other_members() {
        let total = UndeliveredTotal::default();
        total.record(UndeliveredMessage::Acknowledged);
        let alone = delivery(None);
        let advice = total.advice(&alone).expect("a message");
        assert!(advice.contains("check that `filter` matches"), "{advice}");
        assert_eq!(total.warning(&alone), None);
        let shared = delivery(Some("workers"));
        for text in [total.advice(&shared), total.warning(&shared)] {
            let text = text.expect("a message");
            let named = "may share the group";
            assert!(
                text.contains(named) && text.contains("\"workers\""),
                "{text}"
            );
        }
    }
}
