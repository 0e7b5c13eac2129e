//! The CONNACK packet.

use super::invalid_packet::InvalidPacket;
use super::received::PacketFrame;
use super::received_property::{PropertyValue, id, read_properties, split_properties};
use super::{MAX_REMAINING_LENGTH, MqttVersion, Qos};

/// The limits that a broker sets for a client (MQTT 5.0, section 3.2.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BrokerLimits {
    /// The maximum number of unacknowledged messages at QoS 1 and 2.
    pub(crate) receive_maximum: u16,
    /// The largest packet, in bytes.
    pub(crate) max_packet_size: usize,
    /// The highest topic alias.
    pub(crate) topic_alias_maximum: u16,
    /// The highest QoS of messages.
    pub(crate) maximum_qos: Qos,
    /// False if no message may have the retain flag.
    pub(crate) retain_available: bool,
    /// False if no filter may have a wildcard.
    pub(crate) wildcard_subscriptions: bool,
    /// False if no subscription may be shared.
    pub(crate) shared_subscriptions: bool,
    /// The keep-alive in seconds, if the broker overrides it.
    pub(crate) keep_alive: Option<u16>,
    /// The session expiry in seconds, if the broker overrides it.
    pub(crate) session_expiry: Option<u32>,
    /// True if the broker has a session of this client.
    pub(crate) session_present: bool,
}

impl BrokerLimits {
    /// The limits of a broker that sets none.
    pub(crate) const NONE: Self = Self {
        receive_maximum: u16::MAX,
        max_packet_size: MAX_REMAINING_LENGTH + 5,
        topic_alias_maximum: 0,
        maximum_qos: Qos::ExactlyOnce,
        retain_available: true,
        wildcard_subscriptions: true,
        shared_subscriptions: true,
        keep_alive: None,
        session_expiry: None,
        session_present: false,
    };
}

/// The broker's answer to CONNECT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Connack {
    Accepted {
        limits: BrokerLimits,
        /// The client id that the broker has chosen, if the client had none.
        assigned_id: Option<String>,
    },
    Refused(u8),
}

impl Connack {
    /// Parses the first packet of a connection. `clean_start` is the flag in CONNECT.
    pub(crate) fn parse(
        frame: PacketFrame<'_>,
        version: MqttVersion,
        clean_start: bool,
    ) -> Result<Self, InvalidPacket> {
        // A record with an alert begins so, in every version of TLS (RFC 8446, section 5.1).
        if (frame.first_byte, frame.body.len()) == (21, 3) {
            return Err(InvalidPacket::TlsAlert);
        }
        let (0x20, [flags, code, rest @ ..]) = (frame.first_byte, frame.body) else {
            let message = "answer to CONNECT other than CONNACK";
            return Err(InvalidPacket::Malformed(message));
        };
        if *code != 0 {
            // A broker that does not know the version sends no properties.
            return Ok(Self::Refused(*code));
        }
        // In 3.1.1 the packet ends here, and in 5.0 at least a length follows.
        if rest.is_empty() != (version == MqttVersion::V3) {
            return Err(InvalidPacket::OtherVersion);
        }
        if *flags > 1 {
            return Err(InvalidPacket::Malformed("CONNACK with reserved flags"));
        }
        let mut limits = BrokerLimits {
            session_present: *flags == 1,
            ..BrokerLimits::NONE
        };
        if limits.session_present && clean_start {
            return Err(InvalidPacket::ProtocolError(
                "the broker reports a session, though the client asked for a new one (MQTT, section \
                 3.2.2)",
            ));
        }
        let mut assigned_id = None;
        if version == MqttVersion::V5 {
            assigned_id = limits.read_properties(rest)?;
        }
        Ok(Self::Accepted {
            limits,
            assigned_id,
        })
    }
}

/// The properties that a CONNACK may have.
const ALLOWED: &[u8] = &[
    id::SESSION_EXPIRY,
    id::ASSIGNED_CLIENT_ID,
    id::SERVER_KEEP_ALIVE,
    id::AUTHENTICATION_METHOD,
    id::AUTHENTICATION_DATA,
    id::RESPONSE_INFORMATION,
    id::SERVER_REFERENCE,
    id::REASON_STRING,
    id::RECEIVE_MAXIMUM,
    id::TOPIC_ALIAS_MAXIMUM,
    id::MAXIMUM_QOS,
    id::RETAIN_AVAILABLE,
    id::USER_PROPERTY,
    id::MAXIMUM_PACKET_SIZE,
    id::WILDCARD_SUBSCRIPTIONS,
    id::SUBSCRIPTION_IDENTIFIERS,
    id::SHARED_SUBSCRIPTIONS,
];

