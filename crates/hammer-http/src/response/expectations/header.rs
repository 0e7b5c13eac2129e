//! Expectations of response headers.

use std::str::FromStr;

use hammer_wire::Fields;
use http::header::HeaderName;

use crate::{Error, ErrorKind};
use hammer_diagnostic::shortened;

/// A header that a response must have: `Name`, or `Name: value` if the value matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedHeader {
    name: HeaderName,
    value: Option<String>,
}

impl ExpectedHeader {
    /// Reports whether a header has the expected name and value.
    pub(crate) fn is_met_by(&self, headers: &Fields<'_>) -> bool {
        let mut values = headers.values(self.name.as_str());
        match &self.value {
            None => values.next().is_some(),
            Some(expected) => values.any(|value| value == expected.as_bytes()),
        }
    }
}

impl FromStr for ExpectedHeader {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (name, value) = match text.split_once(':') {
            Some((name, value)) => (name, Some(value.trim().to_owned())),
            None => (text.trim(), None),
        };
        let name = name.parse().map_err(|cause| {
            let message = format!(
                "malformed header expectation {text:?}; expected Name or \"Name: value\"",
                text = shortened(text)
            );
            Error::new(ErrorKind::Expectation, message).with_source(cause)
        })?;
        Ok(Self { name, value })
    }
}

#[cfg(test)]
mod tests {
    use hammer_wire::FieldList;

    use super::*;

    #[test]
    fn name_and_value_must_match() {
        let headers: [(&str, &[u8]); 4] = [
            ("X-a", b"b"),
            ("x-A", b"c: d"),
            ("x-empty", b""),
            ("x-latin", b"\xe9"),
        ];
        let headers: FieldList = headers.into_iter().collect();
        let headers = Fields::from_list(&headers);
        let table = [
            ("X-A", true),
            ("x-a: b", true),
            ("X-A:c: d ", true),
            ("X-A: B", false),
            ("X-A: b, c: d", false),
            ("X-A:", false),
            ("X-Empty:", true),
            ("X-Empty", true),
            ("X-B", false),
            ("X-B:", false),
            ("X-Latin", true),
            ("X-Latin:", false),
        ];
        for (text, found) in table {
            let expected: ExpectedHeader = text.parse().expect(text);
            assert_eq!(expected.is_met_by(&headers), found, "{text}");
        }
        for text in ["", ": b", "X A", "X-A : b", "X-A=b"] {
            let error = text.parse::<ExpectedHeader>().expect_err(text);
            assert!(
                error.to_string().contains("Name or \"Name: value\""),
                "{error}"
            );
        }
    }
}
