//! Headers of requests, parsed from lines in the spelling of curl.

use std::str::FromStr;

use hammer_diagnostic::{Diagnostic, is_secret_name, mask_header, shortened};
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use crate::url::character_name;
use crate::{Error, ErrorKind};

/// A header of a request, in the spelling of curl's `-H`.
///
/// `Name: value` replaces a default of that name, `Name:` removes it, and `Name;` sends an empty value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHeader {
    pub(crate) name: HeaderName,
    /// `None` removes a default of that name.
    pub(crate) value: Option<HeaderValue>,
}

impl RequestHeader {
    /// Creates a header with a name and a value.
    ///
    /// # Errors
    ///
    /// If the name is not a token (RFC 9110, section 5.1), or the value contains control characters.
    pub fn new(name: &str, value: &str) -> Result<Self, Error> {
        let error = |message| Error::new(ErrorKind::Header, message);
        let parsed: HeaderName = name.parse().map_err(|cause| {
            let expected = "letters, digits and hyphens, as in \"X-Name: value\"";
            error(format!(
                "malformed header name {name:?}; expected {expected}",
                name = shortened(name)
            ))
            .with_source(cause)
        })?;
        let value = value.trim();
        let mut value = HeaderValue::from_str(value).map_err(|cause| {
            let message = format!("malformed value of the header {name}");
            match refused_character(name, value) {
                Some(diagnostic) => error(message).with_source(diagnostic),
                None => error(message).with_source(cause),
            }
        })?;
        value.set_sensitive(is_secret_name(parsed.as_str()));
        Ok(Self {
            name: parsed,
            value: Some(value),
        })
    }

    /// The name, in lower case.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }
}

impl From<RequestHeader> for (HeaderName, Option<HeaderValue>) {
    fn from(header: RequestHeader) -> Self {
        (header.name, header.value)
    }
}

impl FromStr for RequestHeader {
    type Err = Error;

    fn from_str(line: &str) -> Result<Self, Error> {
        match line.split_once(':') {
            Some((name, value)) if value.trim().is_empty() => Ok(Self {
                value: None,
                ..Self::new(name, "")?
            }),
            Some((name, value)) => Self::new(name, value),
            None => match line.strip_suffix(';') {
                Some(name) => Self::new(name, ""),
                None => {
                    // The line is not repeated: it may be a secret.
                    let message = "malformed header; expected \"Name: value\"";
                    Err(Error::new(ErrorKind::Header, message))
                }
            },
        }
    }
}

/// Removes headers, and keeps the order of the others, unlike [`HeaderMap::remove`].
pub(crate) fn remove_headers(headers: &mut HeaderMap, is_removed: impl Fn(&HeaderName) -> bool) {
    if !headers.keys().any(&is_removed) {
        return;
    }
    let mut kept = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers.iter().filter(|(name, _)| !is_removed(name)) {
        kept.append(name.clone(), value.clone());
    }
    *headers = kept;
}

/// Describes the first character that the value of a header cannot contain (RFC 9110, section 5.5),
/// without repeating a secret.
fn refused_character(name: &str, value: &str) -> Option<Diagnostic> {
    let is_refused = |found: char| found.is_ascii_control() && found != '\t';
    let start = value.find(is_refused)?;
    let found = value[start..].chars().next()?;
    let expected = "no line breaks or other control characters";
    let position = start..start + found.len_utf8();
    let is_secret = mask_header(name, value.as_bytes()) != value;
    Some(if is_secret {
        let error = Diagnostic::new(position, "control character in the value");
        error.with_expected(expected).redacted()
    } else {
        let problem = format!("{} in the value", character_name(found));
        let error = Diagnostic::new(position, problem);
        error.with_expected(expected).in_input(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_parsed_as_by_curl() {
        let table = [
            ("X-A: b", "x-a", Some("b")),
            ("X-A:b", "x-a", Some("b")),
            ("X-A:  b: c ", "x-a", Some("b: c")),
            ("X-A:", "x-a", None),
            ("X-A;", "x-a", Some("")),
            ("Accept: a;b", "accept", Some("a;b")),
        ];
        for (line, name, value) in table {
            let header: RequestHeader = line.parse().expect(line);
            assert_eq!(header.name, name, "{line}");
            assert_eq!(
                header.value.as_ref().map(HeaderValue::as_bytes),
                value.map(str::as_bytes),
                "{line}"
            );
        }
    }

    #[test]
    fn malformed_lines_are_refused() {
        for line in [
            "",
            "X-A",
            ":",
            ": b",
            "X A: b",
            "X-A : b",
            "X-A: b\r\nX-B: c",
            "X-A: \u{7}",
            "Ü: b",
        ] {
            let error = line.parse::<RequestHeader>().expect_err(line);
            assert!(
                error.to_string().starts_with("malformed"),
                "{line}: {error}"
            );
            assert_eq!(error.kind(), ErrorKind::Header);
        }
    }

    #[test]
    fn removed_headers_leave_the_others_in_order() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"), ("c", "5")] {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        remove_headers(&mut headers, |name| name == "a" || name == "e");
        let kept: Vec<_> = headers
            .iter()
            .map(|(name, value)| format!("{name}{value:?}"))
            .collect();
        assert_eq!(kept, ["b\"2\"", "c\"3\"", "c\"5\"", "d\"4\""]);
    }

    #[test]
    fn characters_that_a_value_cannot_have_are_named() {
        let expected = "expected no line breaks or other control characters";
        for (name, value, problem, found) in [
            ("Host", "a\r\nX: b", "line break in the value", Some("\r")),
            (
                "X-A",
                "\u{e9}\u{7}",
                "character U+0007 in the value",
                Some("\u{7}"),
            ),
            (
                "X-Token",
                "a\nb",
                "control character in the value at byte 1",
                None,
            ),
        ] {
            let error = RequestHeader::new(name, value).expect_err(name);
            assert_eq!(
                error.to_string(),
                format!("malformed value of the header {name}")
            );
            let source = std::error::Error::source(&error).expect("a source");
            let source = source.downcast_ref::<Diagnostic>().expect("a diagnostic");
            assert_eq!(source.to_string(), format!("{problem}; {expected}"));
            assert_eq!(source.found(), found);
        }
        for value in ["a\tb", "caf\u{e9}", "\"<>`{}|\\^"] {
            let header = RequestHeader::new("Host", value).expect(value);
            assert_eq!(header.value.expect("a value").as_bytes(), value.as_bytes());
        }
    }
}
