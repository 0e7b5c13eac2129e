//! The bytes received from the peer, cut into records.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use rustls::{Error, InvalidMessage};
use tokio::io::{AsyncRead, ReadBuf};

use super::record_cipher::{HEADER_BYTES, MAX_PAYLOAD_BYTES};

/// The size to begin with, enough for a small response and for most handshakes.
const INITIAL_BYTES: usize = 4 << 10;

/// The largest size: two records of the usual maximum, so that a large body needs few reads.
const MAX_BYTES: usize = 33 << 10;

/// The largest size of an empty buffer: one record of the usual maximum, so that the records of a large
/// body that come one by one need one read each.
const MAX_KEPT_BYTES: usize = 17 << 10;

/// The types of records that TLS defines: from `change_cipher_spec` to `application_data`.
const RECORD_TYPES: std::ops::RangeInclusive<u8> = 20..=23;

/// Received bytes that have not been consumed.
///
/// It grows with the records that arrive, up to 33 KiB, and is filled by one read at a time. Once all
/// bytes are consumed, it keeps at most 17 KiB.
#[derive(Debug)]
pub(super) struct ReceiveBuffer {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl ReceiveBuffer {
    pub(super) fn new() -> Self {
        Self {
            bytes: vec![0; INITIAL_BYTES],
            start: 0,
            end: 0,
        }
    }

    /// Returns all bytes that have not been consumed.
    pub(super) fn unread(&mut self) -> &mut [u8] {
        &mut self.bytes[self.start..self.end]
    }

    /// Removes this many bytes from the front.
    pub(super) fn consume(&mut self, bytes: usize) {
        self.start += bytes;
        debug_assert!(self.start <= self.end, "consumed more than was received");
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            if self.bytes.len() > MAX_KEPT_BYTES {
                self.bytes.truncate(MAX_KEPT_BYTES);
                self.bytes.shrink_to_fit();
            }
        }
    }

    /// Returns the length of the record that begins `offset` bytes after the front, header included.
    ///
    /// It is `None` until the record has arrived whole.
    ///
    /// # Errors
    ///
    /// If the header is not one of TLS.
    pub(super) fn whole_record(&self, offset: usize) -> Result<Option<usize>, Error> {
        let received = &self.bytes[self.start + offset..self.end];
        let length = record_length(received)?;
        Ok(length.filter(|length| *length <= received.len()))
    }

    /// Reads once; 0 bytes are the end of the stream.
    pub(super) fn poll_fill<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        self.make_room();
        let mut spare = ReadBuf::new(&mut self.bytes[self.end..]);
        ready!(Pin::new(stream).poll_read(cx, &mut spare))?;
        let bytes = spare.filled().len();
        let is_full = spare.remaining() == 0;
        self.end += bytes;
        if is_full {
            self.grow(self.bytes.len() * 2);
        }
        Poll::Ready(Ok(bytes))
    }

    /// Makes room for the rest of the first record, or for one byte of a longer handshake message.
    fn make_room(&mut self) {
        let received = self.end - self.start;
        if received == 0 {
            return;
        }
        let needed = match record_length(&self.bytes[self.start..self.end]) {
            Ok(Some(length)) => length.max(received + 1),
            _ => received + HEADER_BYTES,
        };
        if self.start + needed > self.bytes.len() {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, received);
        }
        if needed > self.bytes.len() {
            self.bytes.resize(needed.next_multiple_of(1 << 10), 0);
        }
    }

    fn grow(&mut self, wanted: usize) {
        let size = wanted.min(MAX_BYTES);
        if size > self.bytes.len() {
            self.bytes.resize(size, 0);
        }
    }
}

