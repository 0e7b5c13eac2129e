//! Requests as bytes, encoded once and completed for each hit.

use crate::number::{MAX_DIGITS, format_number};

/// The head of a request as bytes, with places for the parts that vary.
///
/// Names of fields are sent as given, in the given order. No part is checked: a value with a line break
/// would begin another line, and a target with a space would end early.
///
/// ```
/// use hammer_wire::http1::{BodyFraming, RequestLayout, RequestPart};
///
/// let mut layout = RequestLayout::new("POST", RequestPart::Variable, BodyFraming::Length);
/// layout.push_field("host", RequestPart::Fixed(b"a.example"));
/// let mut request = Vec::new();
/// layout.encode([&b"/users/7"[..]], &[], b"hi", &mut request);
/// assert_eq!(
///     request,
///     b"POST /users/7 HTTP/1.1\r\nhost: a.example\r\ncontent-length: 2\r\n\r\nhi"
/// );
/// ```
#[derive(Debug, Clone)]
pub struct RequestLayout {
    /// The fixed bytes up to the last field given.
    bytes: Vec<u8>,
    /// The offsets in `bytes` at which variable parts belong.
    places: Vec<usize>,
    framing: BodyFraming,
}

/// A part of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestPart<'a> {
    /// Bytes that every request has.
    Fixed(&'a [u8]),
    /// Bytes that are given with each request.
    Variable,
}

/// The way in which a request says where its body ends (RFC 9112, section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyFraming {
    /// By a `Content-Length`, unless it has no body.
    LengthIfAny,
    /// By a `Content-Length`, even if it has no body.
    Length,
    /// By a `Content-Length` among the given fields.
    GivenLength,
    /// As one chunk; `Transfer-Encoding` is among the given fields.
    Chunked,
}

impl RequestLayout {
    /// Begins a request with its method and target (RFC 9112, section 3).
    #[must_use]
    pub fn new(method: &str, target: RequestPart<'_>, framing: BodyFraming) -> Self {
        let mut layout = Self {
            bytes: Vec::with_capacity(256),
            places: Vec::new(),
            framing,
        };
        layout.bytes.extend_from_slice(method.as_bytes());
        layout.bytes.push(b' ');
        layout.push_part(target);
        layout.bytes.extend_from_slice(b" HTTP/1.1\r\n");
        layout
    }

    /// Appends a header field (RFC 9112, section 5).
    ///
    /// With [`BodyFraming::GivenLength`] or [`BodyFraming::Chunked`], one of the fields must
    /// state that framing.
    pub fn push_field(&mut self, name: &str, value: RequestPart<'_>) {
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.extend_from_slice(b": ");
        self.push_part(value);
        self.bytes.extend_from_slice(b"\r\n");
    }

    fn push_part(&mut self, part: RequestPart<'_>) {
        match part {
            RequestPart::Fixed(bytes) => self.bytes.extend_from_slice(bytes),
            RequestPart::Variable => self.places.push(self.bytes.len()),
        }
    }

    /// The number of variable parts, in the order in which they were added.
    #[must_use]
    pub fn variable_parts(&self) -> usize {
        self.places.len()
    }

    /// Appends a request to `out`: its head with `values` in their places and `more_fields` at the
    /// end, and its body.
    ///
    /// Places without a value stay empty, and values without a place are ignored.
    pub fn encode<'v>(
        &self,
        values: impl IntoIterator<Item = &'v [u8]>,
        more_fields: &[(&str, &[u8])],
        body: &[u8],
        out: &mut Vec<u8>,
    ) {
        self.encode_head(values, more_fields, body.len(), out);
        out.extend_from_slice(body);
        out.extend_from_slice(self.body_end(body.len()));
    }

    /// Appends the head of a request with a body of `body_bytes`, and all that precedes the body.
    ///
    /// The body follows, and then [`body_end`](Self::body_end).
    pub fn encode_head<'v>(
        &self,
        values: impl IntoIterator<Item = &'v [u8]>,
        more_fields: &[(&str, &[u8])],
        body_bytes: usize,
        out: &mut Vec<u8>,
    ) {
        let mut begin = 0;
        let mut values = values.into_iter();
        for &place in &self.places {
            out.extend_from_slice(&self.bytes[begin..place]);
            out.extend_from_slice(values.next().unwrap_or_default());
            begin = place;
        }
        out.extend_from_slice(&self.bytes[begin..]);
        for (name, value) in more_fields {
            push_field(name, value, out);
        }
        match self.framing {
            BodyFraming::GivenLength => {}
            BodyFraming::LengthIfAny if body_bytes == 0 => {}
            BodyFraming::Length | BodyFraming::LengthIfAny => {
                out.extend_from_slice(b"content-length: ");
                push_number::<10>(body_bytes, out);
                out.extend_from_slice(b"\r\n");
            }
            BodyFraming::Chunked if body_bytes == 0 => {}
            BodyFraming::Chunked => {
                out.extend_from_slice(b"\r\n");
                push_number::<16>(body_bytes, out);
            }
        }
        out.extend_from_slice(b"\r\n");
    }

    /// The bytes that follow a body of `body_bytes`, which is one chunk or has no end of its own (RFC
    /// 9112, section 7.1).
    #[must_use]
    pub fn body_end(&self, body_bytes: usize) -> &'static [u8] {
        match self.framing {
            BodyFraming::Chunked if body_bytes == 0 => b"0\r\n\r\n",
            BodyFraming::Chunked => b"\r\n0\r\n\r\n",
            BodyFraming::Length | BodyFraming::LengthIfAny | BodyFraming::GivenLength => b"",
        }
    }
}

