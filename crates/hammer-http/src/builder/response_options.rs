//! What the builder is told about answers.

use std::time::Duration;

use bytes::Bytes;

use crate::response::expectations::ResponseExpectations;
use crate::{
    Error, ErrorKind, ExchangeRecorder, ExpectedHeader, ExpectedJson, ExpectedPattern,
    ExpectedStatus, HttpBuilder,
};

/// How much of a body is looked into, unless something else is said.
const DEFAULT_MAX_BODY_BYTES: u64 = 16 << 20;

/// What counts as ok, and what is kept of answers.
#[derive(Debug, Default)]
pub(crate) struct ResponseOptions {
    pub(super) expectations: ResponseExpectations,
    max_body_bytes: Option<u64>,
    pub(super) first_byte_timeout: Option<Duration>,
    pub(super) recorder: Option<ExchangeRecorder>,
}

impl ResponseOptions {
    /// Whether nothing is asked for.
    pub(super) fn is_default(&self) -> bool {
        self.expectations.is_empty() && self.first_byte_timeout.is_none() && self.recorder.is_none()
    }

    /// How much of a body is looked into, which may be for what is `captured` of it.
    pub(super) fn max_body_bytes(&self, captured: bool) -> Result<u64, Error> {
        let looks = captured || self.expectations.needs_body();
        if self.max_body_bytes.is_some() && !looks {
            let message = "there is a largest body, and no body is looked into: add what it should \
                           be like, or leave out the size";
            return Err(Error::new(ErrorKind::Expectation, message));
        }
        Ok(self.max_body_bytes.unwrap_or(DEFAULT_MAX_BODY_BYTES))
    }
}

impl HttpBuilder {
    /// The statuses that count as ok, in place of all below 400.
    pub fn expect_status(mut self, status: ExpectedStatus) -> Self {
        self.response.expectations.status = Some(status);
        self
    }

    /// A header that an answer must have to count as ok; otherwise it is rejected under the label
    /// `header_expected`.
    pub fn expect_header(mut self, header: ExpectedHeader) -> Self {
        self.response.expectations.headers.push(header);
        self
    }

    /// A text that the body must have in it, or the answer is rejected under the label
    /// `body_expected`.
    pub fn expect_body(mut self, text: impl Into<Bytes>) -> Self {
        self.response.expectations.texts.push(text.into());
        self
    }

    /// A regular expression that the body must match somewhere, or the answer is rejected under the
    /// label `body_expected`.
    pub fn expect_body_regex(mut self, pattern: ExpectedPattern) -> Self {
        self.response.expectations.patterns.push(pattern);
        self
    }

    /// A value that the body must have as JSON, or the answer is rejected under the label
    /// `json_expected`.
    pub fn expect_json(mut self, json: ExpectedJson) -> Self {
        self.response.expectations.json.push(json);
        self
    }

    /// How large a body that is looked into may be, decoded, in bytes; by default 16 MiB. A larger
    /// one is the failure `body_too_large`.
    pub fn max_body_bytes(mut self, bytes: u64) -> Self {
        self.response.max_body_bytes = Some(bytes);
        self
    }

    /// How long a target may take to begin its answer, from when the connection is open; else the
    /// hit is the failure `first_byte_timeout`.
    pub fn first_byte_timeout(mut self, limit: Duration) -> Self {
        self.response.first_byte_timeout = Some(limit);
        self
    }

    /// Records what each hit sends and gets.
    pub fn record(mut self, recorder: ExchangeRecorder) -> Self {
        self.response.recorder = Some(recorder);
        self
    }
}
