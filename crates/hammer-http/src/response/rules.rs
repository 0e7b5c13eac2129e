//! The rules for the responses of a target: what they must have, and what is captured from them.

use bytes::Bytes;
use memchr::memmem::Finder;

use crate::response::capture::{CaptureSet, ResponseCapture};
use crate::response::expectations::ResponseExpectations;
use crate::{ExpectedHeader, ExpectedJson, ExpectedPattern, ExpectedStatus};

/// The rules for responses: what they must have to count as ok, and what is captured from them.
#[derive(Debug, Clone, Default)]
#[must_use = "rules have no effect until a builder has them"]
pub struct ResponseRules {
    pub(crate) expectations: ResponseExpectations,
    /// Captures with their variables.
    pub(crate) captures: Vec<(String, ResponseCapture)>,
}

impl ResponseRules {
    /// Creates rules that accept every status below 400 and capture nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds statuses that count as ok, in place of all below 400.
    pub fn expect_status(mut self, status: ExpectedStatus) -> Self {
        self.expectations.add_status(&status);
        self
    }

    /// Adds a header that a response must have; without it, the response is rejected under the label
    /// `header_expected`.
    pub fn expect_header(mut self, header: ExpectedHeader) -> Self {
        self.expectations.headers.push(header);
        self
    }

    /// Adds a text that the body must contain; without it, the response is rejected under the label
    /// `body_expected`.
    pub fn expect_body(mut self, text: impl Into<Bytes>) -> Self {
        let text = Finder::new(&text.into()).into_owned();
        self.expectations.texts.push(text);
        self
    }

    /// Adds a regular expression that must match somewhere in the body; otherwise the response is
    /// rejected under the label `body_expected`.
    pub fn expect_body_regex(mut self, pattern: ExpectedPattern) -> Self {
        self.expectations.patterns.push(pattern);
        self
    }

    /// Adds a value that a JSON body must have; without it, the response is rejected under the label
    /// `json_expected`.
    pub fn expect_json(mut self, json: ExpectedJson) -> Self {
        self.expectations.json.push(json);
        self
    }

    /// Captures a value of each response for the next hits of the same slot, as `{{variable}}` in their
    /// templates.
    ///
    /// Captured values belong to the slot and outlive its connections. They are taken only from responses
    /// that meet the expectations, and headers also from redirects on the way. If the response does not
    /// have the value, or it is longer than 64 KiB, the last value stays and `capture_missed` is counted.
    /// A hit that needs a value which its slot has not captured yet is not sent and fails with
    /// `value_missing`.
    pub fn capture(mut self, variable: impl Into<String>, capture: ResponseCapture) -> Self {
        self.captures.push((variable.into(), capture));
        self
    }
}

/// The rules for the responses of a target, ready for its hits.
#[derive(Debug, Default)]
pub(crate) struct TargetRules {
    pub(crate) expectations: ResponseExpectations,
    pub(crate) captures: CaptureSet,
    /// True if more than the status of a response matters.
    pub(crate) inspects_heads: bool,
    /// True if the body of a response matters.
    pub(crate) inspects_bodies: bool,
}
