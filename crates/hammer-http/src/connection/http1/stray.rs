//! Bytes that a target sends after the end of a response, and that belong to none.

use std::time::Duration;

/// The time that the head of a response may take to follow stray bytes.
///
/// Stray bytes may arrive after the request was sent. If no head follows them, they are the answer to it.
pub(super) const WAIT_FOR_HEAD: Duration = Duration::from_millis(100);

/// The first bytes of a response.
const START: &[u8] = b"HTTP/1.";

/// The offset of the head of a response, or of what may be its beginning; `None` if there is neither.
pub(super) fn head_position(bytes: &[u8]) -> Option<usize> {
    // Line breaks before a head are part of it.
    let begin = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
    let begin = begin.unwrap_or(bytes.len());
    if bytes[begin..]
        .iter()
        .zip(START)
        .all(|(one, other)| one == other)
    {
        return Some(0);
    }
    if let Some(start) = memchr::memmem::find(bytes, START) {
        return Some(start);
    }
    let is_beginning = |length: &usize| bytes.ends_with(&START[..*length]);
    let beginning = (1..START.len()).rev().find(is_beginning)?;
    Some(bytes.len() - beginning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_response_is_found() {
        let table: [(&[u8], Option<usize>); 10] = [
            (b"HTTP/1.1 200 OK\r\n\r\n", Some(0)),
            (b"\r\nHTTP/1.1 200 OK\r\n\r\n", Some(0)),
            (b"\r\n", Some(0)),
            (b"H", Some(0)),
            (b"HTTP/1", Some(0)),
            (b"strayHTTP/1.1 200 OK\r\n\r\n", Some(5)),
            (b"strayHTTP", Some(5)),
            (b"HTTPHTTP/", Some(4)),
            (b"stray", None),
            (b"\r\nstray", None),
        ];
        for (bytes, position) in table {
            assert_eq!(head_position(bytes), position, "{}", bytes.escape_ascii());
        }
    }
}
