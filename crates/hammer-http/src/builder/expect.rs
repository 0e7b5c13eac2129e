//! What the builder is told about answers.

use std::time::Duration;

use bytes::Bytes;

use crate::expect::Expectations;
use crate::{
    Error, ErrorKind, ExpectedHeader, ExpectedJson, ExpectedPattern, ExpectedStatus, HttpBuilder,
    Tape,
};

/// How much of a body is looked into, unless something else is said.
const MAX_BODY: u64 = 16 << 20;

/// What counts as ok, and what is kept of answers.
#[derive(Debug, Default)]
pub(crate) struct Expect {
    pub(super) expectations: Expectations,
    max_body: Option<u64>,
    pub(super) first_byte: Option<Duration>,
    pub(super) tape: Option<Tape>,
}

impl Expect {
    /// Whether nothing is asked for.
    pub(super) fn is_default(&self) -> bool {
        self.expectations.is_empty() && self.first_byte.is_none() && self.tape.is_none()
    }

    /// How much of a body is looked into, which may be for what is `captured` of it.
    pub(super) fn max_body(&self, captured: bool) -> Result<u64, Error> {
        let looks = captured || self.expectations.look_into_bodies();
        if self.max_body.is_some() && !looks {
            let message = "there is a largest body, and no body is looked into: add what it should \
                           be like, or leave out the size";
            return Err(Error::new(ErrorKind::Expectation, message));
        }
        Ok(self.max_body.unwrap_or(MAX_BODY))
    }
}

impl HttpBuilder {
    /// The statuses that count as ok, in place of all below 400.
    pub fn expect_status(mut self, status: ExpectedStatus) -> Self {
        self.expect.expectations.status = Some(status);
        self
    }

    /// A header that an answer must have to count as ok; otherwise it is rejected under the label
    /// `header_expected`.
    pub fn expect_header(mut self, header: ExpectedHeader) -> Self {
        self.expect.expectations.headers.push(header);
        self
    }

    /// A text that the body must have in it, or the answer is rejected under the label
    /// `body_expected`.
    pub fn expect_body(mut self, text: impl Into<Bytes>) -> Self {
        self.expect.expectations.texts.push(text.into());
        self
    }

    /// A regular expression that the body must match somewhere, or the answer is rejected under the
    /// label `body_expected`.
    pub fn expect_body_regex(mut self, pattern: ExpectedPattern) -> Self {
        self.expect.expectations.patterns.push(pattern);
        self
    }

    /// A value that the body must have as JSON, or the answer is rejected under the label
    /// `json_expected`.
    pub fn expect_json(mut self, json: ExpectedJson) -> Self {
        self.expect.expectations.json.push(json);
        self
    }

    /// How large a body that is looked into may be, decoded, in bytes; by default 16 MiB. A larger
    /// one is the failure `body_too_large`.
    pub fn max_body(mut self, bytes: u64) -> Self {
        self.expect.max_body = Some(bytes);
        self
    }

    /// How long a target may take to begin its answer, from when the connection is open; else the
    /// hit is the failure `first_byte_timeout`.
    pub fn first_byte_timeout(mut self, limit: Duration) -> Self {
        self.expect.first_byte = Some(limit);
        self
    }

    /// Records what each hit sends and gets.
    pub fn record(mut self, tape: Tape) -> Self {
        self.expect.tape = Some(tape);
        self
    }
}
