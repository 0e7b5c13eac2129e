//! Requests as bytes, encoded once and completed for each hit.

use std::io::Write;

/// The head of a request as bytes, with places for the parts that vary.
///
/// Names of fields are sent as given. No part is checked: values with line breaks would begin new
/// lines.
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
    /// The same bytes in every request.
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
    /// Begins a request with its method and target.
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

    /// Appends a header field.
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

    /// The number of variable parts.
    #[must_use]
    pub fn variable_parts(&self) -> usize {
        self.places.len()
    }

    /// Appends a request to `out`: its head with `values` in their places and `more_fields` at the
    /// end, and its body.
    ///
    /// Places without a value stay empty.
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
            for part in [name.as_bytes(), b": ", value, b"\r\n"] {
                out.extend_from_slice(part);
            }
        }
        // Writing to a Vec cannot fail.
        let _ = match self.framing {
            BodyFraming::GivenLength => out.write_all(b"\r\n"),
            BodyFraming::LengthIfAny if body_bytes == 0 => out.write_all(b"\r\n"),
            BodyFraming::Length | BodyFraming::LengthIfAny => {
                write!(out, "content-length: {body_bytes}\r\n\r\n")
            }
            BodyFraming::Chunked if body_bytes == 0 => out.write_all(b"\r\n"),
            BodyFraming::Chunked => write!(out, "\r\n{body_bytes:x}\r\n"),
        };
    }

    /// The bytes that follow a body of `body_bytes`.
    #[must_use]
    pub fn body_end(&self, body_bytes: usize) -> &'static [u8] {
        match self.framing {
            BodyFraming::Chunked if body_bytes == 0 => b"0\r\n\r\n",
            BodyFraming::Chunked => b"\r\n0\r\n\r\n",
            BodyFraming::Length | BodyFraming::LengthIfAny | BodyFraming::GivenLength => b"",
        }
    }
}
