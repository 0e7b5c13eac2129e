//! Processing of received packets.

use hammer_core::Failure;

use crate::client::ClientRole;
use crate::connection::broker_connection::{AckAnomalyCounts, BrokerConnection, MqttAction};
use crate::connection::client_connection_supervisor::ClientConnectionSupervisor;
use crate::connection::handshake;
use crate::failures;
use crate::load::delivery::DeliveryRecord;
use crate::packet::received::{PacketFrame, ReceivedPacket};

impl ClientConnectionSupervisor {
    /// Processes the packets in `bytes`. Returns the number of bytes used.
    pub(crate) fn handle_packets(
        &self,
        bytes: &[u8],
        connection: &mut BrokerConnection,
        remote_deliveries: &mut Vec<Vec<DeliveryRecord>>,
    ) -> Result<usize, Failure> {
        let mut used = 0;
        while let Some(frame) =
            PacketFrame::parse(&bytes[used..]).map_err(failures::from_invalid_packet)?
        {
            used += frame.size;
            let version = self.config.identity.connect.version;
            match ReceivedPacket::parse(frame, version).map_err(failures::from_invalid_packet)? {
                ReceivedPacket::Ack { kind, id, reason } => {
                    connection.handle_ack(&self.config, kind, id, reason, frame.size)?;
                }
                ReceivedPacket::Message { qos, id, payload } => {
                    let expected = self.expects_messages(connection);
                    if expected {
                        let own = self.handle_message(payload, frame.size, remote_deliveries);
                        connection.counts.foreign_messages += u64::from(!own);
                    } else {
                        connection.counts.foreign_messages += 1;
                    }
                    connection.answer_message(qos, id, frame.size, expected)?;
                }
                ReceivedPacket::Pubrel { id } => connection.answer_pubrel(id, frame.size)?,
                ReceivedPacket::Pingresp => connection.handle_pingresp()?,
                ReceivedPacket::Disconnect { reason } => {
                    return Err(failures::from_disconnect_reason(reason));
                }
            }
        }
        // Refuses a packet that is too large before reading more of it.
        handshake::check_packet_size(
            &bytes[used..],
            self.config.identity.connect.max_packet_size as usize,
        )?;
        Ok(used)
    }

    /// Returns true if the broker may send messages: the client has a subscription, or may have had
    /// one in its session.
    fn expects_messages(&self, connection: &BrokerConnection) -> bool {
        self.client.role != ClientRole::Publisher
            || self.config.action == MqttAction::Subscribe
            || connection.is_resumed()
    }

    /// Processes a message, in a packet of `bytes` bytes. Returns false if a subscriber has received
    /// a message of another run.
    fn handle_message(
        &self,
        payload: &[u8],
        bytes: usize,
        remote_deliveries: &mut Vec<Vec<DeliveryRecord>>,
    ) -> bool {
        let (ClientRole::Subscriber(subscriber), Some(config)) =
            (self.client.role, &self.config.delivery)
        else {
            return true;
        };
        let Some(delivery) = DeliveryRecord::from_payload(payload, bytes, config.run, subscriber)
        else {
            return false;
        };
        let worker = usize::from(delivery.worker);
        if worker == self.slot.worker() {
            self.clients.record_delivery(&delivery);
            return true;
        }
        if worker >= self.slot.workers() {
            return false;
        }
        if remote_deliveries.len() <= worker {
            remote_deliveries.resize_with(worker + 1, Vec::new);
        }
        remote_deliveries[worker].push(delivery);
        true
    }

    /// Reports the results of a poll: the fence, deliveries for other workers, and counts.
    pub(crate) fn report_poll(
        &self,
        connection: &mut BrokerConnection,
        fenced: bool,
        remote_deliveries: &mut [Vec<DeliveryRecord>],
    ) {
        if fenced && !connection.has_pending_fence() {
            self.clients.fence_ended(true);
        }
        for (worker, deliveries) in remote_deliveries.iter_mut().enumerate() {
            if !deliveries.is_empty() {
                self.clients.forward_deliveries(worker, deliveries);
            }
        }
        let AckAnomalyCounts {
            window_waits,
            receive_max_waits,
            write_waits,
            late_acks,
            unknown_acks,
            resent,
            refused,
            foreign_messages,
        } = std::mem::take(&mut connection.counts);
        self.clients.record_refused(refused);
        for (name, count) in [
            ("window_waits", window_waits),
            ("receive_max_waits", receive_max_waits),
            ("write_waits", write_waits),
            ("late_answers", late_acks),
            ("unknown_answers", unknown_acks),
            ("resent", resent),
            ("foreign_messages", foreign_messages),
        ] {
            if count > 0 {
                self.slot.count(name, count);
            }
        }
        if foreign_messages > 0 {
            self.config.doubts.record_foreign(foreign_messages);
        }
    }
}
