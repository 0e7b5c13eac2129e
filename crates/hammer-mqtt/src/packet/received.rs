//! Packets from the broker to a connected client.

use std::ops::Range;

use super::MqttVersion;
use super::invalid_packet::InvalidPacket;
use super::received_property::split_properties;
use super::received_publish::parse_publish;

/// One packet in the read buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PacketFrame<'a> {
    /// The packet type and flags.
    pub(crate) first_byte: u8,
    /// The bytes after the length.
    pub(crate) body: &'a [u8],
    /// The size of the whole packet, in bytes.
    pub(crate) size: usize,
}

impl<'a> PacketFrame<'a> {
    /// Returns the first packet of `bytes`, or `None` if it is incomplete.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Option<Self>, InvalidPacket> {
        let Some(body) = body_range(bytes)? else {
            return Ok(None);
        };
        let size = body.end;
        Ok(bytes.get(body).map(|body| Self {
            first_byte: bytes[0],
            body,
            size,
        }))
    }

    /// Returns the declared size of the first packet of `bytes`, or 0 if its length is incomplete.
    pub(crate) fn declared_size(bytes: &[u8]) -> Result<usize, InvalidPacket> {
        Ok(body_range(bytes)?.map_or(0, |body| body.end))
    }
}

/// Returns the range of the body of the first packet of `bytes`, which may be incomplete.
fn body_range(bytes: &[u8]) -> Result<Option<Range<usize>>, InvalidPacket> {
    let lengths = bytes.get(1..).unwrap_or_default();
    let mut length = 0;
    for (index, byte) in lengths.iter().take(4).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok(Some(index + 2..index + 2 + length));
        }
    }
    match lengths.len() {
        0..4 => Ok(None),
        _ => Err(InvalidPacket::Malformed(
            "packet length with more than four bytes",
        )),
    }
}

/// A packet for a connected client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReceivedPacket<'a> {
    Ack {
        kind: AckKind,
        id: u16,
        reason: u8,
    },
    /// A message for a subscriber.
    Message {
        qos: u8,
        id: u16,
        payload: &'a [u8],
    },
    /// The release of a QoS 2 message.
    Pubrel {
        id: u16,
    },
    Pingresp,
    Disconnect {
        reason: u8,
    },
}

/// The packet type of an acknowledgment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AckKind {
    /// For a PUBLISH at QoS 1.
    Puback,
    /// For a PUBLISH at QoS 2.
    Pubrec,
    /// For a PUBREL.
    Pubcomp,
    Suback,
    Unsuback,
}

impl<'a> ReceivedPacket<'a> {
    pub(crate) fn parse(
        frame: PacketFrame<'a>,
        version: MqttVersion,
    ) -> Result<Self, InvalidPacket> {
        let body = frame.body;
        let ack = |kind| {
            let (id, rest) = split_packet_id(body)?;
            // No reason code means success (MQTT 5.0, section 3.4.2.1).
            let reason = rest.first().copied().unwrap_or(0);
            Ok(Self::Ack { kind, id, reason })
        };
        match frame.first_byte {
            0x30..0x40 => parse_publish(frame.first_byte, body, version),
            0x40 => ack(AckKind::Puback),
            0x50 => ack(AckKind::Pubrec),
            0x62 => Ok(Self::Pubrel {
                id: split_packet_id(body)?.0,
            }),
            0x70 => ack(AckKind::Pubcomp),
            0x90 => parse_suback(AckKind::Suback, body, version),
            0xb0 => parse_suback(AckKind::Unsuback, body, version),
            0xd0 => Ok(Self::Pingresp),
            0xe0 => Ok(Self::Disconnect {
                reason: body.first().copied().unwrap_or(0),
            }),
            _ => Err(InvalidPacket::Malformed(
                "packet type that a broker must not send, or reserved flags",
            )),
        }
    }
}

pub(super) fn split_packet_id(body: &[u8]) -> Result<(u16, &[u8]), InvalidPacket> {
    let (id, rest) = body
        .split_first_chunk()
        .ok_or(InvalidPacket::Malformed("packet without an id"))?;
    Ok((u16::from_be_bytes(*id), rest))
}

