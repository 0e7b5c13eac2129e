//! Mapping of JSON keys to the fields of a log entry.

use super::scanner::{JsonScanError, JsonScanner, RawJsonValue};
use crate::log::single_values::SingleValues;
use crate::log::text::{LogField, set_number, set_text};
use crate::log::{EscapeStyle, EscapedText, LogEntry, SkipReason};
use crate::time::{TimestampParser, parse_decimal};

/// The fields of a log entry by the keys of a JSON object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct JsonFieldMap {
    keys: Vec<(Box<[u8]>, JsonFieldNode)>,
    /// The bits of the required keys.
    required: u32,
    /// True if an object with other keys is in another format.
    is_closed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum JsonFieldNode {
    /// A field, and the bit of its key if it is required.
    Value(LogField, u32),
    Object(JsonFieldMap),
}

/// The keys of a message: a level and a text.
const MESSAGE_KEYS: [(&str, u32); 3] = [("level", LEVEL), ("msg", TEXT), ("message", TEXT)];
const LEVEL: u32 = 1 << 30;
const TEXT: u32 = 1 << 31;

/// State of reading an object.
struct ObjectReader<'r, 'l> {
    scanner: JsonScanner<'l>,
    timestamp_parser: &'r mut TimestampParser,
    entry: &'r mut LogEntry<'l>,
    is_time_valid: bool,
    /// The bits of the keys that were found.
    found: u32,
    has_unknown_key: bool,
    single_values: SingleValues<'l>,
    /// The object after the first key whose field it already has.
    rest_after_repetition: Option<&'l [u8]>,
}

impl JsonFieldMap {
    /// Maps each path of `table` to its field. A path with dots matches nested objects as well as a key
    /// that contains the dots.
    pub(crate) fn from_paths<'a>(table: impl IntoIterator<Item = (&'a str, LogField)>) -> Self {
        let mut map = Self::default();
        for (path, field) in table {
            map.insert(path, &field);
            if path.contains('.') {
                map.keys
                    .push((path.as_bytes().into(), JsonFieldNode::Value(field, 0)));
            }
        }
        map
    }

    /// Requires a key of each group, whose keys must be mapped. Objects without them are in another format.
    pub(crate) fn require(mut self, groups: &[&[&str]]) -> Self {
        for (index, group) in groups.iter().enumerate() {
            for path in *group {
                self.set_bit(path, 1 << index);
            }
            self.required |= 1 << index;
        }
        for (key, bit) in MESSAGE_KEYS {
            let node = JsonFieldNode::Value(LogField::Ignored, bit);
            self.keys.push((key.as_bytes().into(), node));
        }
        self
    }

    /// Allows no keys but those of the map.
    pub(crate) fn close(self) -> Self {
        let is_closed = true;
        Self { is_closed, ..self }
    }

    fn set_bit(&mut self, path: &str, new: u32) {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        for (key, node) in &mut self.keys {
            match node {
                JsonFieldNode::Value(_, bit) if **key == *path.as_bytes() => *bit |= new,
                JsonFieldNode::Object(map) if **key == *first.as_bytes() => map.set_bit(rest, new),
                _ => {}
            }
        }
    }

    /// Returns true if a key has the method.
    pub(crate) fn has_method(&self) -> bool {
        self.keys.iter().any(|(_, node)| match node {
            JsonFieldNode::Value(field, _) => *field == LogField::Method,
            JsonFieldNode::Object(map) => map.has_method(),
        })
    }

    fn insert(&mut self, path: &str, field: &LogField) {
        let Some((key, rest)) = path.split_once('.') else {
            let node = JsonFieldNode::Value(field.clone(), 0);
            return self.keys.push((path.as_bytes().into(), node));
        };
        let same = |(known, node): &&mut (Box<[u8]>, JsonFieldNode)| {
            **known == *key.as_bytes() && matches!(node, JsonFieldNode::Object(_))
        };
        if let Some((_, JsonFieldNode::Object(map))) = self.keys.iter_mut().find(same) {
            return map.insert(rest, field);
        }
        let mut map = Self::default();
        map.insert(rest, field);
        self.keys
            .push((key.as_bytes().into(), JsonFieldNode::Object(map)));
    }

    /// Reads a JSON object into `entry`, and consumes the part of `rest` that matches.
    pub(crate) fn read<'l>(
        &self,
        rest: &mut &'l [u8],
        timestamp_parser: &mut TimestampParser,
        entry: &mut LogEntry<'l>,
    ) -> Result<(), SkipReason> {
        let mut reader = ObjectReader::new(rest, timestamp_parser, entry);
        if reader.scanner.peek() != Ok(b'{') {
            return Err(SkipReason::Malformed);
        }
        let read = reader.read_object(self);
        let missing = self.required & !reader.found;
        let result = match read {
            Ok(()) if !reader.scanner.is_at_end() => Err(SkipReason::Malformed),
            Ok(()) if missing != 0 && reader.found & (LEVEL | TEXT) == LEVEL | TEXT => {
                Err(SkipReason::ServerMessage)
            }
            Ok(()) if missing != 0 || self.is_closed && reader.has_unknown_key => {
                // The more keys are missing, the less of the line matches.
                let share = (self.required & reader.found).count_ones() as usize;
                let matching = rest.len() * share / (1 + self.required.count_ones() as usize);
                *rest = &rest[matching..];
                return Err(SkipReason::Malformed);
            }
            Ok(()) if let Some(after) = reader.rest_after_repetition => {
                *rest = after;
                return Err(SkipReason::Malformed);
            }
            Ok(()) if !reader.is_time_valid => Err(SkipReason::NoTime),
            Ok(()) => Ok(()),
            Err(JsonScanError::Truncated) => Err(SkipReason::Truncated),
            Err(JsonScanError::Malformed) => Err(SkipReason::Malformed),
        };
        *rest = reader.scanner.rest();
        result
    }

    /// Returns the first required key that `line` does not have, if it is an object.
    pub(crate) fn missing_key(&self, line: &[u8]) -> Option<String> {
        let mut timestamp_parser = TimestampParser::new(jiff::tz::TimeZone::UTC);
        let mut entry = LogEntry::default();
        let mut reader = ObjectReader::new(line, &mut timestamp_parser, &mut entry);
        reader.read_object(self).ok()?;
        let missing = self.required & !reader.found;
        self.path_of_bit(1 << missing.trailing_zeros().min(31))
            .filter(|_| missing != 0)
    }

    fn path_of_bit(&self, wanted: u32) -> Option<String> {
        self.keys.iter().find_map(|(key, node)| {
            let key = String::from_utf8_lossy(key);
            match node {
                JsonFieldNode::Value(_, bit) => (bit & wanted != 0).then(|| key.into_owned()),
                JsonFieldNode::Object(map) => Some(format!("{key}.{}", map.path_of_bit(wanted)?)),
            }
        })
    }
}

