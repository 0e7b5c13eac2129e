//! Captures of values from responses for a slot's next hits.

use std::fmt;
use std::str::FromStr;

use hammer_wire::Fields;
use http::header::HeaderName;
use regex::bytes::Regex;

use crate::response::expectations::{JsonPointer, compile_regex};
use crate::{Error, ErrorKind};
use hammer_diagnostic::shortened;

/// Maximum size of a captured value.
const MAX_CAPTURED_BYTES: usize = 64 << 10;

/// The source of a captured value in a response.
///
/// - `json:/a/b`: a value of a JSON body by its pointer (RFC 6901). A string loses its quotes, and `null`
///   counts as missing.
/// - `header:Name`: the first header of that name.
/// - `regex:EXPRESSION`: the match of the first group in the body, or of the whole expression if it has no
///   groups.
#[derive(Debug, Clone)]
pub struct ResponseCapture(CaptureSource);

#[derive(Debug, Clone)]
enum CaptureSource {
    Json(JsonPointer),
    Header(HeaderName),
    Pattern(Regex),
}

/// The captures from the responses of a target.
#[derive(Debug, Default)]
pub(crate) struct CaptureSet(Vec<VariableCapture>);

/// A capture with the index of the variable that it sets.
#[derive(Debug)]
struct VariableCapture {
    source: CaptureSource,
    variable: usize,
}

/// The values found by a hit, in the order of the captures, before they are stored.
#[derive(Debug, Default)]
pub(crate) struct CapturedValues(Vec<Option<Vec<u8>>>);

impl CaptureSet {
    /// Adds a capture that sets the variable with this index.
    pub(crate) fn add(&mut self, capture: &ResponseCapture, variable: usize) {
        let source = capture.0.clone();
        self.0.push(VariableCapture { source, variable });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reports whether captures need the body.
    pub(crate) fn needs_body(&self) -> bool {
        let mut captures = self.0.iter();
        captures.any(|capture| !matches!(capture.source, CaptureSource::Header(_)))
    }

    /// Captures values from the headers of a response.
    pub(crate) fn capture_headers(&self, headers: &Fields<'_>, found: &mut CapturedValues) {
        self.capture_each(found, |capture, value| match capture {
            CaptureSource::Header(name) => {
                value.extend_from_slice(headers.get(name.as_str())?);
                Some(())
            }
            _ => None,
        })
    }

    /// Captures values from the body of a response.
    pub(crate) fn capture_body(&self, body: &[u8], found: &mut CapturedValues) {
        self.capture_each(found, |capture, value| match capture {
            CaptureSource::Header(_) => None,
            CaptureSource::Json(pointer) => match pointer.find(body)? {
                "null" => None,
                text if text.starts_with('"') => {
                    let text: String = serde_json::from_str(text).ok()?;
                    value.extend_from_slice(text.as_bytes());
                    Some(())
                }
                json => {
                    value.extend_from_slice(json.as_bytes());
                    Some(())
                }
            },
            CaptureSource::Pattern(pattern) => {
                let found = pattern.captures(body)?;
                let group = if pattern.captures_len() > 1 { 1 } else { 0 };
                value.extend_from_slice(found.get(group)?.as_bytes());
                Some(())
            }
        })
    }

    /// Stores found values for the slot's next hits; returns the number of missing ones.
    pub(crate) fn store(&self, found: CapturedValues, values: &mut Vec<Option<Vec<u8>>>) -> u64 {
        let mut missed = self.0.len() as u64;
        for (capture, found) in self.0.iter().zip(found.0) {
            if found.is_some() {
                if values.len() <= capture.variable {
                    values.resize(capture.variable + 1, None);
                }
                values[capture.variable] = found;
                missed -= 1;
            }
        }
        missed
    }

    fn capture_each(
        &self,
        found: &mut CapturedValues,
        extract: impl Fn(&CaptureSource, &mut Vec<u8>) -> Option<()>,
    ) {
        found.0.resize(self.0.len(), None);
        for (capture, found) in self.0.iter().zip(&mut found.0) {
            let mut value = vec![];
            if extract(&capture.source, &mut value).is_none() {
                continue;
            }
            if value.len() > MAX_CAPTURED_BYTES {
                tracing::debug!(
                    bytes = value.len(),
                    "ignored a value that is too long to capture"
                );
                continue;
            }
            *found = Some(value);
        }
    }
}

impl FromStr for ResponseCapture {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let error = |message| Error::new(ErrorKind::Capture, message);
        let expected = "expected json:/POINTER, header:NAME or regex:EXPRESSION";
        let (kind, source) = text.split_once(':').ok_or_else(|| {
            error(format!(
                "malformed capture {text:?}; {expected}",
                text = shortened(text)
            ))
        })?;
        Ok(Self(match kind {
            "json" => CaptureSource::Json(source.parse().map_err(|problem| {
                error(format!(
                    "malformed JSON pointer {source:?} of a capture: {problem}",
                    source = shortened(source)
                ))
            })?),
            "header" => CaptureSource::Header(source.trim().parse().map_err(|cause| {
                error(format!(
                    "malformed header name {source:?} of a capture",
                    source = shortened(source)
                ))
                .with_source(cause)
            })?),
            "regex" => CaptureSource::Pattern(compile_regex(source).map_err(|cause| {
                error(format!(
                    "malformed regular expression {source:?} of a capture",
                    source = shortened(source)
                ))
                .with_source(cause)
            })?),
            _ => {
                return Err(error(format!(
                    "unknown source {kind:?} of a capture; {expected}",
                    kind = shortened(kind)
                )));
            }
        }))
    }
}

