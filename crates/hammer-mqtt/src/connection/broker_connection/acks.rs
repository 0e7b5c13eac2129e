//! The end of packets in flight: by an acknowledgment, or with the connection.

use hammer_core::{Failure, Outcome};

use super::pings::PingPurpose;
use super::resume::ResendablePacket;
use super::{BrokerConnection, InFlightPacket, LostConnectionPackets};
use crate::config::{MqttCompletionEvent, MqttConfig};
use crate::packet;
use crate::packet::reason_code;
use crate::packet::received::AckKind;

impl BrokerConnection {
    /// Processes an acknowledgment in a packet of `size` bytes.
    pub(crate) fn handle_ack(
        &mut self,
        config: &MqttConfig,
        kind: AckKind,
        id: u16,
        reason: u8,
        size: usize,
    ) -> Result<(), Failure> {
        // RabbitMQ downgrades QoS 2 to QoS 1; the label shows it.
        let downgraded = |awaits| (awaits, kind) == (AckKind::Pubrec, AckKind::Puback);
        let awaited = self.in_flight.get_mut(id);
        let awaited = awaited.filter(|entry| entry.awaits == kind || downgraded(entry.awaits));
        let Some(entry) = awaited else {
            // The broker may repeat a PUBREC.
            let is_repeated_pubrec = kind == AckKind::Pubrec
                && self
                    .in_flight
                    .get_mut(id)
                    .is_some_and(|entry| entry.awaits == AckKind::Pubcomp);
            self.unrequested.record_unrequested(size)?;
            if is_repeated_pubrec {
                return self.queue_answer(packet::encode_ack(0x62, id));
            }
            self.counts.unknown_acks += 1;
            return Ok(());
        };
        self.unrequested.record_requested();
        if kind == AckKind::Pubrec && !reason_code::is_error(reason) {
            entry.promise.mark_phase("pubrec");
            entry.awaits = AckKind::Pubcomp;
            let release = packet::encode_ack(0x62, id);
            if let Some(last) = &mut entry.last_packet {
                **last = ResendablePacket::new(self.bytes_queued, &release);
            }
            self.append(&release);
            if reason == reason_code::NO_MATCHING_SUBSCRIBERS && config.require_subscribers {
                // The hit is rejected now; its id stays in use until the PUBCOMP.
                self.reject_early(id, reason);
            }
            return Ok(());
        }
        let Some(InFlightPacket {
            promise,
            ended,
            is_measured,
            ..
        }) = self.in_flight.release(id)
        else {
            return Ok(());
        };
        self.counts.refused += u64::from(is_measured && reason_code::is_error(reason));
        if ended {
            return Ok(());
        }
        let outcome = ack_outcome(config, kind, reason)
            .sent(promise.sent.into())
            .received(size as u64);
        if outcome.is_ok() && config.completion == MqttCompletionEvent::Delivery {
            promise.mark_acknowledged();
            return Ok(());
        }
        if !promise.complete(Ok(outcome)) {
            self.counts.late_acks += 1;
        }
        Ok(())
    }

    fn reject_early(&mut self, id: u16, reason: u8) {
        if let Some(entry) = self.in_flight.get_mut(id) {
            let outcome =
                Outcome::rejected(reason_code::reason_name(reason)).sent(entry.promise.sent.into());
            entry.ended = true;
            if !entry.promise.complete(Ok(outcome)) {
                self.counts.late_acks += 1;
            }
        }
    }

    /// Ends the connection: queued and unflushed hits and pings fail. Returns the packets in
    /// flight, which may be sent again, and the number of messages that count and will never be
    /// sent.
    pub(crate) fn close_failed(
        &mut self,
        failure: Failure,
        resend: bool,
    ) -> (LostConnectionPackets, u64) {
        let unsent = if resend { 0 } else { self.unsent_messages() };
        let ping_promises = self.pings.drain(..).filter_map(|ping| match ping.purpose {
            PingPurpose::Hit(promise) => Some(promise),
            PingPurpose::KeepAlive | PingPurpose::Fence => None,
        });
        let promises = (self.queued_hits.drain_promises())
            .chain(self.unflushed_hits.drain(..).map(|message| message.promise))
            .chain(ping_promises);
        promises.for_each(|promise| {
            promise.complete(Err(failure));
        });
        self.pending_fences = 0;
        (self.take_unacknowledged(failure, resend), unsent)
    }
}

/// Returns the outcome of a hit for an acknowledgment.
fn ack_outcome(config: &MqttConfig, kind: AckKind, reason: u8) -> Outcome {
    let name = match (kind, reason) {
        (AckKind::Puback, 0) => "puback",
        (AckKind::Pubcomp, 0) => "pubcomp",
        (AckKind::Suback, 0..=2) => "suback",
        (_, reason) => reason_code::reason_name(reason),
    };
    let unmatched = reason == reason_code::NO_MATCHING_SUBSCRIBERS && config.require_subscribers;
    if reason_code::is_error(reason) || unmatched {
        Outcome::rejected(name)
    } else {
        Outcome::ok(name)
    }
}