/// Parses a SUBACK or UNSUBACK. Each filter has a reason code; the result has the worst one.
fn parse_suback(
    kind: AckKind,
    body: &[u8],
    version: MqttVersion,
) -> Result<ReceivedPacket<'_>, InvalidPacket> {
    let (id, rest) = split_packet_id(body)?;
    let reasons = match version {
        MqttVersion::V3 => rest,
        MqttVersion::V5 => split_properties(rest)?.1,
    };
    let reason = reasons.iter().copied().max().unwrap_or(0);
    Ok(ReceivedPacket::Ack { kind, id, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_framed_when_it_is_complete() {
        for (bytes, size) in [
            (&b""[..], None),
            (b"\x40", None),
            (b"\x40\x02\x00", None),
            (b"\x40\x02\x00\x01", Some(4)),
            (b"\xd0\x00\x40", Some(2)),
            (b"\x30\x80", None),
            (b"\x30\x80\x80\x80\x01", None),
        ] {
            let frame = PacketFrame::parse(bytes).expect("well formed");
            assert_eq!(frame.map(|frame| frame.size), size, "{bytes:x?}");
        }
        assert!(PacketFrame::parse(b"\x30\x80\x80\x80\x80\x01").is_err());
        for (bytes, size) in [
            (&b""[..], 0),
            (b"\x30", 0),
            (b"\x30\xff", 0),
            (b"\x30\x05", 7),
            (b"\x30\xff\xff\xff\x7f", 268_435_460),
        ] {
            assert_eq!(PacketFrame::declared_size(bytes), Ok(size), "{bytes:x?}");
        }
    }

    #[test]
    fn packets_parse_in_both_versions() {
        use AckKind::*;
        let ack = |kind, id, reason| ReceivedPacket::Ack { kind, id, reason };
        let table: [(MqttVersion, &[u8], ReceivedPacket<'_>); 12] = [
            (MqttVersion::V3, b"\x40\x02\x00\x0a", ack(Puback, 10, 0)),
            (
                MqttVersion::V5,
                b"\x40\x03\x01\x00\x97",
                ack(Puback, 256, 0x97),
            ),
            (
                MqttVersion::V5,
                b"\x50\x04\x00\x01\x10\x00",
                ack(Pubrec, 1, 0x10),
            ),
            (
                MqttVersion::V3,
                b"\x70\x02\xff\xff",
                ack(Pubcomp, 65_535, 0),
            ),
            (
                MqttVersion::V3,
                b"\x90\x04\x00\x01\x02\x80",
                ack(Suback, 1, 0x80),
            ),
            (
                MqttVersion::V5,
                b"\x90\x06\x00\x01\x02\x1f\x00\x01",
                ack(Suback, 1, 1),
            ),
            (MqttVersion::V3, b"\xb0\x02\x00\x07", ack(Unsuback, 7, 0)),
            (
                MqttVersion::V3,
                b"\x62\x02\x00\x03",
                ReceivedPacket::Pubrel { id: 3 },
            ),
            (MqttVersion::V3, b"\xd0\x00", ReceivedPacket::Pingresp),
            (
                MqttVersion::V5,
                b"\xe0\x01\x8b",
                ReceivedPacket::Disconnect { reason: 0x8b },
            ),
            (
                MqttVersion::V3,
                b"\x32\x07\x00\x01a\x00\x05xy",
                ReceivedPacket::Message {
                    qos: 1,
                    id: 5,
                    payload: b"xy",
                },
            ),
            (
                MqttVersion::V5,
                b"\x30\x08\x00\x01a\x02\x01\x01xy",
                ReceivedPacket::Message {
                    qos: 0,
                    id: 0,
                    payload: b"xy",
                },
            ),
        ];
        for (version, bytes, expected) in table {
            let frame = PacketFrame::parse(bytes)
                .expect("well formed")
                .expect("complete");
            assert_eq!(
                ReceivedPacket::parse(frame, version),
                Ok(expected),
                "{bytes:x?}"
            );
        }
    }

    fn parse(bytes: &[u8]) -> Result<ReceivedPacket<'_>, InvalidPacket> {
        let frame = PacketFrame::parse(bytes).expect("framed");
        ReceivedPacket::parse(frame.expect("complete"), MqttVersion::V5)
    }

    #[test]
    fn malformed_packets_are_refused() {
        let table: [&[u8]; 12] = [
            b"\x00\x00",
            b"\x40\x01\x00",
            b"\x41\x02\x00\x01",
            b"\x60\x02\x00\x01",
            b"\xd1\x00",
            b"\x10\x00",
            b"\x36\x05\x00\x01a\x00\x01",
            b"\x30\x02\x00\x05",
            b"\x30\x03\x00\x01a",
            b"\x30\x04\x00\x01a\x05",
            b"\x30\x06\x00\x01a\x02\x21\x00",
            b"\x90\x02\x00\x01",
        ];
        for bytes in table {
            let found = parse(bytes);
            let is_malformed = matches!(found, Err(InvalidPacket::Malformed(_)));
            assert!(is_malformed, "{bytes:x?}: {found:?}");
        }
    }
}
