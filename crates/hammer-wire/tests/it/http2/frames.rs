//! Frames as bytes.

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;

pub(super) const END_STREAM: u8 = 1;
pub(super) const ACK: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;
/// A header block in one frame that ends the stream.
pub(super) const WHOLE: u8 = END_STREAM | END_HEADERS;

/// A frame that the client sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawFrame {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

/// A frame to compare with.
pub(super) fn raw(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> RawFrame {
    RawFrame {
        kind,
        flags,
        stream,
        payload: payload.to_vec(),
    }
}

/// The bytes of a frame.
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, a, b, c] = (payload.len() as u32).to_be_bytes();
    let [d, e, f, g] = stream.to_be_bytes();
    [&[a, b, c, kind, flags, d, e, f, g], payload].concat()
}

/// A reset of a stream, or credit for it.
pub(super) fn number(kind: u8, stream: u32, number: u32) -> Vec<u8> {
    frame(kind, 0, stream, &number.to_be_bytes())
}

pub(super) fn goaway(last: u32, code: u32) -> Vec<u8> {
    let payload = [last.to_be_bytes(), code.to_be_bytes()].concat();
    frame(GOAWAY, 0, 0, &payload)
}

/// A literal field without indexing and without Huffman code, for a value of up to 126 bytes.
pub(super) fn literal(name: &str, value: &str) -> Vec<u8> {
    let (name_length, value_length) = (name.len() as u8, value.len() as u8);
    [
        &[0, name_length],
        name.as_bytes(),
        &[value_length],
        value.as_bytes(),
    ]
    .concat()
}

/// Splits bytes into frames, after the preface if there is one.
pub(super) fn parse(bytes: &[u8]) -> Vec<RawFrame> {
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let mut rest = bytes.strip_prefix(preface).unwrap_or(bytes);
    let mut frames = vec![];
    while let Some((header, after)) = rest.split_first_chunk::<9>() {
        let [a, b, c, kind, flags, stream @ ..] = *header;
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        let (payload, next) = after.split_at(length);
        frames.push(raw(kind, flags, u32::from_be_bytes(stream), payload));
        rest = next;
    }
    assert!(rest.is_empty(), "a partial frame");
    frames
}
