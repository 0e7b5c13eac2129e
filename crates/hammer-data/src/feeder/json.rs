//! Rows that are JSON objects.

use std::fmt;
use std::ops::Range;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::row::FeederRow;

/// What is not there yet.
const MISSING: Range<usize> = usize::MAX..usize::MAX;

/// The keys of the object, in its order.
pub(super) fn read_keys(object: &[u8]) -> Result<Vec<String>, String> {
    let mut keys = vec![];
    read(object, KeyCollector(&mut keys))?;
    Ok(keys)
}

/// Fills `row` with the values of the object under these keys.
///
/// A text without escapes costs no allocation, and one with them does.
pub(super) fn read_fields(
    object: &[u8],
    keys: &[String],
    row: &mut FeederRow,
) -> Result<(), String> {
    row.fields.resize(keys.len(), MISSING);
    read(object, FieldVisitor { keys, row })?;
    match row.fields.iter().position(|field| *field == MISSING) {
        Some(missing) => Err(format!(
            "has no {:?}, which the first row has",
            keys[missing]
        )),
        None => Ok(()),
    }
}

fn read<'de>(object: &'de [u8], visitor: impl Visitor<'de>) -> Result<(), String> {
    let mut deserializer = serde_json::Deserializer::from_slice(object);
    let read = deserializer.deserialize_map(visitor).map(|_| ());
    read.and_then(|()| deserializer.end()).map_err(|error| {
        let (column, error) = (error.column(), error.to_string());
        // The place that it tells is within the line.
        let error = error.split(" at line ").next().unwrap_or_default();
        format!("is no JSON object: {error} at column {column}; right would be one in each line")
    })
}

struct KeyCollector<'a>(&'a mut Vec<String>);

impl<'de> Visitor<'de> for KeyCollector<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((key, IgnoredAny)) = map.next_entry()? {
            self.0.push(key);
        }
        Ok(())
    }
}

struct FieldVisitor<'a> {
    keys: &'a [String],
    row: &'a mut FeederRow,
}

impl<'de> Visitor<'de> for FieldVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(index) = map.next_key_seed(KeyIndexSeed(self.keys))? {
            let Some(index) = index else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let json = map.next_value::<&RawValue>()?.get();
            let start = self.row.text.len();
            let inside = json
                .strip_prefix('"')
                .and_then(|json| json.strip_suffix('"'));
            match inside {
                Some(text) if !text.contains('\\') => {
                    self.row.text.extend_from_slice(text.as_bytes());
                }
                Some(_) => {
                    let text: String = serde_json::from_str(json).map_err(de::Error::custom)?;
                    self.row.text.extend_from_slice(text.as_bytes());
                }
                None => self.row.text.extend_from_slice(json.as_bytes()),
            }
            self.row.fields[index] = start..self.row.text.len();
        }
        Ok(())
    }
}

/// Finds a key among these.
struct KeyIndexSeed<'a>(&'a [String]);

impl<'de> DeserializeSeed<'de> for KeyIndexSeed<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyIndexSeed<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|known| known == key))
    }
}
