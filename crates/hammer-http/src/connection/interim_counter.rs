//! Counts the interim responses before the head of a response.

use std::fmt;

/// Maximum number of interim responses (status 100 to 199) before the head of a response.
///
/// Targets send one or two: 100 for a request with `Expect`, 103 with hints, 102 every few seconds.
const MAX_INTERIM_RESPONSES: u32 = 100;

/// The beginning of an interim response; `?` is any byte.
const INTERIM_START: &[u8] = b"HTTP/1.? 1";

/// Counts interim responses in the bytes of an HTTP/1.1 connection.
///
/// It reads each byte of interim responses, and the first bytes of other responses.
#[derive(Debug, Default)]
pub(crate) struct InterimCounter {
    position: ScanPosition,
    count: u32,
}

/// The place of the next byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScanPosition {
    /// After this many bytes of a head, which all match [`INTERIM_START`].
    Start(usize),
    /// In the head of an interim response; `line_empty` is true if the line has no bytes so far.
    InterimHead { line_empty: bool },
    /// In the final response, or outside any.
    Final,
}

/// The error of a connection whose peer sends more than [`MAX_INTERIM_RESPONSES`].
#[derive(Debug)]
pub(crate) struct TooManyInterimAnswers;

impl fmt::Display for TooManyInterimAnswers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "more than {MAX_INTERIM_RESPONSES} interim responses in a row"
        )
    }
}

impl std::error::Error for TooManyInterimAnswers {}

impl Default for ScanPosition {
    fn default() -> Self {
        Self::Start(0)
    }
}

impl InterimCounter {
    /// Begins the count for the response to the next request.
    pub(crate) fn begin_response(&mut self) {
        *self = Self::default();
    }

    /// Counts in the bytes that were just read; returns true if there are too many interim responses.
    pub(crate) fn exceeds_limit(&mut self, bytes: &[u8]) -> bool {
        for byte in bytes {
            self.position = match self.position {
                ScanPosition::Final => break,
                ScanPosition::InterimHead { line_empty } => match byte {
                    b'\n' if line_empty => ScanPosition::Start(0),
                    b'\n' => ScanPosition::InterimHead { line_empty: true },
                    b'\r' => continue,
                    _ => ScanPosition::InterimHead { line_empty: false },
                },
                // Line breaks before a head are skipped (RFC 9112, section 2.2).
                ScanPosition::Start(0) if matches!(byte, b'\r' | b'\n') => continue,
                ScanPosition::Start(matched) => self.next_of_start(matched, *byte),
            };
            if self.count > MAX_INTERIM_RESPONSES {
                return true;
            }
        }
        false
    }

    fn next_of_start(&mut self, matched: usize, byte: u8) -> ScanPosition {
        let expected = INTERIM_START[matched];
        if byte != expected && expected != b'?' {
            return ScanPosition::Final;
        }
        if matched + 1 < INTERIM_START.len() {
            return ScanPosition::Start(matched + 1);
        }
        self.count += 1;
        ScanPosition::InterimHead { line_empty: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts in `bytes`, read in pieces of `size`.
    fn count(bytes: &[u8], size: usize) -> (u32, bool) {
        let mut counter = InterimCounter::default();
        let exceeded = bytes.chunks(size).any(|piece| counter.exceeds_limit(piece));
        (counter.count, exceeded)
    }

    #[test]
    fn interim_responses_are_counted_in_pieces_of_any_size() {
        let table: [(&[u8], u32); 6] = [
            (b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 100 \r\n\r\n", 0),
            (b"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 1),
            (
                b"HTTP/1.0 100\n\nHTTP/1.1 103 E\nA: 1\n\nHTTP/1.1 100\n\n",
                3,
            ),
            (
                b"\r\nHTTP/1.1 103 E\r\nLink: </a>\r\n\r\n\r\nHTTP/1.1 102 P\r\n",
                2,
            ),
            (b"garbage\r\n\r\nHTTP/1.1 100 C\r\n\r\n", 0),
            (b"HTTP/1.1 101 S\r\n\r\nnoise HTTP/1.1 100 C\r\n\r\n", 1),
        ];
        for (bytes, expected) in table {
            for size in [1, 2, 7, 1000] {
                let name = bytes.escape_ascii();
                assert_eq!(count(bytes, size), (expected, false), "{name} by {size}");
            }
        }
    }

    #[test]
    fn the_limit_is_exact() {
        let interim = b"HTTP/1.1 100 C\r\n\r\n";
        for (number, exceeded) in [(100, false), (101, true)] {
            let bytes = [&interim.repeat(number), &b"HTTP/1.1 200 OK\r\n\r\n"[..]].concat();
            assert_eq!(count(&bytes, 4096).1, exceeded, "{number}");
        }
    }
}
