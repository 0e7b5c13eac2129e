//! Parser of labeled tab-separated values.

use memchr::memchr;

use super::columns::ColumnMapping;
use super::single_values::SingleValues;
use super::text::{LogField, TimestampedRequestEvent, set_text};
use super::{EscapeStyle, EscapedText, LogEntry, SkipReason};
use crate::time::{LogTimeUnit, TimestampParser, TimestampStyle};

/// A parser of LTSV.
///
/// Source: ltsv.org, "Labels for Web server's log". The servers whose directives write these labels
/// escape special bytes with backslashes.
#[derive(Debug, Clone)]
pub(crate) struct LtsvParser {
    fields: Vec<(Box<[u8]>, LogField)>,
    has_target: bool,
}

/// The parts of a line that it must have.
#[derive(Default)]
struct FoundFields {
    time: bool,
    is_time_valid: bool,
    target: bool,
}

impl LtsvParser {
    /// Makes a parser of the recommended labels.
    pub(crate) fn recommended() -> Self {
        let start = LogField::time(TimestampedRequestEvent::Start, TimestampStyle::Any);
        let fields = [
            ("time", start),
            ("req", LogField::Request),
            ("method", LogField::Method),
            ("uri", LogField::Target),
            ("status", LogField::Status),
            ("size", LogField::ResponseBytes),
            ("reqtime", LogField::Duration(LogTimeUnit::Seconds)),
            ("reqtime_microsec", LogField::Duration(LogTimeUnit::Micros)),
            // `host` is the client.
            ("host", LogField::Client),
            ("vhost", LogField::Host),
        ];
        let fields = fields.map(|(label, field)| (label.as_bytes().into(), field));
        Self {
            fields: fields.into(),
            has_target: true,
        }
    }

    /// Makes a parser of the labels in `columns`.
    pub(crate) fn new(columns: &ColumnMapping) -> Self {
        let field = |(label, field): &(String, LogField)| (label.as_bytes().into(), field.clone());
        Self {
            fields: columns.fields.iter().map(field).collect(),
            has_target: columns.has_target(),
        }
    }

    /// Reads a line into `entry`, and consumes the part of `rest` that matches.
    pub(crate) fn read<'l>(
        &self,
        rest: &mut &'l [u8],
        timestamp_parser: &mut TimestampParser,
        entry: &mut LogEntry<'l>,
    ) -> Result<(), SkipReason> {
        let (line, mut found) = (*rest, FoundFields::default());
        let mut single_values = SingleValues::default();
        while !rest.is_empty() {
            let end = memchr(b'\t', rest).unwrap_or(rest.len());
            let colon = memchr(b':', &rest[..end]).filter(|colon| is_label(&rest[..*colon]));
            let colon = colon.ok_or(if found.target && found.time {
                SkipReason::Truncated
            } else {
                SkipReason::Malformed
            })?;
            let (label, value) = (&rest[..colon], &rest[colon + 1..end]);
            if let Some((_, field)) = self.fields.iter().find(|(known, _)| **known == *label) {
                if !single_values.admits(field, label) {
                    return Err(SkipReason::Malformed);
                }
                let value = EscapedText::new(in_brackets(field, value), EscapeStyle::Backslash);
                let is_set = set_text(field, value, timestamp_parser, entry).is_some();
                found.record(field, is_set);
            }
            *rest = &rest[(end + 1).min(rest.len())..];
        }
        if !found.time || !found.target && self.has_target {
            *rest = line;
            return Err(SkipReason::Malformed);
        }
        if !found.is_time_valid {
            return Err(SkipReason::NoTime);
        }
        if !self.has_target {
            entry.target = Some(EscapedText::new(b"/", EscapeStyle::None));
        }
        Ok(())
    }

    /// Returns true if a label has the method.
    pub(crate) fn has_method(&self) -> bool {
        self.fields
            .iter()
            .any(|(_, field)| *field == LogField::Method)
    }
}

impl FoundFields {
    fn record(&mut self, field: &LogField, is_set: bool) {
        match field {
            LogField::Time(..) => {
                self.time = true;
                self.is_time_valid |= is_set;
            }
            LogField::Request | LogField::Target | LogField::Url => self.target = true,
            _ => {}
        }
    }
}

/// Returns true for the bytes that a label consists of.
fn is_label(bytes: &[u8]) -> bool {
    let is_known = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    !bytes.is_empty() && bytes.iter().all(is_known)
}

/// Removes the brackets around a time, which Apache's `%t` writes.
fn in_brackets<'l>(field: &LogField, value: &'l [u8]) -> &'l [u8] {
    let inner = value
        .strip_prefix(b"[")
        .and_then(|it| it.strip_suffix(b"]"));
    inner
        .filter(|_| matches!(field, LogField::Time(..)))
        .unwrap_or(value)
}
