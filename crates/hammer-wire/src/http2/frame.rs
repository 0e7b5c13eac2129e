//! The frames of HTTP/2 (RFC 9113, sections 4.1 and 6).

use super::error_code::Http2ErrorCode;

/// The first bytes of every connection (section 3.4).
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub(crate) const FRAME_HEADER_BYTES: usize = 9;
/// The default limit for a payload; this client never raises it.
pub(crate) const MAX_PAYLOAD: usize = 16_384;

pub(crate) const END_STREAM: u8 = 0x1;
pub(crate) const ACK: u8 = 0x1;
pub(crate) const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;
const PRIORITY_FLAG: u8 = 0x20;

pub(crate) mod kind {
    pub(crate) const DATA: u8 = 0;
    pub(crate) const HEADERS: u8 = 1;
    pub(crate) const PRIORITY: u8 = 2;
    pub(crate) const RST_STREAM: u8 = 3;
    pub(crate) const SETTINGS: u8 = 4;
    pub(crate) const PUSH_PROMISE: u8 = 5;
    pub(crate) const PING: u8 = 6;
    pub(crate) const GOAWAY: u8 = 7;
    pub(crate) const WINDOW_UPDATE: u8 = 8;
    pub(crate) const CONTINUATION: u8 = 9;
}

/// The nine-byte header of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    pub(crate) length: usize,
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream_id: u32,
}

impl FrameHeader {
    /// Parses the header at the start of `bytes`. Returns `None` if it is incomplete.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let [a, b, c, kind, flags, d, e, f, g, ..] = *bytes else {
            return None;
        };
        Some(Self {
            length: u32::from_be_bytes([0, a, b, c]) as usize,
            kind,
            flags,
            stream_id: u32::from_be_bytes([d, e, f, g]) & 0x7fff_ffff,
        })
    }

    pub(crate) fn has_flag(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    fn bytes(&self) -> [u8; FRAME_HEADER_BYTES] {
        let [_, a, b, c] = (self.length as u32).to_be_bytes();
        let [d, e, f, g] = self.stream_id.to_be_bytes();
        [a, b, c, self.kind, self.flags, d, e, f, g]
    }

    /// Removes padding and priority from a payload. Returns `None` if their lengths are invalid.
    pub(crate) fn strip_padding<'a>(&self, mut payload: &'a [u8]) -> Option<&'a [u8]> {
        let mut padding = 0;
        if self.has_flag(PADDED) {
            let (length, rest) = payload.split_first()?;
            (padding, payload) = (usize::from(*length), rest);
        }
        if self.kind == kind::HEADERS && self.has_flag(PRIORITY_FLAG) {
            payload = payload.get(5..)?;
        }
        payload.get(..payload.len().checked_sub(padding)?)
    }
}

/// Adds a frame to `out`.
pub(crate) fn put(out: &mut Vec<u8>, kind: u8, flags: u8, stream_id: u32, payload: &[u8]) {
    let header = FrameHeader {
        length: payload.len(),
        kind,
        flags,
        stream_id,
    };
    out.extend_from_slice(&header.bytes());
    out.extend_from_slice(payload);
}

/// Sets the flags of the frame that begins at `position` of `out`.
pub(crate) fn set_flags(out: &mut [u8], position: usize, flags: u8) {
    out[position + 4] = flags;
}

/// Adds a header block to `out`: HEADERS, and CONTINUATION if it exceeds `max_payload`.
pub(crate) fn put_header_block(
    out: &mut Vec<u8>,
    flags: u8,
    stream_id: u32,
    block: &[u8],
    max_payload: usize,
) {
    let (first, mut rest) = block.split_at(block.len().min(max_payload));
    let end = |rest: &[u8]| if rest.is_empty() { END_HEADERS } else { 0 };
    put(out, kind::HEADERS, flags | end(rest), stream_id, first);
    while !rest.is_empty() {
        let (next, after) = rest.split_at(rest.len().min(max_payload));
        put(out, kind::CONTINUATION, end(after), stream_id, next);
        rest = after;
    }
}

pub(crate) fn put_window_update(out: &mut Vec<u8>, stream_id: u32, bytes: u32) {
    put(out, kind::WINDOW_UPDATE, 0, stream_id, &bytes.to_be_bytes());
}

pub(crate) fn put_reset(out: &mut Vec<u8>, stream_id: u32, code: Http2ErrorCode) {
    put(out, kind::RST_STREAM, 0, stream_id, &code.0.to_be_bytes());
}

/// Adds a GOAWAY; its last stream is 0, since a client accepts no streams of the peer.
pub(crate) fn put_goaway(out: &mut Vec<u8>, code: Http2ErrorCode) {
    let mut payload = [0; 8];
    payload[4..].copy_from_slice(&code.0.to_be_bytes());
    put(out, kind::GOAWAY, 0, 0, &payload);
}

/// Reads the four bytes at the start of a payload.
pub(crate) fn read_u32(payload: &[u8]) -> Option<u32> {
    let bytes = payload.first_chunk()?;
    Some(u32::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_headers_round_trip() {
        let mut out = Vec::new();
        put(&mut out, kind::DATA, END_STREAM, 0x7fff_ffff, &[7; 300]);
        let header = FrameHeader::parse(&out).expect("a whole header");
        assert_eq!(
            (header.length, header.kind, header.stream_id),
            (300, kind::DATA, 0x7fff_ffff)
        );
        assert!(header.has_flag(END_STREAM));
        assert_eq!(FrameHeader::parse(&out[..8]), None);
    }

    #[test]
    fn padding_and_priority_are_removed() {
        let header = |kind, flags| FrameHeader {
            length: 0,
            kind,
            flags,
            stream_id: 1,
        };
        for (kind, flags, payload, content) in [
            (kind::DATA, 0, &[1, 2][..], Some(&[1, 2][..])),
            (kind::DATA, 8, &[1, 7, 0], Some(&[7])),
            (kind::DATA, 8, &[0], Some(&[])),
            (kind::DATA, 8, &[1], None),
            (kind::DATA, 8, &[], None),
            (
                kind::HEADERS,
                0x28,
                &[1, 0, 0, 0, 0, 9, 0x88, 0],
                Some(&[0x88]),
            ),
            (kind::HEADERS, 0x20, &[0, 0, 0, 0], None),
            (kind::HEADERS, 0x28, &[2, 0, 0, 0, 0, 9, 0x88], None),
        ] {
            assert_eq!(
                header(kind, flags).strip_padding(payload),
                content,
                "{payload:?}"
            );
        }
    }

    #[test]
    fn long_header_blocks_are_split() {
        let mut out = Vec::new();
        put_header_block(&mut out, END_STREAM, 3, &[0; 25], 10);
        let mut frames = Vec::new();
        while let Some(header) = FrameHeader::parse(&out) {
            frames.push((header.kind, header.flags, header.length));
            out.drain(..FRAME_HEADER_BYTES + header.length);
        }
        let continuation = kind::CONTINUATION;
        assert_eq!(
            frames,
            [
                (kind::HEADERS, END_STREAM, 10),
                (continuation, 0, 10),
                (continuation, END_HEADERS, 5)
            ]
        );
    }
}
