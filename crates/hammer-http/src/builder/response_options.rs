//! Options for responses: expectations, limits and recording.

use std::time::Duration;

use bytes::Bytes;

use super::rule_options::RuleOptions;
use crate::{
    Error, ErrorKind, ExchangeRecorder, ExpectedHeader, ExpectedJson, ExpectedPattern,
    ExpectedStatus, HttpBuilder, ResponseCapture, ResponseRules,
};

/// Default for the largest body to inspect.
const DEFAULT_MAX_BODY_BYTES: u64 = 16 << 20;

/// The rules, limits and recorder for responses.
#[derive(Debug, Default)]
pub(crate) struct ResponseOptions {
    pub(super) rules: RuleOptions,
    max_body_bytes: Option<u64>,
    pub(super) first_byte_timeout: Option<Duration>,
    pub(super) recorder: Option<ExchangeRecorder>,
}

impl ResponseOptions {
    /// The largest body to inspect; `inspects_bodies` is true if any rule needs bodies.
    ///
    /// # Errors
    ///
    /// If a limit was set and no body is inspected.
    pub(super) fn max_body_bytes(&self, inspects_bodies: bool) -> Result<u64, Error> {
        if self.max_body_bytes.is_some() && !inspects_bodies {
            let message = "the limit of the body size has no effect, since no body is inspected (try \
                           adding a body expectation, or leaving the limit out)";
            return Err(Error::new(ErrorKind::Expectation, message));
        }
        Ok(self.max_body_bytes.unwrap_or(DEFAULT_MAX_BODY_BYTES))
    }
}

impl HttpBuilder {
    /// Adds rules for the responses of all targets.
    pub fn rules(mut self, rules: ResponseRules) -> Self {
        self.response.rules.add(None, rules);
        self
    }

    /// Adds rules for the responses of the targets named `target`, besides those of all targets.
    ///
    /// The statuses expected of one target replace the common ones; other rules add up. Targets get their
    /// names in a [list](crate::TargetList).
    pub fn rules_for(mut self, target: impl Into<String>, rules: ResponseRules) -> Self {
        self.response.rules.add(Some(target.into()), rules);
        self
    }

    /// Adds [statuses that count as ok](ResponseRules::expect_status) for all targets.
    pub fn expect_status(self, status: ExpectedStatus) -> Self {
        self.rules(ResponseRules::new().expect_status(status))
    }

    /// Adds [a header that a response must have](ResponseRules::expect_header), for all targets.
    pub fn expect_header(self, header: ExpectedHeader) -> Self {
        self.rules(ResponseRules::new().expect_header(header))
    }

    /// Adds [a text that the body must contain](ResponseRules::expect_body), for all targets.
    pub fn expect_body(self, text: impl Into<Bytes>) -> Self {
        self.rules(ResponseRules::new().expect_body(text))
    }

    /// Adds [an expression that the body must match](ResponseRules::expect_body_regex), for all targets.
    pub fn expect_body_regex(self, pattern: ExpectedPattern) -> Self {
        self.rules(ResponseRules::new().expect_body_regex(pattern))
    }

    /// Adds [a value that a JSON body must have](ResponseRules::expect_json), for all targets.
    pub fn expect_json(self, json: ExpectedJson) -> Self {
        self.rules(ResponseRules::new().expect_json(json))
    }

    /// Adds [a value to capture](ResponseRules::capture) from the responses of all targets.
    pub fn capture(self, variable: impl Into<String>, capture: ResponseCapture) -> Self {
        self.rules(ResponseRules::new().capture(variable, capture))
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
