//! Parser of rows that are JSON objects.

use std::fmt;
use std::ops::Range;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use hammer_diagnostic::excerpt;

use super::column_names::ColumnNames;
use super::row::FeederRow;

/// The range of a field that was not found yet.
const MISSING: Range<usize> = usize::MAX..usize::MAX;

/// Returns the keys of an object in their order.
pub(super) fn read_keys(object: &[u8]) -> Result<Vec<String>, String> {
    let mut keys = vec![];
    read(object, KeyCollector(&mut keys))?;
    Ok(keys)
}

/// Fills `row` with the values of `keys` in an object.
///
/// Only strings with escapes cause an allocation.
pub(super) fn read_fields(
    object: &[u8],
    keys: &ColumnNames,
    row: &mut FeederRow,
) -> Result<(), String> {
    row.fields.resize(keys.len(), MISSING);
    read(object, FieldVisitor { keys, row })?;
    match row.fields.iter().position(|field| *field == MISSING) {
        Some(missing) => Err(format!(
            "missing key {}, which the first row has",
            excerpt(&keys.names[missing])
        )),
        None => Ok(()),
    }
}

fn read<'de>(object: &'de [u8], visitor: impl Visitor<'de>) -> Result<(), String> {
    let mut deserializer = serde_json::Deserializer::from_slice(object);
    let read = deserializer.deserialize_map(visitor).map(|_| ());
    read.and_then(|()| deserializer.end()).map_err(|error| {
        let (column, error) = (error.column(), error.to_string());
        // The line that serde counts is always 1.
        let error = error.split(" at line ").next().unwrap_or_default();
        let place = match column {
            0 => String::new(),
            column => format!("column {column}: "),
        };
        format!("{place}invalid JSON: {error} (try one object per line)")
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
    keys: &'a ColumnNames,
    row: &'a mut FeederRow,
}

impl<'de> Visitor<'de> for FieldVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut guess = 0;
        while let Some(index) = map.next_key_seed(KeyIndexSeed(self.keys, guess))? {
            let Some(index) = index else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            guess = index + 1;
            let json = map.next_value::<&RawValue>()?.get();
            let start = self.row.text.len();
            let string_content = json
                .strip_prefix('"')
                .and_then(|json| json.strip_suffix('"'));
            match string_content {
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

/// Deserializes a key as its index among these keys, which is probably the given one.
struct KeyIndexSeed<'a>(&'a ColumnNames, usize);

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
        Ok(self.0.index_of(key, self.1))
    }
}
