use std::str::FromStr;

use regex::bytes::{Regex, RegexBuilder};

use crate::{Error, ErrorKind};

/// How much memory a pattern may take, compiled.
const MAX_PATTERN_BYTES: usize = 16 << 20;

/// A regular expression that a body must match somewhere.
///
/// The syntax is that of the crate [regex](https://docs.rs/regex/latest/regex/#syntax), which takes
/// time in proportion to the body, whatever the pattern.
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
            let message = format!("malformed regular expression {text:?}");
            Error::new(ErrorKind::Expectation, message).with_source(cause)
        })
    }
}

/// The expression that `text` spells, within a bound of memory.
pub(crate) fn compile_regex(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text)
        .size_limit(MAX_PATTERN_BYTES)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_somewhere() {
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
