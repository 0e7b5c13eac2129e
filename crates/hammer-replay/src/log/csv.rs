use memchr::memchr;

use super::columns::ColumnMapping;
use super::text::{LogField, set_text};
use super::{EscapeStyle, EscapedText, LogEntry, SkipReason};
use crate::time::TimestampParser;

/// Lines of columns with commas between them, RFC 4180; a quoted one must not go over a line.
#[derive(Debug, Clone)]
pub(crate) struct CsvParser {
    columns: ColumnMapping,
    separator: u8,
    /// What each column means, once the line with their names was seen.
    fields: Option<Vec<LogField>>,
}

impl CsvParser {
    pub(crate) fn new(columns: ColumnMapping, separator: u8) -> Self {
        // Columns by number need no names.
        let number = |(column, what): &(String, LogField)| {
            let number = column.parse::<usize>().ok()?;
            Some((
                number.checked_sub(1).filter(|at| *at < 1_000)?,
                what.clone(),
            ))
        };
        let numbers: Option<Vec<_>> = columns.fields.iter().map(number).collect();
        let fields = numbers.map(|numbers| {
            let count = numbers.iter().map(|(at, _)| at + 1).max().unwrap_or(0);
            let mut meanings = vec![LogField::Ignored; count];
            for (at, what) in numbers {
                meanings[at] = what;
            }
            meanings
        });
        Self {
            columns,
            separator,
            fields,
        }
    }

    /// Reads `line` into `entry`.
    pub(crate) fn read<'l>(
        &mut self,
        line: &'l [u8],
        clock: &mut TimestampParser,
        entry: &mut LogEntry<'l>,
    ) -> Result<(), SkipReason> {
        let Some(meanings) = &self.fields else {
            return Err(self.read_header_line(line));
        };
        let (mut rest, mut timeless) = (Some(line), false);
        for what in meanings {
            let field = rest.ok_or(SkipReason::Truncated)?;
            let (text, behind) = split_column(field, self.separator)?;
            timeless |= set_text(what, text, clock, entry).is_none();
            rest = behind;
        }
        if timeless {
            return Err(SkipReason::NoTime);
        }
        if !self.columns.has_target() {
            entry.target = Some(EscapedText::new(b"/", EscapeStyle::None));
        }
        Ok(())
    }

    /// The line with the names of columns, which is the first one.
    fn read_header_line(&mut self, line: &[u8]) -> SkipReason {
        let mut rest = Some(line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line));
        let mut meanings = Vec::new();
        while let Some(field) = rest {
            let Ok((name, behind)) = split_column(field, self.separator) else {
                return SkipReason::Malformed;
            };
            let what = (self.columns.fields.iter())
                .find(|(column, _)| column.as_bytes() == name.raw().trim_ascii())
                .map_or(LogField::Ignored, |(_, what)| what.clone());
            meanings.push(what);
            rest = behind;
        }
        let named = |wanted: &(String, LogField)| meanings.contains(&wanted.1);
        if !self.columns.fields.iter().all(named) {
            return SkipReason::Malformed;
        }
        let last = meanings.iter().rposition(|what| *what != LogField::Ignored);
        meanings.truncate(last.map_or(0, |last| last + 1));
        self.fields = Some(meanings);
        SkipReason::Directive
    }
}

/// The first column of `line`, and what is behind its separator if it has one.
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
            behind => {
                let escaped = memchr(b'"', &quoted[..at]).is_some();
                let escape = if escaped {
                    EscapeStyle::DoubledQuote
                } else {
                    EscapeStyle::None
                };
                let rest = behind.map(|_| &quoted[at + 2..]);
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
            let mut clock = TimestampParser::new(TimeZone::UTC);
            let mut entry = LogEntry::default();
            if let Some(header) = header {
                let read = csv.read(header.as_bytes(), &mut clock, &mut entry);
                assert_eq!(read, Err(SkipReason::Directive));
            }
            let line = b"me,\"/a,\"\"b\"\"\",2000-10-10 20:55:36,so";
            assert_eq!(csv.read(line, &mut clock, &mut entry), Ok(()));
            let target = entry.target.map(EscapedText::raw);
            assert_eq!(target, Some(b"/a,\"\"b\"\"".as_slice()), "{columns}");
            for (line, skip) in [
                ("me,/a,-,so", SkipReason::NoTime),
                ("me,/a", SkipReason::Truncated),
                ("me,\"/a", SkipReason::Truncated),
                ("me,\"/a\"b,2000-10-10 20:55:36", SkipReason::Malformed),
            ] {
                let read = csv.read(line.as_bytes(), &mut clock, &mut LogEntry::default());
                assert_eq!(read, Err(skip), "{line}");
            }
        }
    }
}
