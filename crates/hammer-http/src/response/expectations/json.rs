use std::str::FromStr;

use serde_json::Value;

use super::json_pointer::JsonPointer;
use crate::{Error, ErrorKind};

/// A value found in a body may be this much longer than the one expected, and still be equal to it:
/// blanks between its parts, and characters that are escaped.
const MAX_LENGTH_RATIO: usize = 16;

/// A value that a JSON body must have in a place: `/a/b=1`, or `/a/b` if any value will do.
///
/// The place is a JSON pointer (RFC 6901): `/items/0/id`, where `~1` stands for a slash, `~0` for a
/// tilde, and nothing at all for the whole body. What follows the first `=` is JSON, or else a text:
/// `/name="x"` and `/name=x` are the same. Numbers are equal if their values are.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedJson {
    pointer: JsonPointer,
    value: Option<Value>,
    /// How long the value was, as it was written.
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
        // A small value is all that is ever taken apart: a body of zeros has a hundred times its
        // size as values.
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
        let pointer = pointer.parse().map_err(|what| {
            let right = "it should be like /items/0/id=7 or /name=x";
            let message = format!("malformed JSON to expect, {text:?}: {what}; {right}");
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

/// Equal as JSON: 1 and 1.0 are one number.
fn json_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| json_equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let same = |(key, value)| b.get(key).is_some_and(|other| json_equal(value, other));
            a.len() == b.len() && a.iter().all(same)
        }
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_their_places() {
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
        let whole: ExpectedJson = "=[1]".parse().expect("is well formed");
        assert!(whole.is_met_by(b" [ 1 ] "));
        assert!(!whole.is_met_by(b"[1] x") && !whole.is_met_by(b"[1") && !whole.is_met_by(b""));
    }

    #[test]
    fn a_value_that_is_too_long_is_not_taken_apart() {
        let expected: ExpectedJson = "/a=[0]".parse().expect("is well formed");
        let body = format!("{{\"a\":[{}0]}}", "0,".repeat(1 << 20));
        assert!(!expected.is_met_by(body.as_bytes()));
    }

    #[test]
    fn malformed_pointers_are_told_what_would_be_right() {
        for (text, what) in [
            ("a=1", "begins with /"),
            ("/a~2=1", "~0 or ~1"),
            ("/~=1", "~0 or ~1"),
        ] {
            let error = text.parse::<ExpectedJson>().expect_err(text);
            assert!(error.to_string().contains(what), "{text}: {error}");
            assert!(
                error.to_string().contains("/items/0/id=7"),
                "{text}: {error}"
            );
        }
    }
}
