//! Bytes that a target sends after the end of a response, and that belong to none.

use std::time::Duration;

/// The time that the head of a response may take to follow stray bytes.
///
/// Stray bytes may arrive after the request was sent. If no head follows them, they are the answer to it.
pub(super) const WAIT_FOR_HEAD: Duration = Duration::from_millis(100);

/// The first bytes of a response.
const START: &[u8] = b"HTTP/1.";

/// The offset of the head of a response; `None` if its first bytes are not there.
pub(super) fn head_position(bytes: &[u8]) -> Option<usize> {
    // Line breaks before a head are part of it.
    let begin = bytes
        .iter()
        .position(|byte| !matches!(byte, b'\r' | b'\n'))?;
    if bytes[begin..].starts_with(START) {
        return Some(0);
    }
    memchr::memmem::find(bytes, START)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_response_is_found() {
        let table: [(&[u8], Option<usize>); 8] = [
            (b"HTTP/1.1 200 OK\r\n\r\n", Some(0)),
            (b"\r\nHTTP/1.1 200 OK\r\n\r\n", Some(0)),
            (b"strayHTTP/1.1 200 OK\r\n\r\n", Some(5)),
            (b"\r\n", None),
            (b"HTTP/1", None),
            (b"strayHTTP", None),
            (b"stray", None),
            (b"", None),
        ];
        for (bytes, position) in table {
            assert_eq!(head_position(bytes), position, "{}", bytes.escape_ascii());
        }
    }
}
