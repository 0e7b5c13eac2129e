//! Where the body of a response ends, and whether the connection outlives it.

use super::decoder::RequestKind;
use super::error::{ResponseError, ResponseErrorKind};

/// The end of a body (RFC 9112, section 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyEnd {
    /// After this many bytes.
    Length(u64),
    /// After the last chunk and its trailers.
    Chunks,
    /// With the connection.
    Close,
}

/// The framing of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ResponseFraming {
    pub(super) body_end: BodyEnd,
    /// True if another response may follow on the connection (RFC 9112, section 9.3).
    pub(super) persistent: bool,
}

impl ResponseFraming {
    /// Reads the framing from the fields of a final response.
    pub(super) fn new(
        is_http10: bool,
        status: u16,
        fields: &[httparse::Header<'_>],
        request: RequestKind,
    ) -> Result<Self, ResponseError> {
        let mut length: Option<u64> = None;
        let mut is_encoded = false;
        let mut ends_chunked = false;
        let (mut close, mut keep_alive) = (false, false);
        for field in fields {
            match field.name.len() {
                14 if field.name.eq_ignore_ascii_case("content-length") => {
                    length = Some(parse_length(field.value, length)?);
                }
                17 if field.name.eq_ignore_ascii_case("transfer-encoding") => {
                    is_encoded = true;
                    // Of several fields, the last one has the final coding.
                    let last = field.value.rsplit(|byte| *byte == b',').next();
                    let last = last.unwrap_or_default().trim_ascii();
                    ends_chunked = last.eq_ignore_ascii_case(b"chunked");
                }
                10 if field.name.eq_ignore_ascii_case("connection") => {
                    for option in field.value.split(|byte| *byte == b',') {
                        let option = option.trim_ascii();
                        close |= option.eq_ignore_ascii_case(b"close");
                        keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
                    }
                }
                _ => {}
            }
        }
        let has_no_body = request == RequestKind::Head || matches!(status, 204 | 304);
        let body_end = match length {
            _ if has_no_body => BodyEnd::Length(0),
            // Transfer-Encoding overrides Content-Length.
            _ if ends_chunked => BodyEnd::Chunks,
            _ if is_encoded => BodyEnd::Close,
            Some(length) => BodyEnd::Length(length),
            None => BodyEnd::Close,
        };
        // HTTP/1.0 knows no chunks, so a peer that sends them may not know its own framing
        // (RFC 9112, section 6.1).
        let faulty = is_http10 && is_encoded;
        let persistent =
            !close && !faulty && body_end != BodyEnd::Close && (keep_alive || !is_http10);
        Ok(Self {
            body_end,
            persistent,
        })
    }
}

/// Reads the value of a `Content-Length`, which may be a list of equal numbers (RFC 9110, section 8.6).
fn parse_length(value: &[u8], mut known: Option<u64>) -> Result<u64, ResponseError> {
    let error = || ResponseError::new(ResponseErrorKind::ContentLength, value);
    for number in value.split(|byte| *byte == b',') {
        let number = parse_number(number.trim_ascii()).ok_or_else(error)?;
        if *known.get_or_insert(number) != number {
            return Err(error());
        }
    }
    known.ok_or_else(error)
}

/// Parses a number that consists of digits alone.
fn parse_number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}
