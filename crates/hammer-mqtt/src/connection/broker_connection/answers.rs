//! Answers to messages of the broker.

use hammer_core::Failure;

use super::BrokerConnection;
use crate::failures;
use crate::packet;

/// The maximum size of answers that the broker has not read, in bytes.
const MAX_UNREAD_ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// The maximum number of messages that a resumed session may still release (MQTT 5.0, section
/// 3.1.2.11.3).
const MAX_RESUMED_RELEASES: u32 = 65_535;

/// The state of answers to messages of the broker.
#[derive(Debug)]
pub(super) struct BrokerMessageAnswers {
    /// The size of unwritten answers, in bytes. It may include bytes of other packets.
    unread_bytes: usize,
    /// Messages at QoS 2 that the broker has still to release.
    unreleased: u32,
}

impl BrokerMessageAnswers {
    pub(super) fn new(session_present: bool) -> Self {
        Self {
            unread_bytes: 0,
            unreleased: if session_present {
                MAX_RESUMED_RELEASES
            } else {
                0
            },
        }
    }
}

impl BrokerConnection {
    /// Answers a message in a packet of `bytes` bytes. `expected` is false if the client has no
    /// subscription.
    pub(crate) fn answer_message(
        &mut self,
        qos: u8,
        id: u16,
        bytes: usize,
        expected: bool,
    ) -> Result<(), Failure> {
        if !expected {
            self.unrequested.record_unrequested(bytes)?;
        }
        match qos {
            1 => self.queue_answer(packet::encode_ack(0x40, id)),
            2 => {
                self.answers.unreleased = self.answers.unreleased.saturating_add(1);
                self.queue_answer(packet::encode_ack(0x50, id))
            }
            _ => Ok(()),
        }
    }

    /// Answers a PUBREL in a packet of `bytes` bytes.
    pub(crate) fn answer_pubrel(&mut self, id: u16, bytes: usize) -> Result<(), Failure> {
        match self.answers.unreleased.checked_sub(1) {
            Some(left) => self.answers.unreleased = left,
            None => {
                self.counts.unknown_acks += 1;
                self.unrequested.record_unrequested(bytes)?;
            }
        }
        self.queue_answer(packet::encode_ack(0x70, id))
    }

    /// Appends an answer. Fails if the broker does not read answers.
    pub(super) fn queue_answer(&mut self, answer: [u8; 4]) -> Result<(), Failure> {
        // There cannot be more answers than unwritten bytes.
        let unread = self.answers.unread_bytes.min(self.unwritten().len()) + answer.len();
        self.answers.unread_bytes = unread;
        if unread > MAX_UNREAD_ANSWER_BYTES {
            return Err(failures::UNREAD_ANSWERS);
        }
        self.append(&answer);
        Ok(())
    }
}
