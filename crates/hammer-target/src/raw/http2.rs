//! Canned answers over HTTP/2 (RFC 9113).
//!
//! Fields of requests are skipped without decoding: only the ends of requests matter.

use std::collections::VecDeque;

/// The first bytes of an HTTP/2 client (section 3.4).
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const FRAME_HEADER_BYTES: usize = 9;
/// The maximum length of a payload, which is the default of the protocol.
const MAX_PAYLOAD: usize = 16_384;
/// The length of unwritten output above which no more answers are appended.
const MAX_OUTPUT_BYTES: usize = 256 * 1024;
const DEFAULT_WINDOW: i64 = 65_535;

const END_STREAM: u8 = 0x1;
const ACK: u8 = 0x1;
const END_HEADERS: u8 = 0x4;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;

const MAX_CONCURRENT_STREAMS: [u8; 2] = [0, 3];
const INITIAL_WINDOW_SIZE: [u8; 2] = [0, 4];

/// The state of a connection, without I/O.
#[derive(Debug)]
pub(super) struct CannedHttp2Connection {
    /// The bytes to be written.
    pub(super) out: Vec<u8>,
    /// The beginning of an incomplete frame.
    partial_frame: Vec<u8>,
    /// The encoded fields of all answers.
    fields: Vec<u8>,
    body: Vec<u8>,
    connection_window: i64,
    stream_window: i64,
    pending: VecDeque<UnfinishedHttp2Response>,
}

/// An answer that is not completely written.
#[derive(Debug)]
struct UnfinishedHttp2Response {
    stream: u32,
    window: i64,
    /// The rest of the body in bytes, or `None` if the head is not written either.
    remaining_body: Option<usize>,
}

/// A violation of the protocol by the client.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Http2ParseError;

impl CannedHttp2Connection {
    /// Creates a connection whose answers have a body of `body_bytes`.
    pub(super) fn new(body_bytes: usize) -> Self {
        // `:status: 200` is an entry of the static table. `content-length` has its name from the table
        // and is not indexed (RFC 7541, sections 6.1 and 6.2.2).
        let length = body_bytes.to_string();
        let mut fields = vec![0x88, 0x0f, 28 - 15, length.len() as u8];
        fields.extend_from_slice(length.as_bytes());
        let mut out = Vec::new();
        let mut settings = MAX_CONCURRENT_STREAMS.to_vec();
        settings.extend_from_slice(&1024_u32.to_be_bytes());
        put_frame(&mut out, SETTINGS, 0, 0, &settings);
        Self {
            out,
            partial_frame: Vec::new(),
            fields,
            body: vec![b'x'; body_bytes],
            connection_window: DEFAULT_WINDOW,
            stream_window: DEFAULT_WINDOW,
            pending: VecDeque::new(),
        }
    }

    /// Receives bytes after the preface, and returns the number of requests that ended in them.
    pub(super) fn receive(&mut self, read: &[u8]) -> Result<usize, Http2ParseError> {
        let mut ended = 0;
        if self.partial_frame.is_empty() {
            let consumed = self.receive_frames(read, &mut ended)?;
            self.partial_frame.extend_from_slice(&read[consumed..]);
        } else {
            let mut bytes = std::mem::take(&mut self.partial_frame);
            bytes.extend_from_slice(read);
            let consumed = self.receive_frames(&bytes, &mut ended)?;
            bytes.drain(..consumed);
            self.partial_frame = bytes;
        }
        self.write_pending();
        Ok(ended)
    }

    fn receive_frames(
        &mut self,
        bytes: &[u8],
        ended: &mut usize,
    ) -> Result<usize, Http2ParseError> {
        let mut consumed = 0;
        while let [a, b, c, kind, flags, d, e, f, g, rest @ ..] = &bytes[consumed..] {
            let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
            let stream = u32::from_be_bytes([*d, *e, *f, *g]) & 0x7fff_ffff;
            if length > MAX_PAYLOAD {
                return Err(Http2ParseError);
            }
            let Some(payload) = rest.get(..length) else {
                break;
            };
            *ended += usize::from(self.receive_frame(*kind, *flags, stream, payload)?);
            consumed += FRAME_HEADER_BYTES + length;
        }
        Ok(consumed)
    }

    /// Receives a frame, and returns true if a request ended with it.
    fn receive_frame(
        &mut self,
        kind: u8,
        flags: u8,
        stream: u32,
        payload: &[u8],
    ) -> Result<bool, Http2ParseError> {
        match kind {
            HEADERS | DATA => {
                if kind == DATA && !payload.is_empty() {
                    for stream in [0, stream] {
                        put_frame(
                            &mut self.out,
                            WINDOW_UPDATE,
                            0,
                            stream,
                            &(payload.len() as u32).to_be_bytes(),
                        );
                    }
                }
                if flags & END_STREAM == 0 {
                    return Ok(false);
                }
                self.pending.push_back(UnfinishedHttp2Response {
                    stream,
                    window: self.stream_window,
                    remaining_body: None,
                });
                return Ok(true);
            }
            RST_STREAM => self.pending.retain(|answer| answer.stream != stream),
            SETTINGS if flags & ACK == 0 => {
                for setting in payload.as_chunks::<6>().0 {
                    if setting[..2] == INITIAL_WINDOW_SIZE {
                        let window = i64::from(read_u32(&setting[2..])?);
                        let more = window - self.stream_window;
                        self.stream_window = window;
                        self.pending
                            .iter_mut()
                            .for_each(|answer| answer.window += more);
                    }
                }
                put_frame(&mut self.out, SETTINGS, ACK, 0, &[]);
            }
            PING if flags & ACK == 0 => put_frame(&mut self.out, PING, ACK, 0, payload),
            WINDOW_UPDATE if stream == 0 => self.connection_window += i64::from(read_u32(payload)?),
            WINDOW_UPDATE => {
                let more = i64::from(read_u32(payload)?);
                let mut answers = self.pending.iter_mut();
                if let Some(answer) = answers.find(|answer| answer.stream == stream) {
                    answer.window += more;
                }
            }
            _ => {}
        }
        Ok(false)
    }

