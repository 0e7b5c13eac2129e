//! Expectations of bodies as regular expressions.

use std::str::FromStr;

use regex::bytes::{Regex, RegexBuilder};

use crate::{Error, ErrorKind};
use hammer_diagnostic::shortened;

/// Maximum memory of a compiled pattern.
const MAX_PATTERN_BYTES: usize = 16 << 20;

/// A regular expression that a body must match somewhere.
///
/// The syntax is that of the crate [regex](https://docs.rs/regex/latest/regex/#syntax), whose matching time
/// is linear in the length of the body.
#[derive(Debug, Clone)]
pub struct ExpectedPattern(Regex);

impl ExpectedPattern {
    pub(crate) fn is_met_by(&self, body: &[u8]) -> bool {
        self.0.is_match(body)
    }
}

impl FromStr for ExpectedPattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        compile_regex(text).map(Self).map_err(|cause| {
            let message = format!(
                "malformed regular expression {text:?}",
                text = shortened(text)
            );
            Error::new(ErrorKind::Expectation, message).with_source(cause)
        })
    }
}

/// Compiles an expression within the memory limit.
pub(crate) fn compile_regex(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text)
        .size_limit(MAX_PATTERN_BYTES)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_anywhere_in_the_body() {
        let table = [
            ("b+", &b"abbc"[..], true),
            ("^b", b"abbc", false),
            ("", b"", true),
            ("(?i)ID: [0-9]{3}", b"x\nid: 123\n", true),
            ("(?-u)\\xff", b"\xff", true),
        ];
        for (text, body, found) in table {
            let pattern: ExpectedPattern = text.parse().expect(text);
            assert_eq!(pattern.is_met_by(body), found, "{text}");
        }
        for text in ["(", "a{9999}{9999}", "\\"] {
            let error = text.parse::<ExpectedPattern>().expect_err(text);
            assert!(
                error.to_string().starts_with("malformed regular"),
                "{error}"
            );
        }
    }
}
