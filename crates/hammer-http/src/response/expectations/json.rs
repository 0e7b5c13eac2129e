//! Expectations of values in JSON bodies.

use std::str::FromStr;

use serde_json::Value;

use super::json_pointer::JsonPointer;
use crate::{Error, ErrorKind};
use hammer_diagnostic::shortened;

/// Maximum ratio between the lengths of a found value and an equal expected one.
///
/// Whitespace and escaped characters make equal values differ in length.
const MAX_LENGTH_RATIO: usize = 16;

/// A value that a JSON body must have: `/a/b=1`, or `/a/b` if any value will do.
///
/// The part before the first `=` is a JSON pointer (RFC 6901) such as `/items/0/id`, with `~1` for a slash
/// and `~0` for a tilde; an empty pointer means the whole body. The part after it is JSON, or else a text:
/// `/name="x"` and `/name=x` mean the same. Numbers are compared by value.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedJson {
    pointer: JsonPointer,
    value: Option<Value>,
    /// The length of the expectation as written.
    text_length: usize,
}

impl ExpectedJson {
    pub(crate) fn is_met_by(&self, body: &[u8]) -> bool {
        let Some(found) = self.pointer.find(body) else {
            return false;
        };
        let Some(expected) = &self.value else {
            return true;
        };
        // Parse small values only: parsed JSON can take a hundred times the memory of its text.
        if found.len() > MAX_LENGTH_RATIO * (self.text_length + 64) {
            return false;
        }
        serde_json::from_str(found).is_ok_and(|found| json_equal(expected, &found))
    }
}

impl FromStr for ExpectedJson {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (pointer, value) = match text.split_once('=') {
            Some((pointer, value)) => (pointer, Some(value)),
            None => (text, None),
        };
        let pointer = pointer.parse().map_err(|problem| {
            let message = format!(
                "malformed JSON expectation {text:?}: {problem} (try /items/0/id=7 or /name=x)",
                text = shortened(text)
            );
            Error::new(ErrorKind::Expectation, message)
        })?;
        let value = value.map(|value| {
            let json = serde_json::from_str(value);
            json.unwrap_or_else(|_| Value::String(value.to_owned()))
        });
        Ok(Self {
            pointer,
            value,
            text_length: text.len(),
        })
    }
}

/// Compares JSON values, with 1 and 1.0 as equal.
fn json_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| json_equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let is_equal = |(key, value)| b.get(key).is_some_and(|other| json_equal(value, other));
            a.len() == b.len() && a.iter().all(is_equal)
        }
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_pointer() {
        let body = r#"{"a":{"b":1,"c":[{"id":7},null]},"n":"x=y","f":1.50,"é":"\u00e9","":0}"#;
        let table = [
            ("/a/b=1", true),
            ("/a/b=1.0", true),
            ("/a/b=2", false),
            ("/a/b=\"1\"", false),
            ("/a/b", true),
            ("/a/x", false),
            ("/a/c/0/id=7", true),
            ("/a/c/1=null", true),
            ("/a/c/2", false),
            ("/a/c=[{\"id\": 7}, null]", true),
            ("/a/c=[null, {\"id\": 7}]", false),
            ("/a={\"c\":[{\"id\":7.0},null],\"b\":1}", true),
            ("/n=x=y", true),
            ("/n=\"x=y\"", true),
            ("/n=", false),
            ("/f=1.5", true),
            ("/é=é", true),
            ("/=0", true),
            ("", true),
            ("=1", false),
        ];
        for (text, found) in table {
            let expected: ExpectedJson = text.parse().expect(text);
            assert_eq!(expected.is_met_by(body.as_bytes()), found, "{text}");
        }
        let whole: ExpectedJson = "=[1]".parse().expect("the expectation is valid");
        assert!(whole.is_met_by(b" [ 1 ] "));
        assert!(!whole.is_met_by(b"[1] x") && !whole.is_met_by(b"[1") && !whole.is_met_by(b""));
    }

    #[test]
    fn a_value_that_is_too_long_is_not_parsed() {
        let expected: ExpectedJson = "/a=[0]".parse().expect("the expectation is valid");
        let body = format!("{{\"a\":[{}0]}}", "0,".repeat(1 << 20));
        assert!(!expected.is_met_by(body.as_bytes()));
    }

    #[test]
    fn errors_name_what_was_expected() {
        for (text, problem) in [
            ("a=1", "expected / at its beginning"),
            ("/a~2=1", "~0 or ~1"),
            ("/~=1", "~0 or ~1"),
        ] {
            let error = text.parse::<ExpectedJson>().expect_err(text);
            assert!(error.to_string().contains(problem), "{text}: {error}");
            assert!(
                error.to_string().contains("/items/0/id=7"),
                "{text}: {error}"
            );
        }
    }
}
