//! The head of a response and its trailers, as they are decoded.

use super::hpack::FieldSink;
use super::stream_failure::{MalformedResponse, StreamFailure};
use crate::token::is_token_byte;
use crate::{FieldList, MAX_HEAD_BYTES, MAX_HEADERS};

/// The bytes that a field adds to a head besides its name and value.
const FIELD_OVERHEAD_BYTES: usize = 4;

/// The fields of a header block, checked and within the limits.
#[derive(Debug, Default)]
pub(crate) struct ReceivedFields {
    /// The fields, if they are wanted.
    pub(crate) list: FieldList,
    wanted: bool,
    count: usize,
    bytes: usize,
    violation: Option<MalformedResponse>,
}

impl ReceivedFields {
    /// Prepares for the next block; collects fields only if `wanted` is true.
    fn clear(&mut self, wanted: bool) {
        self.list.clear();
        self.wanted = wanted;
        self.count = 0;
        self.bytes = 0;
        self.violation = None;
    }

    fn is_too_large(&self) -> bool {
        self.bytes > MAX_HEAD_BYTES || self.count > MAX_HEADERS
    }

    fn wants_all(&self) -> bool {
        self.wanted && !self.is_too_large()
    }

    /// Keeps the first violation.
    fn refuse(&mut self, violation: MalformedResponse) {
        self.violation.get_or_insert(violation);
    }

    fn add_size(&mut self, bytes: usize) {
        self.count += 1;
        self.bytes = self.bytes.saturating_add(bytes + FIELD_OVERHEAD_BYTES);
    }

    fn add(&mut self, name: &[u8], value: &[u8]) {
        if name.iter().any(u8::is_ascii_uppercase) {
            self.refuse(MalformedResponse::field(
                "a field name has upper-case letters",
            ));
        }
        if !self.wants_all() {
            return;
        }
        if name.is_empty() || !name.iter().copied().all(is_token_byte) {
            self.refuse(MalformedResponse::field(
                "a field name has invalid characters",
            ));
        }
        if value.iter().copied().any(is_invalid_in_value) {
            self.refuse(MalformedResponse::field(
                "a field value has control characters",
            ));
        }
        self.list.push(name, value);
    }
}

/// Returns true for control characters, except the tab (RFC 9110, section 5.5).
fn is_invalid_in_value(byte: u8) -> bool {
    (byte < b' ' && byte != b'\t') || byte == 0x7f
}

/// The head of a response: its status, its length, and its fields if wanted.
#[derive(Debug, Default)]
pub(crate) struct ReceivedHead {
    /// The status; 0 until it has arrived.
    pub(crate) status: u16,
    pub(crate) content_length: Option<u64>,
    pub(crate) fields: ReceivedFields,
    seen_regular_field: bool,
}

impl ReceivedHead {
    /// Prepares for the next head; collects fields only if `wanted` is true.
    pub(crate) fn clear(&mut self, wanted: bool) {
        self.status = 0;
        self.content_length = None;
        self.fields.clear(wanted);
        self.seen_regular_field = false;
    }

    /// Returns true for an interim response (RFC 9110, section 15.2).
    pub(crate) fn is_interim(&self) -> bool {
        (100..200).contains(&self.status)
    }

    /// Checks a complete head.
    ///
    /// # Errors
    ///
    /// If it is too large or malformed.
    pub(crate) fn check(&self, ends_stream: bool) -> Result<(), StreamFailure> {
        if self.fields.is_too_large() {
            return Err(StreamFailure::HeadTooLarge);
        }
        let missing = (self.status == 0).then_some("no :status");
        let early_end = (self.is_interim() && ends_stream)
            .then_some("the stream ends with an interim response");
        let violation = self.fields.violation;
        let violation = violation.or_else(|| missing.or(early_end).map(MalformedResponse::message));
        match violation {
            Some(violation) => Err(StreamFailure::Malformed(violation)),
            None if self.status == 101 => Err(StreamFailure::UnexpectedUpgrade),
            None => Ok(()),
        }
    }
}

impl FieldSink for ReceivedHead {
    fn wants_all_fields(&self) -> bool {
        self.fields.wants_all()
    }

    fn status(&mut self, value: &[u8]) {
        let digit = |byte: u8| u16::from(byte.wrapping_sub(b'0'));
        match *value {
            [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'] => {
                if self.status != 0 || self.seen_regular_field {
                    self.fields.refuse(MalformedResponse::message(
                        ":status comes twice, or after other fields",
                    ));
                }
                self.status = digit(a) * 100 + digit(b) * 10 + digit(c);
            }
            _ => self.fields.refuse(MalformedResponse::message(
                ":status is not a number of three digits",
            )),
        }
    }

    fn content_length(&mut self, value: &[u8]) {
        self.seen_regular_field = true;
        let number = str::from_utf8(value).ok();
        let number = number.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = number.and_then(|text| text.parse().ok());
        let differs = |known| Some(known) != number;
        if number.is_none() || self.content_length.is_some_and(differs) {
            self.fields.refuse(MalformedResponse::length(
                "content-length is not a single number",
            ));
        }
        self.content_length = number;
    }

    fn field(&mut self, name: &[u8], value: &[u8]) {
        self.seen_regular_field = true;
        self.fields.add(name, value);
    }

    fn invalid_pseudo_header(&mut self) {
        self.fields.refuse(MalformedResponse::message(
            "a pseudo-header that responses do not have",
        ));
    }

    fn add_size(&mut self, bytes: usize) {
        self.fields.add_size(bytes);
    }
}

/// The trailers of a response (RFC 9113, section 8.1).
#[derive(Debug, Default)]
pub(crate) struct ReceivedTrailers {
    pub(crate) fields: ReceivedFields,
}

impl ReceivedTrailers {
    /// Prepares for the next trailers; collects fields only if `wanted` is true.
    pub(crate) fn clear(&mut self, wanted: bool) {
        self.fields.clear(wanted);
    }

    /// Checks complete trailers.
    ///
    /// # Errors
    ///
    /// If they are too large or malformed.
    pub(crate) fn check(&self) -> Result<(), StreamFailure> {
        if self.fields.is_too_large() {
            return Err(StreamFailure::HeadTooLarge);
        }
        match self.fields.violation {
            Some(violation) => Err(StreamFailure::Malformed(violation)),
            None => Ok(()),
        }
    }
}

impl FieldSink for ReceivedTrailers {
    fn wants_all_fields(&self) -> bool {
        self.fields.wants_all()
    }

    fn status(&mut self, _: &[u8]) {
        self.invalid_pseudo_header();
    }

    fn content_length(&mut self, _: &[u8]) {}

    fn field(&mut self, name: &[u8], value: &[u8]) {
        self.fields.add(name, value);
    }

    fn invalid_pseudo_header(&mut self) {
        self.fields
            .refuse(MalformedResponse::message("a pseudo-header in trailers"));
    }

    fn add_size(&mut self, bytes: usize) {
        self.fields.add_size(bytes);
    }
}

/// Discards fields: those of ended streams.
pub(crate) struct NullFieldSink;

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