/// Appends a header line.
fn push_field(name: &str, value: &[u8], out: &mut Vec<u8>) {
    for part in [name.as_bytes(), b": ", value, b"\r\n"] {
        out.extend_from_slice(part);
    }
}

fn push_number<const BASE: usize>(number: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(format_number::<BASE>(number, &mut [0; MAX_DIGITS]));
}

#[cfg(test)]
mod tests {
    use super::{BodyFraming, RequestLayout, RequestPart};

    fn encoded(layout: &RequestLayout, values: &[&str], body: &[u8]) -> String {
        let mut out = Vec::new();
        let values = values.iter().map(|value| value.as_bytes());
        layout.encode(values, &[], body, &mut out);
        String::from_utf8(out).expect("a request in ASCII")
    }

    #[test]
    fn puts_values_in_their_places() {
        let mut layout = RequestLayout::new("GET", RequestPart::Variable, BodyFraming::LengthIfAny);
        layout.push_field("Host", RequestPart::Fixed(b"www.example.org"));
        layout.push_field("a", RequestPart::Variable);
        layout.push_field("b", RequestPart::Variable);
        assert_eq!(layout.variable_parts(), 3);
        let table: [(&[&str], &str, &str, &str); 4] = [
            (&["/where?q=now", "1", "2"], "/where?q=now", "1", "2"),
            (&["/", "", "22"], "/", "", "22"),
            (&["/", "1"], "/", "1", ""),
            (&["/", "1", "2", "3"], "/", "1", "2"),
        ];
        for (values, target, a, b) in table {
            assert_eq!(
                encoded(&layout, values, b""),
                format!(
                    "GET {target} HTTP/1.1\r\nHost: www.example.org\r\na: {a}\r\nb: {b}\r\n\r\n"
                )
            );
        }
    }

    #[test]
    fn says_where_the_body_ends() {
        use BodyFraming::{Chunked, GivenLength, Length, LengthIfAny};
        let seventeen = "a".repeat(17);
        let table = [
            (LengthIfAny, "", "\r\n"),
            (GivenLength, "hello", "\r\nhello"),
            (Length, "", "content-length: 0\r\n\r\n"),
            (Length, "hello", "content-length: 5\r\n\r\nhello"),
            // RFC 9112, section 7.1.
            (Chunked, "", "\r\n0\r\n\r\n"),
            (Chunked, "hello", "\r\n5\r\nhello\r\n0\r\n\r\n"),
            (
                Chunked,
                &seventeen,
                "\r\n11\r\naaaaaaaaaaaaaaaaa\r\n0\r\n\r\n",
            ),
        ];
        for (framing, body, expected) in table {
            let layout = RequestLayout::new("POST", RequestPart::Fixed(b"/"), framing);
            let expected = format!("POST / HTTP/1.1\r\n{expected}");
            assert_eq!(encoded(&layout, &[], body.as_bytes()), expected);
        }
    }

    #[test]
    fn appends_fields_of_one_request() {
        let mut layout = RequestLayout::new("GET", RequestPart::Fixed(b"*"), BodyFraming::Length);
        layout.push_field("host", RequestPart::Fixed(b""));
        let mut out = b"x".to_vec();
        let fields: [(&str, &[u8]); 2] = [("a", b"1"), ("b", b"\xe9")];
        layout.encode_head([], &fields, 7, &mut out);
        let expected = b"xGET * HTTP/1.1\r\nhost: \r\na: 1\r\nb: \xe9\r\ncontent-length: 7\r\n\r\n";
        assert_eq!(out, expected);
        assert_eq!(layout.body_end(7), b"");
    }
}
