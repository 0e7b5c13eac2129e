//! CONNACK.

use bytes::BytesMut;
use rumqttc::v5::mqttbytes::v5;

use super::received::{MalformedPacket, PacketFrame};
use super::{MAX_REMAINING_LENGTH, MqttVersion};

/// What a broker allows a client that it has accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BrokerLimits {
    /// Messages at QoS 1 and 2 that may be unacknowledged.
    pub(crate) receive_maximum: u16,
    /// Bytes of a packet.
    pub(crate) max_packet_size: usize,
    /// Topics that it remembers by number.
    pub(crate) topic_alias_maximum: u16,
    /// The keep-alive in seconds, if the broker knows better.
    pub(crate) keep_alive: Option<u16>,
    /// Whether it had a session of this client.
    pub(crate) session_present: bool,
}

impl BrokerLimits {
    /// Those of a broker that names none.
    pub(crate) const NONE: Self = Self {
        receive_maximum: u16::MAX,
        max_packet_size: MAX_REMAINING_LENGTH + 5,
        topic_alias_maximum: 0,
        keep_alive: None,
        session_present: false,
    };
}

/// What a broker answers to CONNECT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connack {
    Accepted(BrokerLimits),
    Refused(u8),
}

impl Connack {
    /// Reads `frame`, the first packet of a connection.
    pub(crate) fn parse(
        frame: PacketFrame<'_>,
        version: MqttVersion,
    ) -> Result<Self, MalformedPacket> {
        let (2, [flags, code, rest @ ..]) = (frame.first_byte >> 4, frame.body) else {
            return Err(MalformedPacket("the answer to CONNECT is no CONNACK"));
        };
        if *code != 0 {
            // Which may be without properties, if the broker does not know the version.
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
            return Err(MalformedPacket(
                "the properties of the CONNACK are malformed",
            ));
        };
        let Some(found) = properties else {
            return Ok(());
        };
        if let Some(most) = found.receive_max {
            // 0 would be a protocol error; one at a time is the nearest that makes sense.
            self.receive_maximum = most.max(1);
        }
        if let Some(most) = found.max_packet_size {
            self.max_packet_size = usize::try_from(most).unwrap_or(usize::MAX);
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
        Connack::parse(PacketFrame::parse(bytes)?.expect("it is whole"), version)
    }

    #[test]
    fn acceptance_brings_limits() {
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
    fn refusals_are_read_in_whatever_version_they_come() {
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
    fn another_packet_or_half_a_property_is_no_connack() {
        for bytes in [
            &b"\x40\x02\x00\x01"[..],
            b"\x20\x01\x00",
            b"\x20\x05\x00\x00\x02\x21\x00",
        ] {
            assert!(read(bytes, MqttVersion::V5).is_err(), "{bytes:x?}");
        }
    }
}