impl BrokerLimits {
    /// Reads the properties, and returns the client id that the broker has chosen.
    fn read_properties(&mut self, bytes: &[u8]) -> Result<Option<String>, InvalidPacket> {
        let (properties, rest) = split_properties(bytes)?;
        if !rest.is_empty() {
            let message = "bytes after the properties of a CONNACK";
            return Err(InvalidPacket::Malformed(message));
        }
        let mut assigned_id = None;
        let (mut has_method, mut has_data) = (false, false);
        read_properties(properties, ALLOWED, &[id::USER_PROPERTY], |found, value| {
            match (found, value) {
                (id::ASSIGNED_CLIENT_ID, PropertyValue::Bytes(text)) => {
                    let text = std::str::from_utf8(text);
                    let text = text.map_err(|_| InvalidPacket::Malformed("invalid UTF-8"))?;
                    assigned_id = Some(text.to_owned());
                }
                (id::AUTHENTICATION_METHOD, _) => has_method = true,
                (id::AUTHENTICATION_DATA, _) => has_data = true,
                (found, value) => self.set(found, value.number())?,
            }
            Ok(())
        })?;
        if has_data && !has_method {
            return Err(InvalidPacket::ProtocolError(
                "the CONNACK has authentication data without a method (MQTT 5.0, section \
                 3.2.2.3.18)",
            ));
        }
        Ok(assigned_id)
    }

    /// Sets the limit of a property. Properties that limit nothing are ignored.
    fn set(&mut self, property: u8, number: u32) -> Result<(), InvalidPacket> {
        check_value(property, number)?;
        let number_16 = u16::try_from(number).unwrap_or(u16::MAX);
        match property {
            id::RECEIVE_MAXIMUM => self.receive_maximum = number_16,
            id::MAXIMUM_PACKET_SIZE => {
                self.max_packet_size = usize::try_from(number).unwrap_or(usize::MAX);
            }
            id::MAXIMUM_QOS if number == 0 => self.maximum_qos = Qos::AtMostOnce,
            id::MAXIMUM_QOS => self.maximum_qos = Qos::AtLeastOnce,
            id::TOPIC_ALIAS_MAXIMUM => self.topic_alias_maximum = number_16,
            id::RETAIN_AVAILABLE => self.retain_available = number == 1,
            id::WILDCARD_SUBSCRIPTIONS => self.wildcard_subscriptions = number == 1,
            id::SHARED_SUBSCRIPTIONS => self.shared_subscriptions = number == 1,
            id::SERVER_KEEP_ALIVE => self.keep_alive = Some(number_16),
            id::SESSION_EXPIRY => self.session_expiry = Some(number),
            // Subscriptions have no identifiers, and the rest is information.
            _ => {}
        }
        Ok(())
    }
}

