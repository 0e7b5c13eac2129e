//! Parser of the lines of a log.

use jiff::tz::TimeZone;

use super::format::FormatKind;
use super::{EscapeStyle, EscapedText, LogEntry, LogFormat, SkipReason, haproxy};
use crate::time::TimestampParser;

/// Reads the lines of one format, in order: the meaning of a line can depend on earlier ones.
#[derive(Debug)]
pub struct LogParser {
    kind: FormatKind,
    timestamp_parser: TimestampParser,
    /// True if unused parts of a line must match the format too.
    pedantic: bool,
}

impl LogParser {
    /// Makes a parser of `format`. Timestamps without a zone are in `zone`.
    #[must_use]
    pub fn new(format: &LogFormat, zone: TimeZone) -> Self {
        Self {
            kind: format.kind.clone(),
            timestamp_parser: TimestampParser::new(zone),
            pedantic: false,
        }
    }

    /// Makes a parser that detects formats: unused parts of a line must match too.
    pub(crate) fn pedantic(format: &LogFormat, zone: TimeZone) -> Self {
        Self {
            pedantic: true,
            ..Self::new(format, zone)
        }
    }

    /// Reads one line, without its line feed, into `entry`, which must be the default.
    ///
    /// # Errors
    ///
    /// If the line cannot become a row. A line that is read may still have no usable request:
    /// [`LoggedRequest::from_entry`](super::LoggedRequest::from_entry) checks that.
    #[inline]
    pub fn read<'l>(&mut self, line: &'l [u8], entry: &mut LogEntry<'l>) -> Result<(), SkipReason> {
        let line = strip_cri_prefix(line.strip_suffix(b"\r").unwrap_or(line));
        if line.first().is_none_or(|byte| byte.is_ascii_whitespace()) && is_blank(line) {
            return Err(SkipReason::Empty);
        }
        let Self {
            kind,
            timestamp_parser,
            pedantic,
        } = self;
        match kind {
            FormatKind::Text(program) => program.read(line, timestamp_parser, *pedantic, entry),
            FormatKind::Mixed(_, map) if line.starts_with(b"{") => {
                map.read(line, timestamp_parser, entry)
            }
            FormatKind::Mixed(programs, _) => {
                let mut read = Err(SkipReason::Malformed);
                for program in programs {
                    *entry = LogEntry::default();
                    read = program.read(line, timestamp_parser, *pedantic, entry);
                    if read != Err(SkipReason::Malformed) {
                        break;
                    }
                }
                read
            }
            FormatKind::Json(map, no_target) => {
                map.read(line, timestamp_parser, entry)?;
                if *no_target {
                    entry.target = Some(EscapedText::new(b"/", EscapeStyle::None));
                }
                Ok(())
            }
            FormatKind::W3c(w3c) => w3c.read(line, timestamp_parser, entry),
            FormatKind::Csv(csv) => csv.read(line, timestamp_parser, entry),
            FormatKind::Haproxy => haproxy::read(line, timestamp_parser, entry),
        }
    }
}

#[cold]
fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// Removes the prefix of container runtimes: `2025-12-31T17:37:40.493035218+01:00 stdout F `.
///
/// Source: Kubernetes, CRI logging format.
fn strip_cri_prefix(line: &[u8]) -> &[u8] {
    if line.get(10) != Some(&b'T') || line.get(4) != Some(&b'-') {
        return line;
    }
    let stream = memchr::memchr(b' ', line).map(|at| (at, &line[at..]));
    match stream {
        Some((at, rest)) if rest.starts_with(b" stdout F ") || rest.starts_with(b" stderr F ") => {
            &line[at + 10..]
        }
        _ => line,
    }
}
