//! Encoding and decoding of MQTT packets.
//!
//! rumqttc encodes the rare packets: CONNECT and SUBSCRIBE. Packets of the broker are parsed here,
//! with the checks that the standard asks for. The packets of hits are handled without allocation:
//! a PUBLISH is rendered from its templates into the buffer of the connection, and acknowledgments
//! are parsed in the read buffer. The tests check the encoding against rumqttc.

pub(crate) mod connack;
pub(crate) mod connect;
pub(crate) mod connect_packet_template;
pub(crate) mod invalid_packet;
pub(crate) mod property;
pub(crate) mod publish;
pub(crate) mod reason_code;
pub(crate) mod received;
pub(crate) mod received_property;
mod received_publish;
pub(crate) mod subscribe;

use rumqttc::mqttbytes as v4;
use rumqttc::v5::mqttbytes as v5;

/// A version of MQTT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MqttVersion {
    /// MQTT 3.1.1, which every broker speaks.
    #[default]
    V3,
    /// MQTT 5.0.
    V5,
}

/// The quality of service of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Qos {
    /// At most once, without acknowledgment.
    #[default]
    AtMostOnce,
    /// At least once, acknowledged by PUBACK.
    AtLeastOnce,
    /// Exactly once, acknowledged by PUBREC, PUBREL and PUBCOMP.
    ExactlyOnce,
}

impl Qos {
    pub(crate) fn bits(self) -> u8 {
        match self {
            Self::AtMostOnce => 0,
            Self::AtLeastOnce => 1,
            Self::ExactlyOnce => 2,
        }
    }

    fn v4(self) -> v4::QoS {
        match self {
            Self::AtMostOnce => v4::QoS::AtMostOnce,
            Self::AtLeastOnce => v4::QoS::AtLeastOnce,
            Self::ExactlyOnce => v4::QoS::ExactlyOnce,
        }
    }

    fn v5(self) -> v5::QoS {
        match self {
            Self::AtMostOnce => v5::QoS::AtMostOnce,
            Self::AtLeastOnce => v5::QoS::AtLeastOnce,
            Self::ExactlyOnce => v5::QoS::ExactlyOnce,
        }
    }
}

/// A PINGREQ packet.
pub(crate) const PINGREQ: [u8; 2] = [0xc0, 0];
/// The size of a PINGRESP packet, in bytes.
pub(crate) const PINGRESP_BYTES: usize = 2;
/// A DISCONNECT packet without reason, the same in both versions.
pub(crate) const DISCONNECT: [u8; 2] = [0xe0, 0];
/// The largest remaining length: the bytes of a packet after its length.
pub(crate) const MAX_REMAINING_LENGTH: usize = 268_435_455;
/// The maximum length of a topic or any other string, in bytes.
pub(crate) const MAX_STRING_BYTES: usize = 65_535;

/// Encodes a PUBACK, PUBREC, PUBREL or PUBCOMP without reason.
pub(crate) fn encode_ack(first: u8, id: u16) -> [u8; 4] {
    let [high, low] = id.to_be_bytes();
    [first, 2, high, low]
}

/// Appends a variable byte integer (MQTT 5.0, section 1.5.5).
pub(crate) fn push_varint(mut length: usize, to: &mut Vec<u8>) {
    loop {
        let seven = (length & 0x7f) as u8;
        length >>= 7;
        if length == 0 {
            to.push(seven);
            return;
        }
        to.push(seven | 0x80);
    }
}

/// Inserts a variable byte integer at `at`.
pub(crate) fn insert_varint(length: usize, at: usize, to: &mut Vec<u8>) {
    let digits = varint_len(length);
    to.splice(at..at, (0..digits).map(|_| 0));
    write_varint(length, &mut to[at..at + digits]);
}

/// Writes a variable byte integer that fills `room`.
pub(crate) fn write_varint(mut length: usize, room: &mut [u8]) {
    let last = room.len().saturating_sub(1);
    for (index, digit) in room.iter_mut().enumerate() {
        let more = if index < last { 0x80 } else { 0 };
        *digit = (length & 0x7f) as u8 | more;
        length >>= 7;
    }
}

/// Returns the number of bytes that [`push_varint`] appends.
pub(crate) fn varint_len(length: usize) -> usize {
    match length {
        0..128 => 1,
        128..16_384 => 2,
        16_384..2_097_152 => 3,
        _ => 4,
    }
}

/// Appends a string or binary data after its length.
pub(crate) fn push_length_prefixed(bytes: &[u8], to: &mut Vec<u8>) {
    // The builder refuses longer ones.
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    to.extend_from_slice(&length.to_be_bytes());
    to.extend_from_slice(&bytes[..usize::from(length)]);
}