/// Fails if the standard forbids the value of a property.
fn check_value(property: u8, number: u32) -> Result<(), InvalidPacket> {
    let message = match (property, number) {
        (id::RECEIVE_MAXIMUM, 0) => {
            "the CONNACK has a receive maximum of 0 (MQTT 5.0, section 3.2.2.3.3)"
        }
        (id::MAXIMUM_PACKET_SIZE, 0) => {
            "the CONNACK has a maximum packet size of 0 (MQTT 5.0, section 3.2.2.3.6)"
        }
        (id::MAXIMUM_QOS, 2..) => {
            "the CONNACK has a maximum QoS above 1, its highest value (MQTT 5.0, section 3.2.2.3.4)"
        }
        (id::RETAIN_AVAILABLE, 2..) => {
            "the CONNACK has a value above 1 for a flag (MQTT 5.0, section 3.2.2.3.5)"
        }
        (id::WILDCARD_SUBSCRIPTIONS, 2..)
        | (id::SUBSCRIPTION_IDENTIFIERS, 2..)
        | (id::SHARED_SUBSCRIPTIONS, 2..) => {
            "the CONNACK has a value above 1 for a flag (MQTT 5.0, sections 3.2.2.3.11 to 13)"
        }
        _ => return Ok(()),
    };
    Err(InvalidPacket::ProtocolError(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], version: MqttVersion) -> Result<Connack, InvalidPacket> {
        let frame = PacketFrame::parse(bytes)?.expect("complete");
        Connack::parse(frame, version, false)
    }

    /// Reads a CONNACK of version 5 with properties.
    fn read_properties(properties: &[u8]) -> Result<Connack, InvalidPacket> {
        let length = properties.len() as u8;
        let bytes = [&[0x20, length + 3, 0, 0, length], properties].concat();
        read(&bytes, MqttVersion::V5)
    }

    fn accepted(limits: BrokerLimits) -> Result<Connack, InvalidPacket> {
        Ok(Connack::Accepted {
            limits,
            assigned_id: None,
        })
    }

    #[test]
    fn an_accepting_connack_has_limits() {
        let none = BrokerLimits::NONE;
        let resumed = BrokerLimits {
            session_present: true,
            ..none
        };
        assert_eq!(
            read(b"\x20\x02\x01\x00", MqttVersion::V3),
            accepted(resumed)
        );
        assert_eq!(read_properties(b""), accepted(none));
        let all =
            b"\x21\x00\x14\x27\x00\x00\x04\x00\x22\x00\x05\x13\x00\x1e\x24\x01\x25\x00\x28\x00\
                    \x29\x00\x2a\x00\x11\x00\x00\x00\x09\x1f\x00\x01r\x26\x00\x01a\x00\x01b";
        let limits = BrokerLimits {
            receive_maximum: 20,
            max_packet_size: 1_024,
            topic_alias_maximum: 5,
            maximum_qos: Qos::AtLeastOnce,
            retain_available: false,
            wildcard_subscriptions: false,
            shared_subscriptions: false,
            keep_alive: Some(30),
            session_expiry: Some(9),
            session_present: false,
        };
        assert_eq!(read_properties(all), accepted(limits));
        let assigned_id = Some("c1".to_owned());
        let expected = Ok(Connack::Accepted {
            limits: none,
            assigned_id,
        });
        assert_eq!(read_properties(b"\x12\x00\x02c1"), expected);
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
    fn a_connack_of_the_other_version_is_recognized() {
        for (bytes, version) in [
            (&b"\x20\x02\x00\x00"[..], MqttVersion::V5),
            (b"\x20\x03\x00\x00\x00", MqttVersion::V3),
        ] {
            assert_eq!(read(bytes, version), Err(InvalidPacket::OtherVersion));
        }
    }

    #[test]
    fn an_alert_of_tls_is_recognized() {
        let alert = b"\x15\x03\x03\x00\x02\x02\x46";
        assert_eq!(read(alert, MqttVersion::V3), Err(InvalidPacket::TlsAlert));
    }

    #[test]
    fn malformed_answers_are_refused() {
        for bytes in [
            &b"\x40\x02\x00\x01"[..],
            b"\x21\x03\x00\x00\x00",
            b"\x20\x01\x00",
            b"\x20\x03\x02\x00\x00",
            b"\x20\x05\x00\x00\x02\x21\x00",
            b"\x20\x04\x00\x00\x00\x21",
            b"\x20\x06\x00\x00\x03\x23\x00\x01",
            b"\x20\x07\x00\x00\x04\x12\x00\x01\xff",
        ] {
            let found = read(bytes, MqttVersion::V5);
            let is_malformed = matches!(found, Err(InvalidPacket::Malformed(_)));
            assert!(is_malformed, "{bytes:x?}: {found:?}");
        }
    }

    #[test]
    fn each_protocol_error_of_the_standard_is_one() {
        for properties in [
            &b"\x21\x00\x00"[..],
            b"\x27\x00\x00\x00\x00",
            b"\x24\x02",
            b"\x25\x02",
            b"\x28\x02",
            b"\x29\x02",
            b"\x2a\xff",
            b"\x16\x00\x00",
            b"\x11\0\0\0\0\x11\0\0\0\0",
            b"\x12\0\0\x12\0\0",
            b"\x13\0\0\x13\0\0",
            b"\x15\0\0\x15\0\0",
            b"\x1a\0\0\x1a\0\0",
            b"\x1c\0\0\x1c\0\0",
            b"\x1f\0\0\x1f\0\0",
            b"\x21\0\x01\x21\0\x01",
            b"\x22\0\0\x22\0\0",
            b"\x24\0\x24\0",
            b"\x25\0\x25\0",
            b"\x27\0\0\x01\0\x27\0\0\x01\0",
            b"\x28\0\x28\0",
            b"\x29\0\x29\0",
            b"\x2a\0\x2a\0",
        ] {
            let found = read_properties(properties);
            let is_error = matches!(found, Err(InvalidPacket::ProtocolError(_)));
            assert!(is_error, "{properties:x?}: {found:?}");
        }
        let frame = PacketFrame::parse(b"\x20\x02\x01\x00").expect("well formed");
        let found = Connack::parse(frame.expect("complete"), MqttVersion::V3, true);
        assert!(matches!(found, Err(InvalidPacket::ProtocolError(_))));
    }
}
