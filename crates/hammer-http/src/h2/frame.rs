//! Frames (RFC 9113, sections 4.1 and 6).

/// What every connection begins with (section 3.4).
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub(super) const FRAME_HEADER_BYTES: usize = 9;
/// The largest payload, unless a side says that it takes more; nobody is told so here.
pub(super) const MAX_PAYLOAD: usize = 16_384;

pub(super) const END_STREAM: u8 = 0x1;
pub(super) const ACK: u8 = 0x1;
pub(super) const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;
const PRIORITY_FLAG: u8 = 0x20;

pub(super) mod kind {
    pub(in super::super) const DATA: u8 = 0;
    pub(in super::super) const HEADERS: u8 = 1;
    pub(in super::super) const PRIORITY: u8 = 2;
    pub(in super::super) const RST_STREAM: u8 = 3;
    pub(in super::super) const SETTINGS: u8 = 4;
    pub(in super::super) const PUSH_PROMISE: u8 = 5;
    pub(in super::super) const PING: u8 = 6;
    pub(in super::super) const GOAWAY: u8 = 7;
    pub(in super::super) const WINDOW_UPDATE: u8 = 8;
    pub(in super::super) const CONTINUATION: u8 = 9;
}

/// The nine bytes before each payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FrameHeader {
    pub(super) length: usize,
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream_id: u32,
}

impl FrameHeader {
    /// Reads the head at the beginning of `bytes`, if all of it is there.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
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

    pub(super) fn has_flag(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    fn bytes(&self) -> [u8; FRAME_HEADER_BYTES] {
        let [_, a, b, c] = (self.length as u32).to_be_bytes();
        let [d, e, f, g] = self.stream_id.to_be_bytes();
        [a, b, c, self.kind, self.flags, d, e, f, g]
    }

    /// What a padded or prioritised payload really carries; none if its lengths can't be true.
    pub(super) fn strip_padding<'a>(&self, mut payload: &'a [u8]) -> Option<&'a [u8]> {
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
pub(super) fn put(out: &mut Vec<u8>, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    let head = FrameHeader {
        length: payload.len(),
        kind,
        flags,
        stream_id: stream,
    };
    out.extend_from_slice(&head.bytes());
    out.extend_from_slice(payload);
}

/// Adds a block of fields to `out`: a HEADERS frame, and CONTINUATIONs if it is longer than `most`.
pub(super) fn put_header_block(
    out: &mut Vec<u8>,
    flags: u8,
    stream: u32,
    block: &[u8],
    most: usize,
) {
    let (first, mut rest) = block.split_at(block.len().min(most));
    let end = |rest: &[u8]| if rest.is_empty() { END_HEADERS } else { 0 };
    put(out, kind::HEADERS, flags | end(rest), stream, first);
    while !rest.is_empty() {
        let (next, after) = rest.split_at(rest.len().min(most));
        put(out, kind::CONTINUATION, end(after), stream, next);
        rest = after;
    }
}

pub(super) fn put_window_update(out: &mut Vec<u8>, stream: u32, bytes: u32) {
    put(out, kind::WINDOW_UPDATE, 0, stream, &bytes.to_be_bytes());
}

pub(super) fn put_reset(out: &mut Vec<u8>, stream: u32, code: u32) {
    put(out, kind::RST_STREAM, 0, stream, &code.to_be_bytes());
}

/// Says goodbye: no stream of the peer's was ever accepted here.
pub(super) fn put_goaway(out: &mut Vec<u8>, code: u32) {
    let mut payload = [0; 8];
    payload[4..].copy_from_slice(&code.to_be_bytes());
    put(out, kind::GOAWAY, 0, 0, &payload);
}

/// The 31 bits at the beginning of a payload.
pub(super) fn read_u32(payload: &[u8]) -> Option<u32> {
    let bytes = payload.first_chunk()?;
    Some(u32::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_was_written() {
        let mut out = Vec::new();
        put(&mut out, kind::DATA, END_STREAM, 0x7fff_ffff, &[7; 300]);
        let head = FrameHeader::parse(&out).expect("it is whole");
        assert_eq!(
            (head.length, head.kind, head.stream_id),
            (300, kind::DATA, 0x7fff_ffff)
        );
        assert!(head.has_flag(END_STREAM));
        assert_eq!(FrameHeader::parse(&out[..8]), None);
    }

    #[test]
    fn padding_and_priority_are_no_content() {
        let head = |kind, flags| FrameHeader {
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
                head(kind, flags).strip_padding(payload),
                content,
                "{payload:?}"
            );
        }
    }

    #[test]
    fn a_long_block_is_continued() {
        let mut out = Vec::new();
        put_header_block(&mut out, END_STREAM, 3, &[0; 25], 10);
        let mut frames = Vec::new();
        while let Some(head) = FrameHeader::parse(&out) {
            frames.push((head.kind, head.flags, head.length));
            out.drain(..FRAME_HEADER_BYTES + head.length);
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
