use memchr::memchr;

use super::columns::Columns;
use super::text::{What, put_text};
use super::{Entry, Escape, Skip, Text};
use crate::time::Clock;

/// Lines of columns with commas between them, RFC 4180; a quoted one must not go over a line.
#[derive(Debug, Clone)]
pub(crate) struct Csv {
    columns: Columns,
    separator: u8,
    /// What each column means, once the line with their names was seen.
    meanings: Option<Vec<What>>,
}

impl Csv {
    pub(crate) fn new(columns: Columns, separator: u8) -> Self {
        // Columns by number need no names.
        let number = |(column, what): &(String, What)| {
            let number = column.parse::<usize>().ok()?;
            Some((
                number.checked_sub(1).filter(|at| *at < 1_000)?,
                what.clone(),
            ))
        };
        let numbers: Option<Vec<_>> = columns.meanings.iter().map(number).collect();
        let meanings = numbers.map(|numbers| {
            let count = numbers.iter().map(|(at, _)| at + 1).max().unwrap_or(0);
            let mut meanings = vec![What::Nothing; count];
            for (at, what) in numbers {
                meanings[at] = what;
            }
            meanings
        });
        Self {
            columns,
            separator,
            meanings,
        }
    }

    /// Reads `line` into `entry`.
    pub(crate) fn read<'l>(
        &mut self,
        line: &'l [u8],
        clock: &mut Clock,
        entry: &mut Entry<'l>,
    ) -> Result<(), Skip> {
        let Some(meanings) = &self.meanings else {
            return Err(self.names(line));
        };
        let (mut rest, mut timeless) = (Some(line), false);
        for what in meanings {
            let field = rest.ok_or(Skip::Cut)?;
            let (text, behind) = column(field, self.separator)?;
            timeless |= put_text(what, text, clock, entry).is_none();
            rest = behind;
        }
        if timeless {
            return Err(Skip::NoTime);
        }
        if !self.columns.has_target() {
            entry.target = Some(Text::new(b"/", Escape::None));
        }
        Ok(())
    }

    /// The line with the names of columns, which is the first one.
    fn names(&mut self, line: &[u8]) -> Skip {
        let mut rest = Some(line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line));
        let mut meanings = Vec::new();
        while let Some(field) = rest {
            let Ok((name, behind)) = column(field, self.separator) else {
                return Skip::Malformed;
            };
            let what = (self.columns.meanings.iter())
                .find(|(column, _)| column.as_bytes() == name.written().trim_ascii())
                .map_or(What::Nothing, |(_, what)| what.clone());
            meanings.push(what);
            rest = behind;
        }
        let named = |wanted: &(String, What)| meanings.contains(&wanted.1);
        if !self.columns.meanings.iter().all(named) {
            return Skip::Malformed;
        }
        let last = meanings.iter().rposition(|what| *what != What::Nothing);
        meanings.truncate(last.map_or(0, |last| last + 1));
        self.meanings = Some(meanings);
        Skip::Directive
    }
}

/// The first column of `line`, and what is behind its separator if it has one.
fn column(line: &[u8], separator: u8) -> Result<(Text<'_>, Option<&[u8]>), Skip> {
    let Some(quoted) = line.strip_prefix(b"\"") else {
        return Ok(match memchr(separator, line) {
            Some(at) => (Text::new(&line[..at], Escape::None), Some(&line[at + 1..])),
            None => (Text::new(line, Escape::None), None),
        });
    };
    let mut at = 0;
    loop {
        at += memchr(b'"', &quoted[at..]).ok_or(Skip::Cut)?;
        match quoted.get(at + 1) {
            Some(b'"') => at += 2,
            Some(byte) if *byte != separator => return Err(Skip::Malformed),
            behind => {
                let escaped = memchr(b'"', &quoted[..at]).is_some();
                let escape = if escaped {
                    Escape::DoubledQuote
                } else {
                    Escape::None
                };
                let rest = behind.map(|_| &quoted[at + 2..]);
                return Ok((Text::new(&quoted[..at], escape), rest));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::{Columns, Csv};
    use crate::log::{Entry, Skip, Text};
    use crate::time::Clock;

    #[test]
    fn finds_columns_by_name_and_by_number() {
        for (columns, header) in [
            ("time=when target=what", Some("who,\"what\",when,how")),
            ("time=3 target=2", None),
        ] {
            let mut csv = Csv::new(Columns::parse(columns).expect(columns), b',');
            let mut clock = Clock::new(TimeZone::UTC);
            let mut entry = Entry::default();
            if let Some(header) = header {
                let read = csv.read(header.as_bytes(), &mut clock, &mut entry);
                assert_eq!(read, Err(Skip::Directive));
            }
            let line = b"me,\"/a,\"\"b\"\"\",2000-10-10 20:55:36,so";
            assert_eq!(csv.read(line, &mut clock, &mut entry), Ok(()));
            let target = entry.target.map(Text::written);
            assert_eq!(target, Some(b"/a,\"\"b\"\"".as_slice()), "{columns}");
            for (line, skip) in [
                ("me,/a,-,so", Skip::NoTime),
                ("me,/a", Skip::Cut),
                ("me,\"/a", Skip::Cut),
                ("me,\"/a\"b,2000-10-10 20:55:36", Skip::Malformed),
            ] {
                let read = csv.read(line.as_bytes(), &mut clock, &mut Entry::default());
                assert_eq!(read, Err(skip), "{line}");
            }
        }
    }
}
