//! MQTT's packets as bytes: a thin module over rumqttc's types.
//!
//! rumqttc writes and reads what is rare: CONNECT and CONNACK, SUBSCRIBE, DISCONNECT. What a hit
//! costs is written here: a PUBLISH straight from its templates into the connection's buffer, and
//! acknowledgements from where they lie in the read buffer, for which rumqttc would make a value
//! of each, and some of them on the heap. rumqttc's reader holds both to the letter in the tests.

pub(crate) mod connack;
pub(crate) mod connect;
pub(crate) mod property;
pub(crate) mod publish;
pub(crate) mod received;
pub(crate) mod subscribe;

use rumqttc::mqttbytes as v4;
use rumqttc::v5::mqttbytes as v5;

/// A version of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MqttVersion {
    /// MQTT 3.1.1, the one that every broker speaks.
    #[default]
    V3,
    /// MQTT 5.0.
    V5,
}

/// How sure the sender of a message wants to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Qos {
    /// At most once: there is no answer.
    #[default]
    AtMostOnce,
    /// At least once: the answer is a PUBACK.
    AtLeastOnce,
    /// Exactly once: PUBREC, PUBREL, PUBCOMP.
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

/// PINGREQ.
pub(crate) const PINGREQ: [u8; 2] = [0xc0, 0];
/// DISCONNECT, with nothing to say; the same bytes in both versions.
pub(crate) const DISCONNECT: [u8; 2] = [0xe0, 0];
/// The most bytes of a packet after its first byte and the length itself.
pub(crate) const MAX_REMAINING_LENGTH: usize = 268_435_455;
/// The most bytes of a topic, or of any other text.
pub(crate) const MAX_STRING_BYTES: usize = 65_535;

/// An answer of four bytes that names a packet id: PUBACK, PUBREC, PUBREL or PUBCOMP.
pub(crate) fn encode_ack(first: u8, id: u16) -> [u8; 4] {
    let [high, low] = id.to_be_bytes();
    [first, 2, high, low]
}

/// Appends a number in seven bits per byte.
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

/// Inserts a number in seven bits per byte at `at`.
pub(crate) fn insert_varint(length: usize, at: usize, to: &mut Vec<u8>) {
    let digits = varint_len(length);
    to.splice(at..at, (0..digits).map(|_| 0));
    write_varint(length, &mut to[at..at + digits]);
}

/// Writes a number of as many digits as there is room for, in seven bits per byte.
pub(crate) fn write_varint(mut length: usize, room: &mut [u8]) {
    let last = room.len().saturating_sub(1);
    for (index, digit) in room.iter_mut().enumerate() {
        let more = if index < last { 0x80 } else { 0 };
        *digit = (length & 0x7f) as u8 | more;
        length >>= 7;
    }
}

/// How many bytes [`push_varint`] appends.
pub(crate) fn varint_len(length: usize) -> usize {
    match length {
        0..128 => 1,
        128..16_384 => 2,
        16_384..2_097_152 => 3,
        _ => 4,
    }
}

/// Appends a text or bytes with their length before.
pub(crate) fn push_length_prefixed(bytes: &[u8], to: &mut Vec<u8>) {
    // Longer ones are refused where they are given.
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    to.extend_from_slice(&length.to_be_bytes());
    to.extend_from_slice(&bytes[..usize::from(length)]);
}