impl<'r, 'l> ObjectReader<'r, 'l> {
    fn new(
        line: &'l [u8],
        timestamp_parser: &'r mut TimestampParser,
        entry: &'r mut LogEntry<'l>,
    ) -> Self {
        Self {
            scanner: JsonScanner::new(line),
            timestamp_parser,
            entry,
            is_time_valid: true,
            found: 0,
            has_unknown_key: false,
            single_values: SingleValues::default(),
            rest_after_repetition: None,
        }
    }

    fn read_object(&mut self, map: &JsonFieldMap) -> Result<(), JsonScanError> {
        self.scanner.expect(b'{')?;
        if self.scanner.peek()? == b'}' {
            return self.scanner.expect(b'}');
        }
        loop {
            let key = self.scanner.key()?;
            match map.keys.iter().find(|(known, _)| **known == *key) {
                Some((_, JsonFieldNode::Object(map))) if self.scanner.peek()? == b'{' => {
                    self.read_object(map)?;
                }
                Some((_, JsonFieldNode::Value(field, bit))) => {
                    self.found |= bit;
                    if !self.single_values.admits(field, key) {
                        let rest = self.scanner.rest();
                        self.rest_after_repetition.get_or_insert(rest);
                    }
                    let value = self.scanner.value()?;
                    self.is_time_valid &= self.set_value(field, value).is_some();
                }
                _ => {
                    self.has_unknown_key = true;
                    self.scanner.value()?;
                }
            }
            if !self.scanner.has_more(b'}')? {
                return Ok(());
            }
        }
    }

    /// Sets `field` to `value`. Returns `None` if a time field has an invalid time.
    fn set_value(&mut self, field: &LogField, value: RawJsonValue<'l>) -> Option<()> {
        match value {
            RawJsonValue::String(string) => set_text(
                field,
                EscapedText::new(string, EscapeStyle::Json),
                self.timestamp_parser,
                self.entry,
            ),
            RawJsonValue::Bare(value) => {
                set_bare_value(field, value, self.timestamp_parser, self.entry)
            }
            RawJsonValue::Nested => Some(()),
        }
    }
}

fn set_bare_value<'l>(
    field: &LogField,
    value: &'l [u8],
    timestamp_parser: &mut TimestampParser,
    entry: &mut LogEntry<'l>,
) -> Option<()> {
    // `null`, `true`, `false` and negative numbers mean that the value is missing.
    if !value.first().is_some_and(u8::is_ascii_digit) {
        return Some(());
    }
    match field {
        LogField::Status | LogField::ResponseBytes | LogField::RequestBytes => {
            set_number(entry, field, parse_decimal(value)?.0);
            Some(())
        }
        LogField::Time(..) | LogField::Duration(_) => set_text(
            field,
            EscapedText::new(value, EscapeStyle::None),
            timestamp_parser,
            entry,
        ),
        _ => Some(()),
    }
}
