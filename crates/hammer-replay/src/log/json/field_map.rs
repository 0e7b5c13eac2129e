//! Mapping of JSON keys to the fields of a log entry.

use super::scanner::{JsonScanError, JsonScanner, RawJsonValue};
use crate::log::text::{LogField, set_number, set_text};
use crate::log::{EscapeStyle, EscapedText, LogEntry, SkipReason};
use crate::time::{TimestampParser, parse_decimal};

/// The fields of a log entry by the keys of a JSON object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct JsonFieldMap {
    keys: Vec<(Box<[u8]>, JsonFieldNode)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum JsonFieldNode {
    Value(LogField),
    Object(JsonFieldMap),
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
                    .push((path.as_bytes().into(), JsonFieldNode::Value(field)));
            }
        }
        map
    }

    fn insert(&mut self, path: &str, field: &LogField) {
        let Some((key, rest)) = path.split_once('.') else {
            let node = JsonFieldNode::Value(field.clone());
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

    /// Reads `line`, a JSON object, into `entry`.
    pub(crate) fn read<'l>(
        &self,
        line: &'l [u8],
        timestamp_parser: &mut TimestampParser,
        entry: &mut LogEntry<'l>,
    ) -> Result<(), SkipReason> {
        let mut scanner = JsonScanner::new(line);
        let mut missing_time = false;
        if scanner.peek() != Ok(b'{') {
            return Err(SkipReason::Malformed);
        }
        let read = self.read_object(&mut scanner, timestamp_parser, entry, &mut missing_time);
        match read {
            Ok(()) if !scanner.is_at_end() => Err(SkipReason::Malformed),
            Ok(()) if missing_time => Err(SkipReason::NoTime),
            Ok(()) => Ok(()),
            Err(JsonScanError::Truncated) => Err(SkipReason::Truncated),
            Err(JsonScanError::Malformed) => Err(SkipReason::Malformed),
        }
    }

    fn read_object<'l>(
        &self,
        scanner: &mut JsonScanner<'l>,
        timestamp_parser: &mut TimestampParser,
        entry: &mut LogEntry<'l>,
        missing_time: &mut bool,
    ) -> Result<(), JsonScanError> {
        scanner.expect(b'{')?;
        if scanner.peek()? == b'}' {
            return scanner.expect(b'}');
        }
        loop {
            let key = scanner.key()?;
            match self.keys.iter().find(|(known, _)| **known == *key) {
                Some((_, JsonFieldNode::Object(map))) if scanner.peek()? == b'{' => {
                    map.read_object(scanner, timestamp_parser, entry, missing_time)?;
                }
                Some((_, JsonFieldNode::Value(field))) => {
                    let result = match scanner.value()? {
                        RawJsonValue::String(string) => set_text(
                            field,
                            EscapedText::new(string, EscapeStyle::Json),
                            timestamp_parser,
                            entry,
                        ),
                        RawJsonValue::Bare(value) => {
                            set_bare_value(field, value, timestamp_parser, entry)
                        }
                        RawJsonValue::Nested => Some(()),
                    };
                    *missing_time |= result.is_none();
                }
                _ => {
                    scanner.value()?;
                }
            }
            if !scanner.has_more(b'}')? {
                return Ok(());
            }
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
