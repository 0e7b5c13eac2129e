//! Parser of CSV and TSV logs.

use memchr::memchr;

use super::columns::ColumnMapping;
use super::single_values::SingleValues;
use super::text::{LogField, set_text};
use super::{EscapeStyle, EscapedText, LogEntry, SkipReason};
use crate::time::TimestampParser;

/// A parser of separated columns (RFC 4180). A quoted column must not contain a line feed.
#[derive(Debug, Clone)]
pub(crate) struct CsvParser {
    columns: ColumnMapping,
    separator: u8,
    /// The field of each column up to the last used one, after the line with the column names was read.
    fields: Option<Vec<LogField>>,
    /// The number of column names, if the log has them.
    column_count: Option<usize>,
}

impl CsvParser {
    pub(crate) fn new(columns: ColumnMapping, separator: u8) -> Self {
        // Numbered columns need no header line.
        let number = |(column, field): &(String, LogField)| {
            let number = column.parse::<usize>().ok()?;
            Some((
                number.checked_sub(1).filter(|at| *at < 1_000)?,
                field.clone(),
            ))
        };
        let numbers: Option<Vec<_>> = columns.fields.iter().map(number).collect();
        let fields = numbers.map(|numbers| {
            let count = numbers.iter().map(|(at, _)| at + 1).max().unwrap_or(0);
            let mut fields = vec![LogField::Ignored; count];
            for (at, field) in numbers {
                fields[at] = field;
            }
            fields
        });
        Self {
            columns,
            separator,
            fields,
            column_count: None,
        }
    }

    /// Reads a line into `entry`, and consumes the part of `rest` that matches. A line with more columns
    /// than names is malformed: it is unknown which of them is which.
    pub(crate) fn read<'l>(
        &mut self,
        rest: &mut &'l [u8],
        timestamp_parser: &mut TimestampParser,
        entry: &mut LogEntry<'l>,
    ) -> Result<(), SkipReason> {
        let Some(fields) = &self.fields else {
            return Err(self.read_header_line(rest));
        };
        let (mut columns, mut missing_time) = (Some(*rest), false);
        for field in fields {
            let remaining = columns.ok_or(SkipReason::Truncated)?;
            let (text, next) = split_column(remaining, self.separator)?;
            missing_time |= set_text(field, text, timestamp_parser, entry).is_none();
            columns = next;
            *rest = columns.unwrap_or_default();
        }
        let mut count = fields.len();
        while let (Some(remaining), Some(expected)) = (columns, self.column_count) {
            if count == expected {
                return Err(SkipReason::Malformed);
            }
            (_, columns) = split_column(remaining, self.separator)?;
            *rest = columns.unwrap_or_default();
            count += 1;
        }
        if missing_time {
            return Err(SkipReason::NoTime);
        }
        if !self.columns.has_target() {
            entry.target = Some(EscapedText::new(b"/", EscapeStyle::None));
        }
        Ok(())
    }

    /// Reads the first line, which names the columns.
    fn read_header_line(&mut self, line: &[u8]) -> SkipReason {
        let mut rest = Some(line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line));
        let mut fields = Vec::new();
        let mut single_values = SingleValues::default();
        while let Some(columns) = rest {
            let Ok((name, next)) = split_column(columns, self.separator) else {
                return SkipReason::Malformed;
            };
            let field = (self.columns.fields.iter())
                .find(|(column, _)| column.as_bytes() == name.raw().trim_ascii())
                .map_or(LogField::Ignored, |(_, field)| field.clone());
            if !single_values.admits(&field, name.raw().trim_ascii()) {
                return SkipReason::Malformed;
            }
            fields.push(field);
            rest = next;
        }
        let is_present = |(_, field): &(String, LogField)| fields.contains(field);
        if !self.columns.fields.iter().all(is_present) {
            return SkipReason::Malformed;
        }
        self.column_count = Some(fields.len());
        let last = fields.iter().rposition(|field| *field != LogField::Ignored);
        fields.truncate(last.map_or(0, |last| last + 1));
        self.fields = Some(fields);
        SkipReason::Directive
    }
}

/// Splits `line` into its first column and, if a separator follows, the rest.
fn split_column(
    line: &[u8],
    separator: u8,
) -> Result<(EscapedText<'_>, Option<&[u8]>), SkipReason> {
    let Some(quoted) = line.strip_prefix(b"\"") else {
        return Ok(match memchr(separator, line) {
            Some(at) => (
                EscapedText::new(&line[..at], EscapeStyle::None),
                Some(&line[at + 1..]),
            ),
            None => (EscapedText::new(line, EscapeStyle::None), None),
        });
    };
    let mut at = 0;
    loop {
        at += memchr(b'"', &quoted[at..]).ok_or(SkipReason::Truncated)?;
        match quoted.get(at + 1) {
            Some(b'"') => at += 2,
            Some(byte) if *byte != separator => return Err(SkipReason::Malformed),
            after => {
                let escaped = memchr(b'"', &quoted[..at]).is_some();
                let escape = if escaped {
                    EscapeStyle::DoubledQuote
                } else {
                    EscapeStyle::None
                };
                let rest = after.map(|_| &quoted[at + 2..]);
                return Ok((EscapedText::new(&quoted[..at], escape), rest));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::{ColumnMapping, CsvParser};
    use crate::log::{EscapedText, LogEntry, SkipReason};
    use crate::time::TimestampParser;

    #[test]
    fn finds_columns_by_name_and_by_number() {
        for (columns, header) in [
            ("time=when target=what", Some("who,\"what\",when,how")),
            ("time=3 target=2", None),
        ] {
            let mut csv = CsvParser::new(ColumnMapping::parse(columns).expect(columns), b',');
            let mut timestamp_parser = TimestampParser::new(TimeZone::UTC);
            let mut entry = LogEntry::default();
            if let Some(header) = header {
                let read = csv.read(&mut header.as_bytes(), &mut timestamp_parser, &mut entry);
                assert_eq!(read, Err(SkipReason::Directive));
            }
            let mut line = b"me,\"/a,\"\"b\"\"\",2000-10-10 20:55:36,so".as_slice();
            let read = csv.read(&mut line, &mut timestamp_parser, &mut entry);
            assert_eq!(read, Ok(()));
            let target = entry.target.map(EscapedText::raw);
            assert_eq!(target, Some(b"/a,\"\"b\"\"".as_slice()), "{columns}");
            for (line, skip) in [
                ("me,/a,-,so", SkipReason::NoTime),
                ("me,/a", SkipReason::Truncated),
                ("me,\"/a", SkipReason::Truncated),
                ("me,\"/a\"b,2000-10-10 20:55:36", SkipReason::Malformed),
            ] {
                let read = csv.read(
                    &mut line.as_bytes(),
                    &mut timestamp_parser,
                    &mut LogEntry::default(),
                );
                assert_eq!(read, Err(skip), "{line}");
            }
            // Without names, the number of columns is unknown.
            let read = csv.read(
                &mut b"me,/a,2000-10-10 20:55:36,so,more".as_slice(),
                &mut timestamp_parser,
                &mut LogEntry::default(),
            );
            assert_eq!(read.is_err(), header.is_some(), "{columns}");
        }
    }
}
