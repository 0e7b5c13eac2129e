//! Packets that a session resumes on its next connection (MQTT 5.0 and 3.1.1, section 4.4).

use std::collections::VecDeque;
use std::mem;

use hammer_core::Failure;

use super::{BrokerConnection, InFlightPacket, MAX_UNWRITTEN_BYTES};
use crate::connection::connection_terms::ConnectionTerms;
use crate::connection::packet_ids::PacketIdTable;
use crate::connection::unsupported_setting::UnsupportedSetting;
use crate::packet::Qos;
use crate::packet::received::AckKind;

/// The DUP flag of a PUBLISH that may have been sent before.
const DUP: u8 = 8;

/// The last packet that was sent for a message: a PUBLISH, or a PUBREL.
pub(super) struct ResendablePacket {
    /// The position in the byte stream of the connection.
    position: u64,
    packet: Vec<u8>,
}

impl ResendablePacket {
    pub(super) fn new(position: u64, packet: &[u8]) -> Self {
        let packet = packet.to_vec();
        Self { position, packet }
    }

    pub(super) fn boxed(position: u64, packet: &[u8]) -> Box<Self> {
        Box::new(Self::new(position, packet))
    }

    /// Returns false for a PUBLISH that did not begin to leave with its connection.
    fn was_sent(&self) -> bool {
        self.packet[0] >> 4 != 3 || self.packet[0] & DUP != 0
    }

    fn mark_duplicate(&mut self) {
        if self.packet[0] >> 4 == 3 {
            self.packet[0] |= DUP;
        }
    }
}

/// The packets in flight when a connection was lost.
pub(crate) struct LostConnectionPackets {
    packets: PacketIdTable<InFlightPacket>,
    failure: Failure,
}

impl LostConnectionPackets {
    /// Fails the hits of all packets. Returns the number of messages that count and were never
    /// sent.
    pub(crate) fn fail(mut self) -> u64 {
        let mut unsent = 0;
        for entry in self.packets.drain() {
            entry.promise.complete(Err(self.failure));
            let was_sent = entry.last_packet.is_none_or(|last| last.was_sent());
            unsent += u64::from(entry.is_measured && !was_sent);
        }
        unsent
    }

    /// Returns the packets and their ids in the order of sending.
    pub(super) fn into_send_order(mut self) -> (PacketIdTable<InFlightPacket>, VecDeque<u16>) {
        let last_sent = |(id, entry): (u16, &mut InFlightPacket)| {
            let last = entry.last_packet.as_ref();
            last.map(|last| (last.position, id))
        };
        let mut order: Vec<_> = self.packets.iter_mut().filter_map(last_sent).collect();
        order.sort_unstable();
        let resend_queue = order.into_iter().map(|(_, id)| id).collect();
        (self.packets, resend_queue)
    }
}

/// Returns the reason that the broker of a new connection must refuse a packet with this first
/// byte, if it must.
fn unsupported_flags(terms: &ConnectionTerms, first_byte: u8) -> Option<UnsupportedSetting> {
    let (is_publish, qos, retain) = (first_byte >> 4 == 3, first_byte >> 1 & 3, first_byte & 1);
    if is_publish && qos > terms.qos.bits() {
        return Some(UnsupportedSetting::Qos {
            allowed: terms.qos,
            found: Qos::ExactlyOnce,
        });
    }
    (is_publish && retain == 1 && !terms.retain).then_some(UnsupportedSetting::Retain)
}

impl BrokerConnection {
    /// Returns the number of messages that count and that the socket has not taken as a whole.
    pub(super) fn unsent_messages(&mut self) -> u64 {
        let unflushed = self.unflushed_hits.iter();
        let unflushed = unflushed.filter(|message| message.is_measured).count();
        let flushed = self.bytes_flushed;
        let in_flight = self.in_flight.iter_mut().filter(|(_, entry)| {
            let is_message = matches!(entry.awaits, AckKind::Puback | AckKind::Pubrec);
            is_message && entry.is_measured && entry.end > flushed
        });
        (unflushed + in_flight.count()) as u64
    }

    /// Takes the packets in flight. Without `resend` their hits fail.
    pub(super) fn take_unacknowledged(
        &mut self,
        failure: Failure,
        resend: bool,
    ) -> LostConnectionPackets {
        let mut packets = mem::replace(&mut self.in_flight, PacketIdTable::new());
        if !resend {
            for entry in packets.drain() {
                entry.promise.complete(Err(failure));
            }
        }
        // Packets that were still to be sent again come after those that were sent.
        for (id, position) in self.resend_queue.drain(..).rev().zip((0..=u64::MAX).rev()) {
            if let Some(last) = packets
                .get_mut(id)
                .and_then(|entry| entry.last_packet.as_mut())
            {
                last.position = position;
            }
        }
        for (_, entry) in packets.iter_mut() {
            // A packet that did not begin to leave will be sent for the first time.
            if let Some(last) = &mut entry.last_packet
                && last.position < self.bytes_flushed
            {
                last.mark_duplicate();
            }
        }
        LostConnectionPackets { packets, failure }
    }

    /// Sends packets of the last connection again while there is room.
    pub(super) fn resend_pending(&mut self) {
        while !self.resend_queue.is_empty() && self.unwritten().len() < MAX_UNWRITTEN_BYTES {
            // Packets in the queue have an id but are not in flight on this connection.
            if self
                .in_flight
                .in_use()
                .saturating_sub(self.resend_queue.len())
                >= self.window.packets
            {
                return;
            }
            let Some(id) = self.resend_queue.pop_front() else {
                return;
            };
            let Some(entry) = self.in_flight.get_mut(id) else {
                continue;
            };
            let Some(last) = &mut entry.last_packet else {
                continue;
            };
            let size = last.packet.len();
            let unsupported = UnsupportedSetting::of_packet_size(&self.limits, size)
                .or_else(|| unsupported_flags(&self.terms, last.packet[0]));
            if let Some(unsupported) = unsupported {
                let entry = self.in_flight.release(id);
                entry.map(|entry| entry.promise.complete(Err(unsupported.failure())));
                continue;
            }
            last.position = self.bytes_queued;
            self.out_buffer.extend_from_slice(&last.packet);
            self.bytes_queued += size as u64;
            entry.end = self.bytes_queued;
            self.counts.resent += 1;
        }
    }
}
