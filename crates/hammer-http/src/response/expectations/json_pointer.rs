//! JSON pointers, resolved without keeping the rest of the document.

use std::fmt;
use std::str::FromStr;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A JSON pointer (RFC 6901).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JsonPointer(Vec<String>);

impl JsonPointer {
    /// Finds the value and returns its text; `None` also if `text` is not JSON.
    pub(crate) fn find<'t>(&self, text: &'t [u8]) -> Option<&'t str> {
        let mut json = serde_json::Deserializer::from_slice(text);
        let found = PointerVisitor(&self.0).deserialize(&mut json).ok()?;
        json.end().ok()?;
        found.map(RawValue::get)
    }
}

impl FromStr for JsonPointer {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Ok(Self(vec![]));
        }
        let steps = text
            .strip_prefix('/')
            .ok_or("expected / at its beginning")?;
        let steps = steps.split('/').map(|step| {
            let is_valid = step
                .split('~')
                .skip(1)
                .all(|escaped| escaped.starts_with(['0', '1']));
            // The order matters: the other way around, ~01 would become a slash.
            is_valid.then(|| step.replace("~1", "/").replace("~0", "~"))
        });
        let steps: Option<Vec<String>> = steps.collect();
        steps.map(Self).ok_or("expected ~0 or ~1 for each ~")
    }
}

/// Visits a document along the remaining steps of a pointer.
struct PointerVisitor<'p>(&'p [String]);

impl<'t> DeserializeSeed<'t> for PointerVisitor<'_> {
    type Value = Option<&'t RawValue>;

    fn deserialize<D: Deserializer<'t>>(self, json: D) -> Result<Self::Value, D::Error> {
        match self.0 {
            [] => serde::Deserialize::deserialize(json).map(Some),
            _ => json.deserialize_any(self),
        }
    }
}

impl<'t> Visitor<'t> for PointerVisitor<'_> {
    type Value = Option<&'t RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<std::borrow::Cow<'t, str>>()? {
            if self.0.first().is_some_and(|step| *step == key) {
                // The last of equal keys wins, as in most parsers.
                found = map.next_value_seed(PointerVisitor(&self.0[1..]))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let wanted = self.0.first().and_then(|step| array_index(step));
        let mut found = None;
        for index in 0.. {
            if wanted == Some(index) {
                match list.next_element_seed(PointerVisitor(&self.0[1..]))? {
                    Some(value) => found = value,
                    None => break,
                }
            } else if list.next_element::<IgnoredAny>()?.is_none() {
                break;
            }
        }
        Ok(found)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// Parses an array index: digits without leading zeros.
fn array_index(step: &str) -> Option<usize> {
    let digits = step.bytes().all(|byte| byte.is_ascii_digit());
    let is_canonical = digits && (step == "0" || !step.starts_with('0'));
    is_canonical.then(|| step.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The document and the pointers of RFC 6901, section 5.
    #[test]
    fn pointers_match_the_examples_of_the_rfc() {
        let document = br#"{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4,
                            "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8}"#;
        let table = [
            ("/foo", "[\"bar\", \"baz\"]"),
            ("/foo/0", "\"bar\""),
            ("/", "0"),
            ("/a~1b", "1"),
            ("/c%d", "2"),
            ("/e^f", "3"),
            ("/g|h", "4"),
            ("/i\\j", "5"),
            ("/k\"l", "6"),
            ("/ ", "7"),
            ("/m~0n", "8"),
        ];
        for (text, value) in table {
            let pointer: JsonPointer = text.parse().expect(text);
            assert_eq!(pointer.find(document), Some(value), "{text}");
        }
        for text in [
            "/foo/2", "/foo/-", "/foo/00", "/foo/bar", "/foo/0/x", "/x", "/m~01n",
        ] {
            let pointer: JsonPointer = text.parse().expect(text);
            assert_eq!(pointer.find(document), None, "{text}");
        }
        let whole: JsonPointer = "".parse().expect("the pointer is valid");
        assert_eq!(whole.find(document).map(str::len), Some(document.len()));
    }

    #[test]
    fn nothing_is_found_in_malformed_json() {
        let pointer: JsonPointer = "/a".parse().expect("the pointer is valid");
        for text in [
            &b"{\"a\":1"[..],
            b"{\"a\":1}}",
            b"{\"a\":1,}",
            b"{\"a\":\"\xff\"}",
            b"",
            b"x",
        ] {
            assert_eq!(pointer.find(text), None, "{}", text.escape_ascii());
        }
        assert_eq!(pointer.find(br#"{"a":1,"a":2}"#), Some("2"));
        // Deep enough to overflow the stack of a recursive parser without a limit.
        let deep = format!("{{\"b\":{}", "[".repeat(1 << 20));
        assert_eq!(pointer.find(deep.as_bytes()), None);
    }
}
