//! The CONNACK packet.

use bytes::BytesMut;
use rumqttc::v5::mqttbytes::v5;

use super::received::{MalformedPacket, PacketFrame};
use super::{MAX_REMAINING_LENGTH, MqttVersion};

/// The limits that a broker sets for a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BrokerLimits {
    /// The maximum number of unacknowledged messages at QoS 1 and 2.
    pub(crate) receive_maximum: u16,
    /// The largest packet, in bytes.
    pub(crate) max_packet_size: usize,
    /// The highest topic alias.
    pub(crate) topic_alias_maximum: u16,
    /// The keep-alive in seconds, if the broker overrides it.
    pub(crate) keep_alive: Option<u16>,
    /// True if the broker has a session of this client.
    pub(crate) session_present: bool,
}

impl BrokerLimits {
    /// The limits of a broker that sets none.
    pub(crate) const NONE: Self = Self {
        receive_maximum: u16::MAX,
        max_packet_size: MAX_REMAINING_LENGTH + 5,
        topic_alias_maximum: 0,
        keep_alive: None,
        session_present: false,
    };
}

/// The broker's answer to CONNECT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connack {
    Accepted(BrokerLimits),
    Refused(u8),
}

impl Connack {
    /// Parses the first packet of a connection.
    pub(crate) fn parse(
        frame: PacketFrame<'_>,
        version: MqttVersion,
    ) -> Result<Self, MalformedPacket> {
        let (2, [flags, code, rest @ ..]) = (frame.first_byte >> 4, frame.body) else {
            return Err(MalformedPacket("answer to CONNECT other than CONNACK"));
        };
        if *code != 0 {
            // A broker that does not know the version sends no properties.
            return Ok(Self::Refused(*code));
        }
        let mut limits = BrokerLimits {
            session_present: flags & 1 == 1,
            ..BrokerLimits::NONE
        };
        if version == MqttVersion::V5 && !rest.is_empty() {
            limits.read_properties(frame)?;
        }
        Ok(Self::Accepted(limits))
    }
}

impl BrokerLimits {
    fn read_properties(&mut self, frame: PacketFrame<'_>) -> Result<(), MalformedPacket> {
        let mut bytes = vec![frame.first_byte];
        super::push_varint(frame.body.len(), &mut bytes);
        bytes.extend_from_slice(frame.body);
        let packet = v5::Packet::read(&mut BytesMut::from(&bytes[..]), None);
        let Ok(v5::Packet::ConnAck(v5::ConnAck { properties, .. })) = packet else {
            return Err(MalformedPacket("malformed properties of a CONNACK"));
        };
        let Some(found) = properties else {
            return Ok(());
        };
        if let Some(receive_max) = found.receive_max {
            // 0 is a protocol error; 1 is the closest valid value.
            self.receive_maximum = receive_max.max(1);
        }
        if let Some(size) = found.max_packet_size {
            self.max_packet_size = usize::try_from(size).unwrap_or(usize::MAX);
        }
        self.topic_alias_maximum = found.topic_alias_max.unwrap_or(0);
        self.keep_alive = found.server_keep_alive;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], version: MqttVersion) -> Result<Connack, MalformedPacket> {
        Connack::parse(PacketFrame::parse(bytes)?.expect("complete"), version)
    }

    #[test]
    fn an_accepting_connack_has_limits() {
        let accepted = read(b"\x20\x02\x01\x00", MqttVersion::V3);
        let limits = BrokerLimits {
            session_present: true,
            ..BrokerLimits::NONE
        };
        assert_eq!(accepted, Ok(Connack::Accepted(limits)));
        let bytes = b"\x20\x11\x00\x00\x0e\x21\x00\x14\x27\x00\x00\x04\x00\x22\x00\x05\x13\x00\x1e";
        let limits = BrokerLimits {
            receive_maximum: 20,
            max_packet_size: 1_024,
            topic_alias_maximum: 5,
            keep_alive: Some(30),
            session_present: false,
        };
        assert_eq!(read(bytes, MqttVersion::V5), Ok(Connack::Accepted(limits)));
        let bare = read(b"\x20\x03\x00\x00\x00", MqttVersion::V5);
        assert_eq!(bare, Ok(Connack::Accepted(BrokerLimits::NONE)));
    }

    #[test]
    fn a_refusing_connack_parses_in_either_version() {
        for (bytes, version, code) in [
            (&b"\x20\x02\x00\x05"[..], MqttVersion::V3, 5),
            (b"\x20\x02\x00\x01", MqttVersion::V5, 1),
            (b"\x20\x03\x00\x87\x00", MqttVersion::V5, 0x87),
            (b"\x20\x02\x00\xfe", MqttVersion::V3, 0xfe),
        ] {
            assert_eq!(read(bytes, version), Ok(Connack::Refused(code)));
        }
    }

    #[test]
    fn other_packets_and_incomplete_properties_are_refused() {
        for bytes in [
            &b"\x40\x02\x00\x01"[..],
            b"\x20\x01\x00",
            b"\x20\x05\x00\x00\x02\x21\x00",
        ] {
            assert!(read(bytes, MqttVersion::V5).is_err(), "{bytes:x?}");
        }
    }
}
