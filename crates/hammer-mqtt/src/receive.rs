//! What comes from the broker, and who has to know.

use hammer_core::Failure;

use crate::broker_connection::{BrokerConnection, ConnectionCounts};
use crate::client::ClientRole;
use crate::connection_driver::BrokerConnectionDriver;
use crate::delivery::DeliveryRecord;
use crate::failures;
use crate::handshake;
use crate::packet;
use crate::packet::received::{PacketFrame, ReceivedPacket};

impl BrokerConnectionDriver {
    /// Does what the packets in `bytes` say; tells how many bytes they were.
    pub(crate) fn handle_packets(
        &self,
        bytes: &[u8],
        link: &mut BrokerConnection,
        abroad: &mut Vec<Vec<DeliveryRecord>>,
    ) -> Result<usize, Failure> {
        let mut used = 0;
        while let Some(frame) =
            PacketFrame::parse(&bytes[used..]).map_err(handshake::malformed_failure)?
        {
            used += frame.size;
            let version = self.config.identity.connect.version;
            match ReceivedPacket::parse(frame, version).map_err(handshake::malformed_failure)? {
                ReceivedPacket::Ack {
                    kind: to,
                    id,
                    reason,
                } => {
                    link.handle_ack(&self.config, to, id, reason, frame.size);
                }
                ReceivedPacket::Message { qos, id, payload } => {
                    self.handle_message(payload, frame.size, abroad);
                    match qos {
                        1 => link.append(&packet::encode_ack(0x40, id)),
                        2 => link.append(&packet::encode_ack(0x50, id)),
                        _ => {}
                    }
                }
                ReceivedPacket::Pubrel { id } => link.append(&packet::encode_ack(0x70, id)),
                ReceivedPacket::Pingresp => link.handle_pingresp(),
                ReceivedPacket::Disconnect { reason } => {
                    return Err(failures::from_disconnect_reason(reason));
                }
            }
        }
        // Before any more of it is read.
        handshake::check_packet_size(
            &bytes[used..],
            self.config.identity.connect.max_packet_size as usize,
        )?;
        Ok(used)
    }

    /// A message has come, in a packet of so many bytes.
    fn handle_message(&self, payload: &[u8], bytes: usize, abroad: &mut Vec<Vec<DeliveryRecord>>) {
        let (ClientRole::Subscriber(subscriber), Some(deliveries)) =
            (self.client.role, &self.config.delivery)
        else {
            return;
        };
        let Some(arrival) =
            DeliveryRecord::from_payload(payload, bytes, deliveries.run, subscriber)
        else {
            self.slot.count("foreign_messages", 1);
            return;
        };
        let worker = usize::from(arrival.worker);
        if worker == self.slot.worker() {
            self.clients.record_delivery(&arrival);
            return;
        }
        if abroad.len() <= worker {
            abroad.resize_with(worker + 1, Vec::new);
        }
        abroad[worker].push(arrival);
    }

    /// Tells everybody else what this turn has brought.
    pub(crate) fn report_poll(
        &self,
        link: &mut BrokerConnection,
        fenced: bool,
        abroad: &mut [Vec<DeliveryRecord>],
    ) {
        if fenced && !link.has_pending_fence() {
            self.clients.fence_ended(true);
        }
        for (worker, arrivals) in abroad.iter_mut().enumerate() {
            if !arrivals.is_empty() {
                self.clients.forward_deliveries(worker, arrivals);
            }
        }
        let ConnectionCounts {
            window_waits: waits,
            late_acks: late,
            unknown_acks: unknown,
            resent,
        } = std::mem::take(&mut link.counts);
        for (name, count) in [
            ("window_waits", waits),
            ("late_answers", late),
            ("unknown_answers", unknown),
            ("resent", resent),
        ] {
            if count > 0 {
                self.slot.count(name, count);
            }
        }
    }
}
