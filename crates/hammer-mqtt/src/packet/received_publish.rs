//! The PUBLISH packet of a broker.

use super::MqttVersion;
use super::invalid_packet::InvalidPacket;
use super::received::{ReceivedPacket, split_packet_id};
use super::received_property::{id, read_properties, split_length_prefixed, split_properties};

/// Parses a PUBLISH with this first byte.
pub(super) fn parse_publish(
    first: u8,
    body: &[u8],
    version: MqttVersion,
) -> Result<ReceivedPacket<'_>, InvalidPacket> {
    let truncated = |_| InvalidPacket::Malformed("PUBLISH that ends in its header");
    let (topic, rest) = split_length_prefixed(body).map_err(truncated)?;
    let qos = first >> 1 & 3;
    let (id, rest) = match qos {
        0 => (0, rest),
        1 | 2 => split_packet_id(rest)?,
        _ => return Err(InvalidPacket::Malformed("PUBLISH at QoS 3")),
    };
    if qos > 0 && id == 0 {
        return Err(InvalidPacket::ProtocolError(
            "the broker sent a message with the packet id 0 (MQTT, section 2.2.1 or 2.3.1)",
        ));
    }
    let payload = match version {
        MqttVersion::V3 => rest,
        MqttVersion::V5 => {
            let (properties, payload) = split_properties(rest)?;
            if !properties.is_empty() {
                check_publish_properties(properties)?;
            }
            payload
        }
    };
    // The hammer allows no topic aliases.
    if topic.is_empty() {
        return Err(InvalidPacket::ProtocolError(
            "the broker sent a message without a topic (MQTT, section 3.3.2.1)",
        ));
    }
    Ok(ReceivedPacket::Message { qos, id, payload })
}

/// The properties that a PUBLISH may have: all of its own, and the user property.
const PUBLISH_PROPERTIES: &[u8] = &[
    1,
    2,
    3,
    8,
    9,
    id::SUBSCRIPTION_IDENTIFIER,
    id::TOPIC_ALIAS,
    id::USER_PROPERTY,
];

fn check_publish_properties(properties: &[u8]) -> Result<(), InvalidPacket> {
    let repeatable = &[id::SUBSCRIPTION_IDENTIFIER, id::USER_PROPERTY];
    read_properties(
        properties,
        PUBLISH_PROPERTIES,
        repeatable,
        |found, value| match (found, value.number()) {
            (id::TOPIC_ALIAS, _) => Err(InvalidPacket::ProtocolError(
                "the broker sent a topic alias, though the client allows none (MQTT 5.0, section \
                 3.3.2.3.4)",
            )),
            (id::SUBSCRIPTION_IDENTIFIER, 0) => Err(InvalidPacket::ProtocolError(
                "the broker sent the subscription identifier 0 (MQTT 5.0, section 3.3.2.3.8)",
            )),
            _ => Ok(()),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parses a packet of version 5 with a length of one byte.
    fn parse(bytes: &[u8]) -> Result<ReceivedPacket<'_>, InvalidPacket> {
        parse_publish(bytes[0], &bytes[2..], MqttVersion::V5)
    }

    #[test]
    fn messages_that_the_standard_forbids_are_protocol_errors() {
        let table: [&[u8]; 6] = [
            // No topic, the packet id 0, a topic alias of 0 and of 1, and the subscription
            // identifier 0.
            b"\x30\x03\x00\x00\x00",
            b"\x32\x06\x00\x01a\x00\x00\x00",
            b"\x30\x07\x00\x01a\x03\x23\x00\x00",
            b"\x30\x06\x00\x00\x03\x23\x00\x01",
            b"\x30\x06\x00\x01a\x02\x0b\x00",
            // The payload format twice.
            b"\x30\x08\x00\x01a\x04\x01\x00\x01\x00",
        ];
        for bytes in table {
            let found = parse(bytes);
            let is_error = matches!(found, Err(InvalidPacket::ProtocolError(_)));
            assert!(is_error, "{bytes:x?}: {found:?}");
        }
        let twice_allowed = b"\x30\x08\x00\x01a\x04\x0b\x01\x0b\x02";
        assert!(parse(twice_allowed).is_ok());
    }
}
