//! The end of the body of a response, and of its connection.

use super::error::{ResponseError, ResponseErrorKind};
use super::status_line::StatusLine;

/// The meaning of a request for the framing of its response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    /// Nothing.
    Plain,
    /// HEAD: the response has no body.
    Head,
    /// CONNECT: after a response of 200 to 299, the connection is a tunnel.
    Connect,
    /// It has an `Upgrade`: after a response of 101, the connection speaks another protocol.
    Upgrade,
}

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
    #[inline]
    pub(super) fn new(
        line: StatusLine,
        fields: &[httparse::Header<'_>],
        request: RequestKind,
    ) -> Result<Self, ResponseError> {
        let framing = FramingFields::read(fields);
        let has_no_body = request == RequestKind::Head || matches!(line.status, 204 | 304);
        // Transfer-Encoding overrides Content-Length, and a body that may not be there overrides
        // both, even if they are malformed.
        let body_end = if has_no_body {
            BodyEnd::Length(0)
        } else {
            match framing.coding {
                TransferCoding::Chunked => BodyEnd::Chunks,
                TransferCoding::Other => BodyEnd::Close,
                TransferCoding::None => match framing.length {
                    LengthField::Missing => BodyEnd::Close,
                    LengthField::Bytes(length) => BodyEnd::Length(length),
                    LengthField::Malformed => return Err(length_error(fields)),
                },
            }
        };
        // HTTP/1.0 does not know chunks, so a peer that sends them may not know its own framing
        // (RFC 9112, section 6.1).
        let is_faulty = line.is_http10 && framing.coding != TransferCoding::None;
        let persistent = !framing.close
            && !is_faulty
            && body_end != BodyEnd::Close
            && (framing.keep_alive || !line.is_http10);
        Ok(Self {
            body_end,
            persistent,
        })
    }
}

/// The fields that determine the framing.
struct FramingFields {
    length: LengthField,
    coding: TransferCoding,
    close: bool,
    keep_alive: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LengthField {
    Missing,
    Bytes(u64),
    Malformed,
}

/// The last coding of `Transfer-Encoding`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TransferCoding {
    None,
    Chunked,
    Other,
}

