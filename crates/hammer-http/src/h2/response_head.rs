//! The head of a response: its status, its length, and its headers if wanted.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use super::hpack::FieldSink;

/// The limit for the head of a response, as over HTTP/1.1.
pub(super) const MAX_HEAD_BYTES: usize = 64 * 1024;
/// The size of a field besides its name and value (RFC 9113, section 6.5.2).
const FIELD_OVERHEAD_BYTES: usize = 32;

/// The head of a response.
#[derive(Debug, Default)]
pub(crate) struct Http2ResponseHead {
    /// The status; 0 until it has arrived.
    pub(super) status: u16,
    pub(super) content_length: Option<u64>,
    /// The headers, if they are wanted.
    pub(super) headers: Option<HeaderMap>,
    /// The rule of HTTP/2 that the head breaks.
    pub(super) violation: Option<&'static str>,
    field_bytes: usize,
    seen_regular_field: bool,
}

impl Http2ResponseHead {
    /// Resets the head for the next response; collects headers only if `headers` is true.
    pub(super) fn clear(&mut self, headers: bool) {
        *self = Self {
            headers: headers.then(HeaderMap::new),
            ..Self::default()
        };
    }

    /// Returns true if the head exceeds [`MAX_HEAD_BYTES`].
    pub(super) fn is_too_large(&self) -> bool {
        self.field_bytes > MAX_HEAD_BYTES
    }

    /// Returns true for an interim response (RFC 9110, section 15.2).
    pub(super) fn is_interim(&self) -> bool {
        (100..200).contains(&self.status)
    }
}

impl FieldSink for Http2ResponseHead {
    fn wants_all_fields(&self) -> bool {
        self.headers.is_some() && !self.is_too_large()
    }

    fn status(&mut self, value: &[u8]) {
        let digit = |byte: u8| u16::from(byte.wrapping_sub(b'0'));
        match *value {
            [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'] => {
                if self.status != 0 || self.seen_regular_field {
                    self.violation = Some(":status comes twice, or after other fields");
                }
                self.status = digit(a) * 100 + digit(b) * 10 + digit(c);
            }
            _ => self.violation = Some(":status is not a number of three digits"),
        }
    }

    fn content_length(&mut self, value: &[u8]) {
        self.seen_regular_field = true;
        let number = str::from_utf8(value).ok();
        let number = number.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = number.and_then(|text| text.parse().ok());
        if number.is_none()
            || self
                .content_length
                .is_some_and(|other| Some(other) != number)
        {
            self.violation = Some("content-length is not a single number");
        }
        self.content_length = number;
    }

    fn field(&mut self, name: &[u8], value: &[u8]) {
        self.seen_regular_field = true;
        if name.iter().any(u8::is_ascii_uppercase) {
            self.violation = Some("a field name has upper-case letters");
        }
        if !self.wants_all_fields() {
            return;
        }
        let Some(headers) = &mut self.headers else {
            return;
        };
        match (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            (Ok(name), Ok(value)) => drop(headers.append(name, value)),
            _ => self.violation = Some("a field has invalid characters"),
        }
    }

    fn invalid_pseudo_header(&mut self) {
        self.violation = Some("a pseudo-header that responses do not have");
    }

    fn add_size(&mut self, bytes: usize) {
        self.field_bytes = self
            .field_bytes
            .saturating_add(bytes + FIELD_OVERHEAD_BYTES);
    }
}

/// Discards fields: those of ended streams and trailers.
pub(super) struct NullFieldSink;

impl FieldSink for NullFieldSink {
    fn wants_all_fields(&self) -> bool {
        false
    }
    fn status(&mut self, _: &[u8]) {}
    fn content_length(&mut self, _: &[u8]) {}
    fn field(&mut self, _: &[u8], _: &[u8]) {}
    fn invalid_pseudo_header(&mut self) {}
    fn add_size(&mut self, _: usize) {}
}
