//! Properties of received packets (MQTT 5.0, section 2.2.2).

use super::invalid_packet::InvalidPacket;

/// The value of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PropertyValue<'a> {
    /// A number of one, two or four bytes, or of variable length.
    Number(u32),
    /// A string or binary data.
    Bytes(&'a [u8]),
    /// A user property, whose content does not matter.
    Pair,
}

impl PropertyValue<'_> {
    /// Returns the number, or 0 for other values.
    pub(crate) fn number(self) -> u32 {
        match self {
            Self::Number(number) => number,
            Self::Bytes(_) | Self::Pair => 0,
        }
    }
}

/// The identifiers of properties that the hammer reads (section 2.2.2.2).
pub(crate) mod id {
    pub(crate) const SUBSCRIPTION_IDENTIFIER: u8 = 11;
    pub(crate) const SESSION_EXPIRY: u8 = 17;
    pub(crate) const ASSIGNED_CLIENT_ID: u8 = 18;
    pub(crate) const SERVER_KEEP_ALIVE: u8 = 19;
    pub(crate) const AUTHENTICATION_METHOD: u8 = 21;
    pub(crate) const AUTHENTICATION_DATA: u8 = 22;
    pub(crate) const RESPONSE_INFORMATION: u8 = 26;
    pub(crate) const SERVER_REFERENCE: u8 = 28;
    pub(crate) const REASON_STRING: u8 = 31;
    pub(crate) const RECEIVE_MAXIMUM: u8 = 33;
    pub(crate) const TOPIC_ALIAS_MAXIMUM: u8 = 34;
    pub(crate) const TOPIC_ALIAS: u8 = 35;
    pub(crate) const MAXIMUM_QOS: u8 = 36;
    pub(crate) const RETAIN_AVAILABLE: u8 = 37;
    pub(crate) const USER_PROPERTY: u8 = 38;
    pub(crate) const MAXIMUM_PACKET_SIZE: u8 = 39;
    pub(crate) const WILDCARD_SUBSCRIPTIONS: u8 = 40;
    pub(crate) const SUBSCRIPTION_IDENTIFIERS: u8 = 41;
    pub(crate) const SHARED_SUBSCRIPTIONS: u8 = 42;
}

const TRUNCATED: InvalidPacket = InvalidPacket::Malformed("properties longer than the packet");

/// Splits the properties, which begin with their length, from the bytes after them.
pub(crate) fn split_properties(bytes: &[u8]) -> Result<(&[u8], &[u8]), InvalidPacket> {
    let (length, rest) = split_varint(bytes)?;
    rest.split_at_checked(length as usize).ok_or(TRUNCATED)
}

/// Splits off a variable byte integer (section 1.5.5).
fn split_varint(bytes: &[u8]) -> Result<(u32, &[u8]), InvalidPacket> {
    let mut number = 0;
    for (index, byte) in bytes.iter().take(4).enumerate() {
        number |= u32::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok((number, &bytes[index + 1..]));
        }
    }
    Err(TRUNCATED)
}

/// Calls `on_property` with the identifier and the value of each property.
///
/// # Errors
///
/// If a property is malformed, is not one of `allowed`, or occurs twice and is not one of
/// `repeatable`; or if `on_property` fails.
pub(crate) fn read_properties<'a>(
    mut bytes: &'a [u8],
    allowed: &[u8],
    repeatable: &[u8],
    mut on_property: impl FnMut(u8, PropertyValue<'a>) -> Result<(), InvalidPacket>,
) -> Result<(), InvalidPacket> {
    let mut seen = 0_u64;
    while let Some((&id, rest)) = bytes.split_first() {
        if !allowed.contains(&id) {
            let message = "property that its packet must not have";
            return Err(InvalidPacket::Malformed(message));
        }
        let bit = 1 << id;
        if seen & bit != 0 && !repeatable.contains(&id) {
            return Err(InvalidPacket::ProtocolError(
                "a packet of the broker has the same property twice (MQTT 5.0, section 2.2.2.2)",
            ));
        }
        seen |= bit;
        let (value, rest) = split_value(id, rest)?;
        on_property(id, value)?;
        bytes = rest;
    }
    Ok(())
}

fn split_value(id: u8, bytes: &[u8]) -> Result<(PropertyValue<'_>, &[u8]), InvalidPacket> {
    let number = |size: usize| {
        let (digits, rest) = bytes.split_at_checked(size).ok_or(TRUNCATED)?;
        let number = digits
            .iter()
            .fold(0, |sum, byte| sum << 8 | u32::from(*byte));
        Ok((PropertyValue::Number(number), rest))
    };
    match id {
        1 | 23 | 25 | 36 | 37 | 40..=42 => number(1),
        19 | 33..=35 => number(2),
        2 | 17 | 24 | 39 => number(4),
        11 => split_varint(bytes).map(|(found, rest)| (PropertyValue::Number(found), rest)),
        38 => {
            let (_, rest) = split_length_prefixed(bytes)?;
            let (_, rest) = split_length_prefixed(rest)?;
            Ok((PropertyValue::Pair, rest))
        }
        // All other identifiers are those of strings and binary data.
        _ => split_length_prefixed(bytes).map(|(found, rest)| (PropertyValue::Bytes(found), rest)),
    }
}

/// Splits off a string or binary data after its length.
pub(crate) fn split_length_prefixed(bytes: &[u8]) -> Result<(&[u8], &[u8]), InvalidPacket> {
    let (length, rest) = bytes.split_first_chunk().ok_or(TRUNCATED)?;
    let length = usize::from(u16::from_be_bytes(*length));
    rest.split_at_checked(length).ok_or(TRUNCATED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<(u8, PropertyValue<'_>)>, InvalidPacket> {
        let mut found = vec![];
        read_properties(bytes, &[11, 17, 31, 33, 36, 38], &[11, 38], |id, value| {
            found.push((id, value));
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn each_type_of_value_is_read() {
        let bytes =
            b"\x0b\x80\x01\x11\0\0\x01\0\x1f\0\x02no\x21\x01\0\x24\x01\x26\0\x01a\0\0\x26\0\0\0\0";
        let expected = [
            (11, PropertyValue::Number(128)),
            (17, PropertyValue::Number(256)),
            (31, PropertyValue::Bytes(b"no")),
            (33, PropertyValue::Number(256)),
            (36, PropertyValue::Number(1)),
            (38, PropertyValue::Pair),
            (38, PropertyValue::Pair),
        ];
        assert_eq!(read(bytes).expect("well formed"), expected);
    }

    #[test]
    fn incomplete_foreign_and_repeated_properties_are_refused() {
        for bytes in [
            &b"\x0b\x80"[..],
            b"\x11\0\0\0",
            b"\x1f\0\x03no",
            b"\x21",
            b"\x26\0\x01a\0",
            b"\x22\0\x01",
            b"\xff\0",
        ] {
            assert!(
                matches!(read(bytes), Err(InvalidPacket::Malformed(_))),
                "{bytes:x?}"
            );
        }
        for bytes in [&b"\x21\0\x01\x21\0\x01"[..], b"\x24\x01\x24\x01"] {
            assert!(
                matches!(read(bytes), Err(InvalidPacket::ProtocolError(_))),
                "{bytes:x?}"
            );
        }
    }

    #[test]
    fn the_length_of_properties_is_checked() {
        assert_eq!(split_properties(b"\x02abc"), Ok((&b"ab"[..], &b"c"[..])));
        for bytes in [&b""[..], b"\x80", b"\x02a", b"\xff\xff\xff\xff\x01"] {
            assert!(split_properties(bytes).is_err(), "{bytes:x?}");
        }
    }
}