impl fmt::Display for ResponseCapture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            CaptureSource::Json(_) => f.write_str("json"),
            CaptureSource::Header(name) => write!(f, "header:{name}"),
            CaptureSource::Pattern(pattern) => write!(f, "regex:{pattern}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use hammer_wire::FieldList;

    use super::*;

    fn capture_set(text: &str) -> CaptureSet {
        let mut captures = CaptureSet::default();
        captures.add(&text.parse().expect(text), 0);
        captures
    }

    #[test]
    fn values_are_captured_from_headers_and_bodies() {
        let body = br#"{"a": {"b": "x\u00e9\"", "n": 1.50, "l": [1, null]}, "t": "id=42;"}"#;
        let headers: FieldList = [("X-ID", b"first".as_slice()), ("x-id", b"second")]
            .into_iter()
            .collect();
        let headers = Fields::from_list(&headers);
        for (text, value) in [
            ("json:/a/b", Some("x\u{e9}\"")),
            ("json:/a/n", Some("1.50")),
            ("json:/a/l", Some("[1, null]")),
            ("json:/a/l/1", None),
            ("json:/a/x", None),
            ("header:X-Id", Some("first")),
            ("header: x-id", Some("first")),
            ("header:X-No", None),
            ("regex:id=([0-9]+)", Some("42")),
            ("regex:id=[0-9]+", Some("id=42")),
            ("regex:id=(x)?", None),
            ("regex:no", None),
        ] {
            let captures = capture_set(text);
            let mut values = vec![];
            let mut found = CapturedValues::default();
            captures.capture_headers(&headers, &mut found);
            captures.capture_body(body, &mut found);
            let missed = captures.store(found, &mut values);
            let kept = values.first().and_then(Option::as_deref);
            let kept = kept.map(String::from_utf8_lossy);
            assert_eq!(kept.as_deref(), value, "{text}");
            assert_eq!(missed, u64::from(value.is_none()), "{text}");
        }
    }

    #[test]
    fn the_last_value_stays_until_another_one_is_captured() {
        let captures = capture_set("json:/a");
        let mut values = vec![];
        let long = format!("{{\"a\": \"{}\"}}", "x".repeat(MAX_CAPTURED_BYTES + 1));
        for (body, missed, kept) in [
            ("{\"a\": 1}", 0, "1"),
            ("{\"a\": 2}", 0, "2"),
            ("{}", 1, "2"),
            ("no JSON", 1, "2"),
            (&long, 1, "2"),
            ("{\"a\": \"\"}", 0, ""),
        ] {
            let mut found = CapturedValues::default();
            captures.capture_body(body.as_bytes(), &mut found);
            assert_eq!(captures.store(found, &mut values), missed);
            assert_eq!(values[0].as_deref(), Some(kept.as_bytes()));
        }
    }

    #[test]
    fn errors_name_what_was_expected() {
        for (text, fragment) in [
            ("", "json:/POINTER"),
            ("/token", "json:/POINTER"),
            ("body:x", "json:/POINTER"),
            ("json:token", "expected / at its beginning"),
            ("header:a b", "malformed header name"),
            ("regex:(", "malformed regular"),
        ] {
            let error = text.parse::<ResponseCapture>().expect_err(text);
            assert!(error.to_string().contains(fragment), "{text}: {error}");
            assert_eq!(error.kind(), ErrorKind::Capture);
        }
    }
}
