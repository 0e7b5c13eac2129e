//! What a broker sends to a client that is connected.

use std::fmt;
use std::ops::Range;

use super::Version;

/// One packet, where it lies in the buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    /// Its kind and flags.
    pub(crate) first: u8,
    /// What follows its length.
    pub(crate) body: &'a [u8],
    /// All bytes of it.
    pub(crate) size: usize,
}

/// Bytes that are not MQTT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl<'a> Frame<'a> {
    /// The first packet of `bytes`; none if it is not whole yet.
    pub(crate) fn of(bytes: &'a [u8]) -> Result<Option<Self>, Malformed> {
        let Some(body) = body(bytes)? else {
            return Ok(None);
        };
        let size = body.end;
        Ok(bytes.get(body).map(|body| Self {
            first: bytes[0],
            body,
            size,
        }))
    }

    /// How many bytes the first packet of `bytes` says it has; 0 if it has not said yet.
    pub(crate) fn size_of(bytes: &[u8]) -> Result<usize, Malformed> {
        Ok(body(bytes)?.map_or(0, |body| body.end))
    }
}

/// Where the body of the first packet of `bytes` is or will be.
fn body(bytes: &[u8]) -> Result<Option<Range<usize>>, Malformed> {
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
        _ => Err(Malformed("the length of a packet has more than four bytes")),
    }
}

/// A packet for a client that is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Received<'a> {
    Answer {
        to: Answered,
        id: u16,
        reason: u8,
    },
    /// A message for a subscriber.
    Message {
        qos: u8,
        id: u16,
        payload: &'a [u8],
    },
    /// The sender of a QoS 2 message is done with it.
    Release {
        id: u16,
    },
    Pong,
    Disconnect {
        reason: u8,
    },
}

/// What an answer is an answer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answered {
    /// A PUBLISH at QoS 1.
    Puback,
    /// A PUBLISH at QoS 2.
    Pubrec,
    /// A PUBREL.
    Pubcomp,
    Suback,
    Unsuback,
}

impl<'a> Received<'a> {
    pub(crate) fn of(frame: Frame<'a>, version: Version) -> Result<Self, Malformed> {
        let body = frame.body;
        let answer = |to| {
            let (id, rest) = id(body)?;
            // Without a reason all is well (MQTT 5.0, section 3.4.2.1).
            let reason = rest.first().copied().unwrap_or(0);
            Ok(Self::Answer { to, id, reason })
        };
        match frame.first >> 4 {
            3 => message(frame.first, body, version),
            4 => answer(Answered::Puback),
            5 => answer(Answered::Pubrec),
            6 => Ok(Self::Release { id: id(body)?.0 }),
            7 => answer(Answered::Pubcomp),
            9 => Ok(subscribed(Answered::Suback, body, version)?),
            11 => Ok(subscribed(Answered::Unsuback, body, version)?),
            13 => Ok(Self::Pong),
            14 => Ok(Self::Disconnect {
                reason: body.first().copied().unwrap_or(0),
            }),
            _ => Err(Malformed(
                "a packet of a kind that no broker sends to a client",
            )),
        }
    }
}

fn id(body: &[u8]) -> Result<(u16, &[u8]), Malformed> {
    let (id, rest) = body
        .split_first_chunk()
        .ok_or(Malformed("an answer without an id"))?;
    Ok((u16::from_be_bytes(*id), rest))
}

/// The worst of the reasons: one for each filter, behind the properties.
fn subscribed(to: Answered, body: &[u8], version: Version) -> Result<Received<'_>, Malformed> {
    let (id, rest) = id(body)?;
    let reasons = match version {
        Version::V3 => rest,
        Version::V5 => after_properties(rest)?,
    };
    let reason = reasons.iter().copied().max().unwrap_or(0);
    Ok(Received::Answer { to, id, reason })
}

fn message(first: u8, body: &[u8], version: Version) -> Result<Received<'_>, Malformed> {
    const SHORT: Malformed = Malformed("a message that ends within its head");
    let (length, rest) = body.split_first_chunk().ok_or(SHORT)?;
    let rest = rest
        .get(u16::from_be_bytes(*length).into()..)
        .ok_or(SHORT)?;
    let qos = first >> 1 & 3;
    let (id, rest) = match qos {
        0 => (0, rest),
        1 | 2 => id(rest)?,
        _ => return Err(Malformed("a message at QoS 3")),
    };
    let payload = match version {
        Version::V3 => rest,
        Version::V5 => after_properties(rest)?,
    };
    Ok(Received::Message { qos, id, payload })
}

