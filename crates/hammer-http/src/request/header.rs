//! Headers of requests, parsed from lines in the spelling of curl.

use std::str::FromStr;

use http::header::{HeaderName, HeaderValue};

use crate::masking::{is_secret_header, mask_header};
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
                "malformed header name {name:?}; expected {expected}"
            ))
            .with_source(cause)
        })?;
        let mut value = HeaderValue::from_str(value.trim()).map_err(|cause| {
            let value = mask_header(name, value.as_bytes());
            let message = format!(
                "malformed value {value:?} of the header {name}; expected no line breaks or other \
                 control characters"
            );
            error(message).with_source(cause)
        })?;
        value.set_sensitive(is_secret_header(&parsed));
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
}
