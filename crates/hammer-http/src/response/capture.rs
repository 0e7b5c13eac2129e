//! Values of answers that a slot's next hits send.

use std::fmt;
use std::str::FromStr;

use hyper::HeaderMap;
use hyper::header::HeaderName;
use regex::bytes::Regex;

use crate::response::expectations::{JsonPointer, compile_regex};
use crate::{Error, ErrorKind};

/// The longest value that is kept.
const MAX_CAPTURED_BYTES: usize = 64 << 10;

/// Each is looked for in each answer.
pub(crate) const MAX_CAPTURES: usize = 64;

/// Where in an answer a value is that the slot's next hits send.
///
/// `json:/a/b` is a value of a JSON body by its pointer (RFC 6901), a text without its quotes, and `null`
/// is none; `header:Name` is the first header of that name; `regex:EXPRESSION` is what the first group of
/// the expression matches in the body, or all of it if it has no group.
#[derive(Debug, Clone)]
pub struct ResponseCapture(CaptureSource);

#[derive(Debug, Clone)]
enum CaptureSource {
    Json(JsonPointer),
    Header(HeaderName),
    Pattern(Regex),
}

/// All captures.
#[derive(Debug, Default)]
pub(crate) struct CaptureSet(pub(crate) Vec<ResponseCapture>);

/// What the answers of a hit have, by the order of captures, until it is known whether it is to be kept.
#[derive(Debug, Default)]
pub(crate) struct CapturedValues(Vec<Option<Vec<u8>>>);

impl CaptureSet {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether bodies have to be read.
    pub(crate) fn needs_body(&self) -> bool {
        let mut captures = self.0.iter();
        captures.any(|capture| !matches!(capture.0, CaptureSource::Header(_)))
    }

    /// Finds what the head of an answer has.
    pub(crate) fn capture_headers(&self, headers: &HeaderMap, found: &mut CapturedValues) {
        self.capture_each(found, |capture, value| match capture {
            CaptureSource::Header(name) => {
                value.extend_from_slice(headers.get(name)?.as_bytes());
                Some(())
            }
            _ => None,
        })
    }

    /// Finds what a body has.
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

    /// Keeps what was found for the slot's next hits; says how many of them were not found.
    pub(crate) fn store(&self, found: CapturedValues, values: &mut Vec<Option<Vec<u8>>>) -> u64 {
        values.resize(self.0.len(), None);
        let mut missed = self.0.len() as u64;
        for (value, found) in values.iter_mut().zip(found.0) {
            if found.is_some() {
                *value = found;
                missed -= 1;
            }
        }
        missed
    }

    fn capture_each(
        &self,
        found: &mut CapturedValues,
        take: impl Fn(&CaptureSource, &mut Vec<u8>) -> Option<()>,
    ) {
        found.0.resize(self.0.len(), None);
        for (capture, found) in self.0.iter().zip(&mut found.0) {
            let mut value = vec![];
            if take(&capture.0, &mut value).is_none() {
                continue;
            }
            if value.len() > MAX_CAPTURED_BYTES {
                tracing::debug!(bytes = value.len(), "a value that is too long to capture");
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
        let right = "right would be json:/POINTER, header:NAME or regex:EXPRESSION";
        let (kind, place) = text
            .split_once(':')
            .ok_or_else(|| error(format!("{text:?} says not what to capture; {right}")))?;
        Ok(Self(match kind {
            "json" => CaptureSource::Json(place.parse().map_err(|what| {
                error(format!(
                    "malformed JSON pointer {place:?} to capture: {what}"
                ))
            })?),
            "header" => CaptureSource::Header(place.trim().parse().map_err(|cause| {
                error(format!("malformed name {place:?} of a header to capture")).with_source(cause)
            })?),
            "regex" => CaptureSource::Pattern(compile_regex(place).map_err(|cause| {
                error(format!("malformed regular expression {place:?} to capture"))
                    .with_source(cause)
            })?),
            _ => return Err(error(format!("can't capture from {kind:?}; {right}"))),
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
    use hyper::header::HeaderValue;

    use super::*;

    #[test]
    fn values_are_taken_from_where_they_are() {
        let body = br#"{"a": {"b": "x\u00e9\"", "n": 1.50, "l": [1, null]}, "t": "id=42;"}"#;
        let mut headers = HeaderMap::new();
        for value in ["first", "second"] {
            headers.append("x-id", HeaderValue::from_static(value));
        }
        for (spelled, value) in [
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
            let captures = CaptureSet(vec![spelled.parse().expect(spelled)]);
            let mut values = vec![];
            let mut found = CapturedValues::default();
            captures.capture_headers(&headers, &mut found);
            captures.capture_body(body, &mut found);
            let missed = captures.store(found, &mut values);
            let kept = values[0].as_deref().map(String::from_utf8_lossy);
            assert_eq!(kept.as_deref(), value, "{spelled}");
            assert_eq!(missed, u64::from(value.is_none()), "{spelled}");
        }
    }

    #[test]
    fn the_last_value_stays_until_there_is_another_that_is_not_too_long() {
        let captures = CaptureSet(vec!["json:/a".parse().expect("is well formed")]);
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
    fn malformed_captures_are_told_what_would_be_right() {
        for (spelled, fragment) in [
            ("", "json:/POINTER"),
            ("/token", "json:/POINTER"),
            ("body:x", "json:/POINTER"),
            ("json:token", "begins with /"),
            ("header:a b", "malformed name"),
            ("regex:(", "malformed regular"),
        ] {
            let error = spelled.parse::<ResponseCapture>().expect_err(spelled);
            assert!(error.to_string().contains(fragment), "{spelled}: {error}");
            assert_eq!(error.kind(), ErrorKind::Capture);
        }
    }
}
