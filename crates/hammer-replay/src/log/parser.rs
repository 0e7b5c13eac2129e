//! Parser of the lines of a log.

use jiff::tz::TimeZone;

use super::format::FormatKind;
use super::json::JsonFieldMap;
use super::server_message::is_server_message;
use super::text::{FormatProgram, TimestampedRequestEvent, set_time};
use super::{EscapeStyle, EscapedText, LogEntry, LogFormat, SkipReason, haproxy, squid, uvicorn};
use crate::time::{TimestampParser, TimestampStyle};

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
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut rest = line;
        let read = self.read_rest(&mut rest, entry);
        match read {
            Err(reason) if !reason.matches_format() && is_server_message(line) => {
                Err(SkipReason::ServerMessage)
            }
            read => read,
        }
    }

    /// Returns the number of bytes at the start of `line` that match the format.
    pub(super) fn matching_bytes(&mut self, line: &[u8]) -> usize {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut rest = line;
        // Only the rest matters.
        let _ = self.read_rest(&mut rest, &mut LogEntry::default());
        line.len() - rest.len()
    }

    /// Returns a key that each line of the format has and `line` does not.
    pub(super) fn missing_key(&self, line: &[u8]) -> Option<String> {
        match &self.kind {
            FormatKind::Mixed(_, maps) => maps.first()?.missing_key(line),
            _ => None,
        }
    }

    /// Reads a line as [`read`](Self::read) does. If lines of the format have no time, they have that of
    /// the container runtime.
    #[inline]
    pub(crate) fn read_unwrapped<'l>(
        &mut self,
        line: &'l [u8],
        container_time: Option<&[u8]>,
        entry: &mut LogEntry<'l>,
    ) -> Result<(), SkipReason> {
        self.read(line, entry)?;
        if let (None, None, Some(time)) = (entry.start, entry.end, container_time)
            && let Some(timestamp) = self.timestamp_parser.parse_all(time, TimestampStyle::Iso)
        {
            set_time(entry, TimestampedRequestEvent::End, timestamp);
        }
        Ok(())
    }

    /// Reads a line into `entry`, and consumes the part of `rest` that matches.
    #[inline]
    fn read_rest<'l>(
        &mut self,
        rest: &mut &'l [u8],
        entry: &mut LogEntry<'l>,
    ) -> Result<(), SkipReason> {
        if rest.first().is_none_or(u8::is_ascii_whitespace) && is_blank(rest) {
            return Err(SkipReason::Empty);
        }
        let Self {
            kind,
            timestamp_parser: times,
            pedantic,
        } = self;
        match kind {
            FormatKind::Text(program) => program.read(rest, times, *pedantic, entry),
            FormatKind::Mixed(programs, maps) => {
                if rest.trim_ascii_start().starts_with(b"{") {
                    let read = |map: &JsonFieldMap, rest: &mut &'l [u8], entry: &mut _| {
                        map.read(rest, times, entry)
                    };
                    read_with_first(maps, rest, entry, read)?;
                    require_method(entry)
                } else {
                    let read = |program: &FormatProgram, rest: &mut &'l [u8], entry: &mut _| {
                        program.read(rest, times, *pedantic, entry)
                    };
                    read_with_first(programs, rest, entry, read)
                }
            }
            FormatKind::Json(map, no_target) => {
                map.read(rest, times, entry)?;
                if *no_target {
                    entry.target = Some(EscapedText::new(b"/", EscapeStyle::None));
                }
                if map.has_method() {
                    require_method(entry)
                } else {
                    Ok(())
                }
            }
            FormatKind::W3c(w3c) => w3c.read(rest, times, entry),
            FormatKind::Csv(csv) => csv.read(rest, times, entry),
            FormatKind::Ltsv(ltsv) => {
                ltsv.read(rest, times, entry)?;
                if ltsv.has_method() {
                    require_method(entry)
                } else {
                    Ok(())
                }
            }
            FormatKind::Haproxy => haproxy::read(rest, times, entry),
            FormatKind::Squid => squid::read(rest, times, entry),
            FormatKind::Uvicorn => uvicorn::read(rest, entry),
        }
    }
}

/// Reads a line with the first of `parsers` that matches. If none does, the rest is that of the one that
/// matched most.
fn read_with_first<'l, P>(
    parsers: &[P],
    rest: &mut &'l [u8],
    entry: &mut LogEntry<'l>,
    mut read: impl FnMut(&P, &mut &'l [u8], &mut LogEntry<'l>) -> Result<(), SkipReason>,
) -> Result<(), SkipReason> {
    let line = *rest;
    let mut best = Err(SkipReason::Malformed);
    for (index, parser) in parsers.iter().enumerate() {
        if index > 0 {
            *entry = LogEntry::default();
        }
        let mut unread = line;
        let result = read(parser, &mut unread, entry);
        if result.is_ok() || result.is_err_and(SkipReason::matches_format) {
            *rest = unread;
            return result;
        }
        if best == Err(SkipReason::Malformed) {
            best = result;
        }
        if unread.len() < rest.len() {
            *rest = unread;
        }
    }
    best
}

/// Fails without a method, which would be taken for GET.
fn require_method(entry: &LogEntry<'_>) -> Result<(), SkipReason> {
    match (entry.method, entry.request) {
        (None, None) => Err(SkipReason::NoRequest),
        _ => Ok(()),
    }
}

#[cold]
fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}
