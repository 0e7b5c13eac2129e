//! The expectations that a response must meet to count as ok.

mod header;
mod json;
mod json_pointer;
mod pattern;
mod status;

use hammer_wire::Fields;
use memchr::memmem::Finder;

pub use self::header::ExpectedHeader;
pub use self::json::ExpectedJson;
pub(crate) use self::json_pointer::JsonPointer;
pub use self::pattern::ExpectedPattern;
pub(crate) use self::pattern::compile_regex;
pub use self::status::ExpectedStatus;

/// Labels of responses that miss an expectation; an unexpected status is its own label.
const HEADER_LABEL: &str = "header_expected";
const BODY_LABEL: &str = "body_expected";
const JSON_LABEL: &str = "json_expected";

/// The expectations of a response.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResponseExpectations {
    pub(crate) status: Option<ExpectedStatus>,
    pub(crate) headers: Vec<ExpectedHeader>,
    /// Texts that a body must contain, prepared for the search.
    pub(crate) texts: Vec<Finder<'static>>,
    pub(crate) patterns: Vec<ExpectedPattern>,
    pub(crate) json: Vec<ExpectedJson>,
}

impl ResponseExpectations {
    /// Reports whether nothing is expected beyond the default.
    pub(crate) fn is_empty(&self) -> bool {
        self.status.is_none() && self.headers.is_empty() && !self.needs_body()
    }

    /// Adds other expectations.
    pub(crate) fn extend(&mut self, other: &Self) {
        if let Some(status) = &other.status {
            self.add_status(status);
        }
        self.headers.extend_from_slice(&other.headers);
        self.texts.extend_from_slice(&other.texts);
        self.patterns.extend_from_slice(&other.patterns);
        self.json.extend_from_slice(&other.json);
    }

    /// Adds statuses that count as ok.
    pub(crate) fn add_status(&mut self, status: &ExpectedStatus) {
        match &mut self.status {
            Some(expected) => expected.extend(status),
            None => self.status = Some(status.clone()),
        }
    }

    /// Reports whether an expectation needs the body.
    pub(crate) fn needs_body(&self) -> bool {
        !(self.texts.is_empty() && self.patterns.is_empty() && self.json.is_empty())
    }

    /// Reports whether the status is expected; by default, any below 400.
    pub(crate) fn accepts_status(&self, status: u16) -> bool {
        let expected = self.status.as_ref();
        expected.map_or(status < 400, |expected| expected.contains(status))
    }

    /// The label for a response that misses an expected header.
    pub(crate) fn header_mismatch(&self, headers: &Fields<'_>) -> Option<&'static str> {
        let all_met = self
            .headers
            .iter()
            .all(|expected| expected.is_met_by(headers));
        (!all_met).then_some(HEADER_LABEL)
    }

    /// The label for a response whose body misses an expectation.
    pub(crate) fn body_mismatch(&self, body: &[u8]) -> Option<&'static str> {
        let text = |text: &Finder<'_>| text.find(body).is_some();
        if !self.texts.iter().all(text)
            || !self.patterns.iter().all(|pattern| pattern.is_met_by(body))
        {
            return Some(BODY_LABEL);
        }
        let json = self.json.iter().all(|expected| expected.is_met_by(body));
        (!json).then_some(JSON_LABEL)
    }
}