/// Returns the length that a record's header states, once the header has arrived.
fn record_length(received: &[u8]) -> Result<Option<usize>, Error> {
    let [kind, major, _, high, low, ..] = *received else {
        return Ok(None);
    };
    let payload = usize::from(u16::from_be_bytes([high, low]));
    let problem = if !RECORD_TYPES.contains(&kind) {
        InvalidMessage::InvalidContentType
    } else if major != 3 {
        InvalidMessage::UnknownProtocolVersion
    } else if payload > MAX_PAYLOAD_BYTES {
        InvalidMessage::MessageTooLarge
    } else {
        return Ok(Some(HEADER_BYTES + payload));
    };
    Err(problem.into())
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    /// Fills a buffer from these bytes until it is told to stop or the bytes end.
    fn fill(
        buffer: &mut ReceiveBuffer,
        mut bytes: &[u8],
        mut until: impl FnMut(&ReceiveBuffer) -> bool,
    ) {
        let mut cx = Context::from_waker(Waker::noop());
        while !until(buffer) {
            let filled = buffer.poll_fill(&mut bytes, &mut cx);
            assert!(matches!(filled, Poll::Ready(Ok(1..))), "{filled:?}");
        }
    }

    fn record(payload: usize) -> Vec<u8> {
        let [high, low] = (payload as u16).to_be_bytes();
        let mut record = vec![23, 3, 3, high, low];
        record.resize(HEADER_BYTES + payload, 7);
        record
    }

    #[test]
    fn records_of_all_sizes_fit() {
        let mut buffer = ReceiveBuffer::new();
        for payload in [0, 100, 4_091, 4_092, 16_640, MAX_PAYLOAD_BYTES, 1] {
            let record = record(payload);
            let is_whole =
                |buffer: &ReceiveBuffer| buffer.whole_record(0) == Ok(Some(record.len()));
            fill(&mut buffer, &record, is_whole);
            assert_eq!(buffer.unread(), record);
            buffer.consume(record.len());
        }
        assert!(
            buffer.bytes.len() <= MAX_BYTES,
            "{} bytes",
            buffer.bytes.len()
        );
    }

    #[test]
    fn an_empty_buffer_keeps_the_size_of_one_record() {
        let mut buffer = ReceiveBuffer::new();
        let records = record(16_401).repeat(5);
        fill(&mut buffer, &records, |buffer| buffer.end > 30_000);
        buffer.consume(16_406);
        assert_eq!(buffer.bytes.len(), MAX_BYTES, "bytes are left");
        buffer.consume(buffer.end - buffer.start);
        assert_eq!(buffer.bytes.len(), MAX_KEPT_BYTES);
        // The next record needs one read, and no more memory.
        let mut record = &record(16_401)[..];
        let mut cx = Context::from_waker(Waker::noop());
        assert!(buffer.poll_fill(&mut record, &mut cx).is_ready());
        assert_eq!(buffer.whole_record(0), Ok(Some(16_406)));
        assert_eq!(buffer.bytes.len(), MAX_KEPT_BYTES);
    }

    #[test]
    fn a_record_is_found_behind_others() {
        let mut buffer = ReceiveBuffer::new();
        let bytes = [record(10), record(20), record(30)].concat();
        let cut = bytes.len() - 1;
        fill(&mut buffer, &bytes[..cut], |buffer| buffer.end == cut);
        for (offset, expected) in [(0, Some(15)), (15, Some(25)), (40, None)] {
            assert_eq!(
                buffer.whole_record(offset),
                Ok(expected),
                "after {offset} bytes"
            );
        }
    }

    #[test]
    fn the_header_shows_bytes_that_are_not_tls() {
        let table = [
            (&b""[..], Ok(None)),
            (&[23, 3, 3, 0], Ok(None)),
            (&[20, 3, 1, 0, 1], Ok(Some(6))),
            (
                &[23, 3, 3, 0x48, 0],
                Ok(Some(HEADER_BYTES + MAX_PAYLOAD_BYTES)),
            ),
            (&[23, 3, 3, 0x48, 1], Err(InvalidMessage::MessageTooLarge)),
            (b"HTTP/", Err(InvalidMessage::InvalidContentType)),
            (
                &[22, 2, 0, 0, 1],
                Err(InvalidMessage::UnknownProtocolVersion),
            ),
        ];
        for (bytes, expected) in table {
            assert_eq!(
                record_length(bytes),
                expected.map_err(Error::from),
                "{bytes:?}"
            );
        }
    }
}
