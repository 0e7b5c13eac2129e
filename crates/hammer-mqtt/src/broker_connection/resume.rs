//! What outlives a connection, as part of a session (MQTT 5.0 and 3.1.1, section 4.4).

use std::collections::VecDeque;
use std::mem;

use hammer_core::Failure;

use super::{BrokerConnection, InFlightPacket, MAX_UNWRITTEN_BYTES};
use crate::failures;
use crate::packet_ids::PacketIds;

/// The flag of a PUBLISH that may have been sent before.
const DUP: u8 = 8;

/// The last packet that was sent for a message: a PUBLISH, or a PUBREL.
pub(super) struct LastSentPacket {
    /// Its place among all bytes of the connection.
    position: u64,
    packet: Vec<u8>,
}

impl LastSentPacket {
    pub(super) fn new(position: u64, packet: &[u8]) -> Self {
        let packet = packet.to_vec();
        Self { position, packet }
    }

    pub(super) fn boxed(at: u64, packet: &[u8]) -> Box<Self> {
        Box::new(Self::new(at, packet))
    }

    fn mark_duplicate(&mut self) {
        if self.packet[0] >> 4 == 3 {
            self.packet[0] |= DUP;
        }
    }
}

/// What was in flight when a connection was lost.
pub(crate) struct UnacknowledgedPackets {
    packets: PacketIds<InFlightPacket>,
    failure: Failure,
}

impl UnacknowledgedPackets {
    /// Nothing will come of it.
    pub(crate) fn fail(mut self) {
        for taken in self.packets.drain() {
            taken.promise.complete(Err(self.failure));
        }
    }

    /// Its ids, and in which order their packets were sent.
    pub(super) fn into_send_order(mut self) -> (PacketIds<InFlightPacket>, VecDeque<u16>) {
        let last_sent = |(id, taken): (u16, &mut InFlightPacket)| {
            let last = taken.last_packet.as_ref();
            last.map(|last| (last.position, id))
        };
        let mut order: Vec<_> = self.packets.iter_mut().filter_map(last_sent).collect();
        order.sort_unstable();
        let again = order.into_iter().map(|(_, id)| id).collect();
        (self.packets, again)
    }
}

impl BrokerConnection {
    /// What is in flight, now that the connection is over; nothing if it may not be sent again.
    pub(super) fn take_unacknowledged(
        &mut self,
        failure: Failure,
        resend: bool,
    ) -> UnacknowledgedPackets {
        let mut ids = mem::replace(&mut self.in_flight, PacketIds::new());
        if !resend {
            for taken in ids.drain() {
                taken.promise.complete(Err(failure));
            }
        }
        // What was to be sent again, and was not, comes after all that was.
        for (id, at) in self.resend_queue.drain(..).rev().zip((0..=u64::MAX).rev()) {
            if let Some(last) = ids.get_mut(id).and_then(|taken| taken.last_packet.as_mut()) {
                last.position = at;
            }
        }
        for (_, taken) in ids.iter_mut() {
            // What did not even begin to leave is sent for the first time then.
            if let Some(last) = &mut taken.last_packet
                && last.position < self.bytes_flushed
            {
                last.mark_duplicate();
            }
        }
        UnacknowledgedPackets {
            packets: ids,
            failure,
        }
    }

    /// Sends again what the session has left, as far as there is room.
    pub(super) fn resend_pending(&mut self) {
        while !self.resend_queue.is_empty() && self.unwritten().len() < MAX_UNWRITTEN_BYTES {
            // Those that wait here are taken, and not in flight on this connection.
            if self
                .in_flight
                .in_use()
                .saturating_sub(self.resend_queue.len())
                >= self.window
            {
                return;
            }
            let Some(id) = self.resend_queue.pop_front() else {
                return;
            };
            let Some(taken) = self.in_flight.get_mut(id) else {
                continue;
            };
            let Some(last) = &mut taken.last_packet else {
                continue;
            };
            if last.packet.len() > self.limits.max_packet_size {
                let taken = self.in_flight.release(id);
                taken.map(|taken| taken.promise.complete(Err(failures::PACKET_TOO_LARGE)));
                continue;
            }
            last.position = self.bytes_queued;
            self.out_buffer.extend_from_slice(&last.packet);
            self.bytes_queued += last.packet.len() as u64;
            self.counts.resent += 1;
        }
    }
}