fn after_properties(bytes: &[u8]) -> Result<&[u8], Malformed> {
    const WRONG: Malformed = Malformed("properties that are longer than their packet");
    let mut length = 0;
    for (index, byte) in bytes.iter().take(4).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return bytes.get(index + 1 + length..).ok_or(WRONG);
        }
    }
    Err(WRONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_found_when_it_is_whole() {
        for (bytes, size) in [
            (&b""[..], None),
            (b"\x40", None),
            (b"\x40\x02\x00", None),
            (b"\x40\x02\x00\x01", Some(4)),
            (b"\xd0\x00\x40", Some(2)),
            (b"\x30\x80", None),
            (b"\x30\x80\x80\x80\x01", None),
        ] {
            let frame = Frame::of(bytes).expect("it is well formed");
            assert_eq!(frame.map(|frame| frame.size), size, "{bytes:x?}");
        }
        assert!(Frame::of(b"\x30\x80\x80\x80\x80\x01").is_err());
        for (bytes, size) in [
            (&b""[..], 0),
            (b"\x30", 0),
            (b"\x30\xff", 0),
            (b"\x30\x05", 7),
            (b"\x30\xff\xff\xff\x7f", 268_435_460),
        ] {
            assert_eq!(Frame::size_of(bytes), Ok(size), "{bytes:x?}");
        }
    }

    #[test]
    fn packets_are_read_in_both_versions() {
        use Answered::*;
        let answer = |to, id, reason| Received::Answer { to, id, reason };
        let table: [(Version, &[u8], Received<'_>); 12] = [
            (Version::V3, b"\x40\x02\x00\x0a", answer(Puback, 10, 0)),
            (
                Version::V5,
                b"\x40\x03\x01\x00\x97",
                answer(Puback, 256, 0x97),
            ),
            (
                Version::V5,
                b"\x50\x04\x00\x01\x10\x00",
                answer(Pubrec, 1, 0x10),
            ),
            (Version::V3, b"\x70\x02\xff\xff", answer(Pubcomp, 65_535, 0)),
            (
                Version::V3,
                b"\x90\x04\x00\x01\x02\x80",
                answer(Suback, 1, 0x80),
            ),
            (
                Version::V5,
                b"\x90\x06\x00\x01\x02\x1f\x00\x01",
                answer(Suback, 1, 1),
            ),
            (Version::V3, b"\xb0\x02\x00\x07", answer(Unsuback, 7, 0)),
            (
                Version::V3,
                b"\x62\x02\x00\x03",
                Received::Release { id: 3 },
            ),
            (Version::V3, b"\xd0\x00", Received::Pong),
            (
                Version::V5,
                b"\xe0\x01\x8b",
                Received::Disconnect { reason: 0x8b },
            ),
            (
                Version::V3,
                b"\x32\x07\x00\x01a\x00\x05xy",
                Received::Message {
                    qos: 1,
                    id: 5,
                    payload: b"xy",
                },
            ),
            (
                Version::V5,
                b"\x30\x08\x00\x01a\x02\x01\x01xy",
                Received::Message {
                    qos: 0,
                    id: 0,
                    payload: b"xy",
                },
            ),
        ];
        for (version, bytes, expected) in table {
            let frame = Frame::of(bytes).expect("well formed").expect("whole");
            assert_eq!(Received::of(frame, version), Ok(expected), "{bytes:x?}");
        }
    }

    #[test]
    fn what_is_no_packet_is_refused() {
        let table: [&[u8]; 8] = [
            b"\x00\x00",
            b"\x40\x01\x00",
            b"\x10\x00",
            b"\x36\x05\x00\x01a\x00\x01",
            b"\x30\x02\x00\x05",
            b"\x30\x03\x00\x01a",
            b"\x30\x04\x00\x01a\x05",
            b"\x90\x02\x00\x01",
        ];
        for bytes in table {
            let frame = Frame::of(bytes).expect("framed").expect("whole");
            assert!(Received::of(frame, Version::V5).is_err(), "{bytes:x?}");
        }
    }
}
