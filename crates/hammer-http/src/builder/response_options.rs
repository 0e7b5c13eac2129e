//! Options for responses: expectations, limits and recording.

use std::time::Duration;

use bytes::Bytes;
use memchr::memmem::Finder;

use crate::response::expectations::ResponseExpectations;
use crate::{
    Error, ErrorKind, ExchangeRecorder, ExpectedHeader, ExpectedJson, ExpectedPattern,
    ExpectedStatus, HttpBuilder,
};

/// Default for the largest body to inspect.
const DEFAULT_MAX_BODY_BYTES: u64 = 16 << 20;

/// The expectations, limits and recorder for responses.
#[derive(Debug, Default)]
pub(crate) struct ResponseOptions {
    pub(super) expectations: ResponseExpectations,
    max_body_bytes: Option<u64>,
    pub(super) first_byte_timeout: Option<Duration>,
    pub(super) recorder: Option<ExchangeRecorder>,
}

impl ResponseOptions {
    /// The largest body to inspect; `captured` is true if captures need bodies.
    ///
    /// # Errors
    ///
    /// If a limit was set and no body is inspected.
    pub(super) fn max_body_bytes(&self, captured: bool) -> Result<u64, Error> {
        let inspects = captured || self.expectations.needs_body();
        if self.max_body_bytes.is_some() && !inspects {
            let message = "the limit of the body size has no effect, since no body is inspected (try \
                           adding a body expectation, or leaving the limit out)";
            return Err(Error::new(ErrorKind::Expectation, message));
        }
        Ok(self.max_body_bytes.unwrap_or(DEFAULT_MAX_BODY_BYTES))
    }
}

impl HttpBuilder {
    /// Sets the statuses that count as ok, in place of all below 400.
    pub fn expect_status(mut self, status: ExpectedStatus) -> Self {
        self.response.expectations.status = Some(status);
        self
    }

    /// Adds a header that a response must have; without it, the response is rejected under the label
    /// `header_expected`.
    pub fn expect_header(mut self, header: ExpectedHeader) -> Self {
        self.response.expectations.headers.push(header);
        self
    }

    /// Adds a text that the body must contain; without it, the response is rejected under the label
    /// `body_expected`.
    pub fn expect_body(mut self, text: impl Into<Bytes>) -> Self {
        let text = Finder::new(&text.into()).into_owned();
        self.response.expectations.texts.push(text);
        self
    }

    /// Adds a regular expression that must match somewhere in the body; otherwise the response is
    /// rejected under the label `body_expected`.
    pub fn expect_body_regex(mut self, pattern: ExpectedPattern) -> Self {
        self.response.expectations.patterns.push(pattern);
        self
    }

    /// Adds a value that a JSON body must have; without it, the response is rejected under the label
    /// `json_expected`.
    pub fn expect_json(mut self, json: ExpectedJson) -> Self {
        self.response.expectations.json.push(json);
        self
    }

    /// Sets the largest body to inspect, in bytes after decoding; 16 MiB by default.
    ///
    /// With a larger body, the hit fails with `body_too_large`. Whatever is set, the bodies that a worker
    /// inspects at a time use at most 256 MiB, including the copy of a body while its buffer grows. So a
    /// body of more than 128 MiB is never inspected.
    pub fn max_body_bytes(mut self, bytes: u64) -> Self {
        self.response.max_body_bytes = Some(bytes);
        self
    }

    /// Sets the time limit for the first byte of a response, once the connection is open.
    ///
    /// A hit that exceeds it fails with `first_byte_timeout`.
    pub fn first_byte_timeout(mut self, limit: Duration) -> Self {
        self.response.first_byte_timeout = Some(limit);
        self
    }

    /// Records the request and the response of each hit.
    pub fn record(mut self, recorder: ExchangeRecorder) -> Self {
        self.response.recorder = Some(recorder);
        self
    }
}
