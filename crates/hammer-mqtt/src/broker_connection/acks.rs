//! How what was sent comes to its end: by answers, or with the connection.

use hammer_core::{Failure, Outcome};

use super::resume::LastSentPacket;
use super::{BrokerConnection, InFlightPacket, PingPurpose, UnacknowledgedPackets};
use crate::config::{MqttCompletion, MqttConfig};
use crate::packet;
use crate::packet::received::AckKind;
use crate::reason_code;

impl BrokerConnection {
    /// An answer has come.
    pub(crate) fn handle_ack(
        &mut self,
        config: &MqttConfig,
        to: AckKind,
        id: u16,
        reason: u8,
        size: usize,
    ) {
        // RabbitMQ answers at QoS 1 what was asked at QoS 2; the label says so.
        let downgraded = |awaits| (awaits, to) == (AckKind::Pubrec, AckKind::Puback);
        let awaited = self.in_flight.get_mut(id);
        let awaited = awaited.filter(|taken| taken.awaits == to || downgraded(taken.awaits));
        let Some(taken) = awaited else {
            // Or was that PUBREC sent again?
            let again = to == AckKind::Pubrec
                && self
                    .in_flight
                    .get_mut(id)
                    .is_some_and(|taken| taken.awaits == AckKind::Pubcomp);
            if again {
                self.append(&packet::encode_ack(0x62, id));
            } else {
                self.counts.unknown_acks += 1;
            }
            return;
        };
        if to == AckKind::Pubrec && !reason_code::is_error(reason) {
            taken.promise.mark_phase("pubrec");
            taken.awaits = AckKind::Pubcomp;
            let release = packet::encode_ack(0x62, id);
            if let Some(last) = &mut taken.last_packet {
                **last = LastSentPacket::new(self.bytes_queued, &release);
            }
            self.append(&release);
            if reason == reason_code::NO_MATCHING_SUBSCRIBERS && config.require_subscribers {
                // Its id is free with the PUBCOMP, and nothing better will come.
                self.reject_early(id, reason);
            }
            return;
        }
        let Some(InFlightPacket {
            promise: receipt,
            ended,
            ..
        }) = self.in_flight.release(id)
        else {
            return;
        };
        if ended {
            return;
        }
        let outcome = ack_outcome(config, to, reason)
            .sent(receipt.sent.into())
            .received(size as u64);
        if outcome.is_ok() && config.completion == MqttCompletion::Delivery {
            return;
        }
        if !receipt.complete(Ok(outcome)) {
            self.counts.late_acks += 1;
        }
    }

    fn reject_early(&mut self, id: u16, reason: u8) {
        if let Some(taken) = self.in_flight.get_mut(id) {
            let outcome =
                Outcome::rejected(reason_code::reason_name(reason)).sent(taken.promise.sent.into());
            taken.ended = true;
            if !taken.promise.complete(Ok(outcome)) {
                self.counts.late_acks += 1;
            }
        }
    }

    /// PINGRESP has come.
    pub(crate) fn handle_pingresp(&mut self) {
        let pinging = self.pings.pop_front();
        self.pings_answered += u64::from(pinging.is_some());
        match pinging {
            Some(PingPurpose::Hit(receipt)) => {
                let outcome = Outcome::ok("pingresp")
                    .sent(receipt.sent.into())
                    .received(2);
                if !receipt.complete(Ok(outcome)) {
                    self.counts.late_acks += 1;
                }
            }
            Some(PingPurpose::Fence) => self.pending_fences -= 1,
            Some(PingPurpose::KeepAlive) => {}
            None => self.counts.unknown_acks += 1,
        }
    }

    /// The connection is over: so is whatever needed it. What is in flight is unfinished then if it
    /// may be sent again.
    pub(crate) fn close_failed(&mut self, failure: Failure, resend: bool) -> UnacknowledgedPackets {
        let pinged = self.pings.drain(..).filter_map(|pinging| match pinging {
            PingPurpose::Hit(receipt) => Some(receipt),
            PingPurpose::KeepAlive | PingPurpose::Fence => None,
        });
        let receipts = (self.queue.drain(..).map(|waiting| waiting.promise))
            .chain(self.unflushed_hits.drain(..).map(|(_, receipt)| receipt))
            .chain(pinged);
        receipts.for_each(|receipt| {
            receipt.complete(Err(failure));
        });
        self.pending_fences = 0;
        self.take_unacknowledged(failure, resend)
    }
}

/// What an answer means for its hit.
fn ack_outcome(config: &MqttConfig, to: AckKind, reason: u8) -> Outcome {
    let name = match (to, reason) {
        (AckKind::Puback, 0) => "puback",
        (AckKind::Pubcomp, 0) => "pubcomp",
        (AckKind::Suback, 0..=2) => "suback",
        (_, reason) => reason_code::reason_name(reason),
    };
    let unheard = reason == reason_code::NO_MATCHING_SUBSCRIBERS && config.require_subscribers;
    if reason_code::is_error(reason) || unheard {
        Outcome::rejected(name)
    } else {
        Outcome::ok(name)
    }
}