    /// Appends answers to the output, as far as the windows allow.
    pub(super) fn write_pending(&mut self) {
        for _ in 0..self.pending.len() {
            let Some(mut answer) = self.pending.pop_front() else {
                return;
            };
            if !self.write_response(&mut answer) {
                self.pending.push_back(answer);
            }
        }
    }

    /// Appends as much of an answer as the windows allow, and returns true if it is complete.
    fn write_response(&mut self, answer: &mut UnfinishedHttp2Response) -> bool {
        let Self { out, body, .. } = self;
        if out.len() > MAX_OUTPUT_BYTES {
            return false;
        }
        let mut left = answer.remaining_body.unwrap_or_else(|| {
            let ends = if body.is_empty() { END_STREAM } else { 0 };
            put_frame(
                out,
                HEADERS,
                END_HEADERS | ends,
                answer.stream,
                &self.fields,
            );
            body.len()
        });
        while left > 0 {
            let window = self.connection_window.min(answer.window);
            let bytes = usize::try_from(window)
                .unwrap_or(0)
                .min(left)
                .min(MAX_PAYLOAD);
            if bytes == 0 {
                break;
            }
            let ends = if bytes == left { END_STREAM } else { 0 };
            put_frame(out, DATA, ends, answer.stream, &body[..bytes]);
            left -= bytes;
            answer.window -= bytes as i64;
            self.connection_window -= bytes as i64;
        }
        answer.remaining_body = Some(left);
        left == 0
    }
}

fn put_frame(out: &mut Vec<u8>, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    let [_, a, b, c] = (payload.len() as u32).to_be_bytes();
    let [d, e, f, g] = stream.to_be_bytes();
    out.extend_from_slice(&[a, b, c, kind, flags, d, e, f, g]);
    out.extend_from_slice(payload);
}

fn read_u32(bytes: &[u8]) -> Result<u32, Http2ParseError> {
    bytes
        .first_chunk()
        .map(|word| u32::from_be_bytes(*word))
        .ok_or(Http2ParseError)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the kinds, flags, streams and lengths of frames.
    fn read(mut bytes: &[u8]) -> Vec<(u8, u8, u32, usize)> {
        let mut frames = Vec::new();
        while let [_, a, b, kind, flags, c, d, e, f, rest @ ..] = bytes {
            let length = usize::from(u16::from_be_bytes([*a, *b]));
            frames.push((*kind, *flags, u32::from_be_bytes([*c, *d, *e, *f]), length));
            bytes = &rest[length..];
        }
        frames
    }

    fn request(stream: u32) -> Vec<u8> {
        let mut out = Vec::new();
        put_frame(&mut out, HEADERS, END_HEADERS | END_STREAM, stream, &[0x82]);
        out
    }

    #[test]
    fn frames_can_be_split_anywhere() {
        let stream = [request(1), request(3), request(5)].concat();
        for size in 1..=stream.len() {
            let mut connection = CannedHttp2Connection::new(2);
            let ended = stream.chunks(size).map(|chunk| connection.receive(chunk));
            assert_eq!(
                ended.map(|ended| ended.unwrap_or(0)).sum::<usize>(),
                3,
                "{size}"
            );
            assert_eq!(read(&connection.out).len(), 1 + 3 * 2, "{size}");
        }
    }

    #[test]
    fn a_body_waits_for_the_window() {
        let mut connection = CannedHttp2Connection::new(20_000);
        let mut settings = INITIAL_WINDOW_SIZE.to_vec();
        settings.extend_from_slice(&18_000_u32.to_be_bytes());
        let mut bytes = Vec::new();
        put_frame(&mut bytes, SETTINGS, 0, 0, &settings);
        bytes.extend_from_slice(&request(1));
        assert_eq!(connection.receive(&bytes), Ok(1));
        let fields = connection.fields.len();
        assert_eq!(
            read(&std::mem::take(&mut connection.out))[1..],
            [
                (SETTINGS, ACK, 0, 0),
                (HEADERS, END_HEADERS, 1, fields),
                (DATA, 0, 1, 16_384),
                (DATA, 0, 1, 1_616)
            ]
        );
        let mut more = Vec::new();
        put_frame(&mut more, WINDOW_UPDATE, 0, 1, &5_000_u32.to_be_bytes());
        assert_eq!(connection.receive(&more), Ok(0));
        assert_eq!(read(&connection.out), [(DATA, END_STREAM, 1, 2_000)]);
    }

    #[test]
    fn a_frame_that_is_too_long_is_an_error() {
        let mut connection = CannedHttp2Connection::new(0);
        assert_eq!(connection.receive(b"HTTP/1.1 "), Err(Http2ParseError));
    }
}