impl FramingFields {
    #[inline]
    fn read(fields: &[httparse::Header<'_>]) -> Self {
        let mut framing = Self {
            length: LengthField::Missing,
            coding: TransferCoding::None,
            close: false,
            keep_alive: false,
        };
        for field in fields {
            match field.name.len() {
                14 if field.name.eq_ignore_ascii_case("content-length") => {
                    framing.length = match (framing.length, parse_number(field.value)) {
                        (LengthField::Missing, Some(length)) => LengthField::Bytes(length),
                        (known, _) => known.and(field.value),
                    };
                }
                17 if field.name.eq_ignore_ascii_case("transfer-encoding") => {
                    framing.coding = framing.coding.and(field.value);
                }
                10 if field.name.eq_ignore_ascii_case("connection") => {
                    framing.add_options(field.value);
                }
                _ => {}
            }
        }
        framing
    }

    /// Adds the options of a `Connection` (RFC 9110, section 7.6.1).
    #[inline(never)]
    fn add_options(&mut self, value: &[u8]) {
        // The most common value, which needs no search for commas.
        if value.eq_ignore_ascii_case(b"keep-alive") {
            self.keep_alive = true;
            return;
        }
        for option in elements(value) {
            self.close |= option.eq_ignore_ascii_case(b"close");
            self.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }
}

impl TransferCoding {
    /// Adds the codings of another field; the last one has the last coding.
    #[inline(never)]
    fn and(self, value: &[u8]) -> Self {
        match elements(value).last() {
            None => self,
            Some(coding) if coding.eq_ignore_ascii_case(b"chunked") => Self::Chunked,
            Some(_) => Self::Other,
        }
    }
}

impl LengthField {
    /// Adds the value of a field that may be a list of equal numbers, or a second one (RFC 9110, section
    /// 8.6).
    #[cold]
    fn and(self, value: &[u8]) -> Self {
        value
            .split(|byte| *byte == b',')
            .fold(self, |known, number| {
                match (known, parse_number(number.trim_ascii())) {
                    (Self::Missing, Some(number)) => Self::Bytes(number),
                    (Self::Bytes(known), Some(number)) if known == number => Self::Bytes(number),
                    _ => Self::Malformed,
                }
            })
    }
}

/// The elements of a list; empty ones are ignored (RFC 9110, section 5.6.1.2).
fn elements(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|byte| *byte == b',')
        .map(<[u8]>::trim_ascii)
        .filter(|element| !element.is_empty())
}

/// The error of lengths that are not one number, with all of them.
#[cold]
fn length_error(fields: &[httparse::Header<'_>]) -> ResponseError {
    let values: Vec<_> = fields
        .iter()
        .filter(|field| field.name.eq_ignore_ascii_case("content-length"))
        .map(|field| field.value)
        .collect();
    ResponseError::new(ResponseErrorKind::ContentLength, &values.join(&b", "[..]))
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

#[cfg(test)]
mod tests {
    use super::BodyEnd::{Chunks, Close, Length};
    use super::{BodyEnd, RequestKind, ResponseFraming, StatusLine};

    /// Reads a version, a status and fields such as `1.1 200; connection: close`.
    fn framing(request: RequestKind, response: &str) -> Result<(BodyEnd, bool), String> {
        let mut parts = response.split("; ");
        let (version, status) = parts.next().and_then(|line| line.split_once(' ')).unwrap();
        let line = StatusLine {
            is_http10: version == "1.0",
            status: status.parse().unwrap(),
        };
        let fields: Vec<_> = parts
            .map(|field| field.split_once(":").unwrap())
            .map(|(name, value)| httparse::Header {
                name,
                value: value.trim().as_bytes(),
            })
            .collect();
        ResponseFraming::new(line, &fields, request)
            .map(|framing| (framing.body_end, framing.persistent))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn ends_bodies_as_the_rfc_says() {
        let table = [
            // RFC 9112, section 6.3, rule 1: no body, whatever the fields say.
            ("1.1 204", Length(0), true),
            ("1.1 204; content-length: 5", Length(0), true),
            ("1.1 304; content-length: 5120", Length(0), true),
            ("1.1 304; transfer-encoding: chunked", Length(0), true),
            ("1.1 304; content-length: garbage", Length(0), true),
            ("1.0 204", Length(0), false),
            // Rule 3: Transfer-Encoding overrides Content-Length.
            (
                "1.1 200; content-length: 9; transfer-encoding: chunked",
                Chunks,
                true,
            ),
            (
                "1.1 200; transfer-encoding: chunked; content-length: 9",
                Chunks,
                true,
            ),
            (
                "1.1 200; transfer-encoding: chunked; content-length: x",
                Chunks,
                true,
            ),
            (
                "1.1 200; transfer-encoding: gzip; content-length: 9",
                Close,
                false,
            ),
            // Rule 4: chunked as the last coding, or not.
            ("1.1 200; Transfer-Encoding: Chunked", Chunks, true),
            ("1.1 200; transfer-encoding: gzip, chunked", Chunks, true),
            ("1.1 200; transfer-encoding: gzip,chunked ,", Chunks, true),
            (
                "1.1 200; transfer-encoding: gzip; transfer-encoding: chunked",
                Chunks,
                true,
            ),
            (
                "1.1 200; transfer-encoding: chunked; transfer-encoding: gzip",
                Close,
                false,
            ),
            ("1.1 200; transfer-encoding: chunked, gzip", Close, false),
            ("1.1 200; transfer-encoding: identity", Close, false),
            (
                "1.1 200; transfer-encoding: identity; content-length: 9",
                Close,
                false,
            ),
            ("1.1 200; transfer-encoding: xchunked", Close, false),
            // An empty list has no coding.
            (
                "1.1 200; transfer-encoding: ; content-length: 9",
                Length(9),
                true,
            ),
            (
                "1.1 200; transfer-encoding: chunked; transfer-encoding:",
                Chunks,
                true,
            ),
            // Rule 6: Content-Length.
            ("1.1 200; Content-Length: 42", Length(42), true),
            ("1.1 200; content-length: 042", Length(42), true),
            ("1.1 200; content-length: 0", Length(0), true),
            ("1.1 200; content-length: 42, 42", Length(42), true),
            (
                "1.1 200; content-length: 42; content-length: 42",
                Length(42),
                true,
            ),
            (
                "1.1 200; content-length: 18446744073709551615",
                Length(u64::MAX),
                true,
            ),
            // Rule 8: with the connection.
            ("1.1 200", Close, false),
            ("1.1 200; connection: keep-alive", Close, false),
            // Section 6.1: Transfer-Encoding in HTTP/1.0 is faulty.
            (
                "1.0 200; transfer-encoding: chunked; connection: keep-alive",
                Chunks,
                false,
            ),
            // Section 9.3: persistence.
            (
                "1.1 200; content-length: 1; Connection: Close",
                Length(1),
                false,
            ),
            (
                "1.1 200; content-length: 1; connection: x, close",
                Length(1),
                false,
            ),
            (
                "1.1 200; content-length: 1; connection: close, keep-alive",
                Length(1),
                false,
            ),
            (
                "1.1 200; content-length: 1; connection: closed",
                Length(1),
                true,
            ),
            ("1.0 200; content-length: 1", Length(1), false),
            (
                "1.0 200; content-length: 1; connection: Keep-Alive",
                Length(1),
                true,
            ),
            ("1.0 200; connection: keep-alive", Close, false),
        ];
        for (response, body_end, persistent) in table {
            let expected = Ok((body_end, persistent));
            assert_eq!(
                framing(RequestKind::Plain, response),
                expected,
                "{response}"
            );
        }
        let response = "1.1 200; content-length: 1000000";
        assert_eq!(framing(RequestKind::Head, response), Ok((Length(0), true)));
    }

    #[test]
    fn refuses_lengths_that_are_not_one_number() {
        for (fields, found) in [
            ("content-length: 5; Content-Length: 6", "5, 6"),
            ("content-length: 5, 6", "5, 6"),
            ("content-length:", ""),
            ("content-length: 5,", "5,"),
            ("content-length: +5", "+5"),
            ("content-length: -1", "-1"),
            ("content-length: 0x5", "0x5"),
            ("content-length: 5 5", "5 5"),
            ("content-length: 5.0", "5.0"),
            (
                "content-length: 5; content-length: x; content-length: 5",
                "5, x, 5",
            ),
            (
                "content-length: 18446744073709551616",
                "18446744073709551616",
            ),
        ] {
            let error = framing(RequestKind::Plain, &format!("1.1 200; {fields}"));
            let mut expected = "Content-Length is not one number".to_owned();
            if !found.is_empty() {
                expected += &format!(": \"{found}\"");
            }
            assert_eq!(error, Err(expected), "{fields}");
        }
    }
}
