use jiff::tz::TimeZone;

use super::format::FormatKind;
use super::{EscapeStyle, EscapedText, LogEntry, LogFormat, SkipReason, haproxy};
use crate::time::TimestampParser;

/// Reads lines of one format, in order: what a line says can depend on those before it.
#[derive(Debug)]
pub struct LogParser {
    kind: FormatKind,
    clock: TimestampParser,
    /// Whether the parts of a line that are of no use have to be right, too.
    pedantic: bool,
}

impl LogParser {
    /// A parser of `format`, whose stamps without a zone are of `zone`.
    #[must_use]
    pub fn new(format: &LogFormat, zone: TimeZone) -> Self {
        Self {
            kind: format.kind.clone(),
            clock: TimestampParser::new(zone),
            pedantic: false,
        }
    }

    /// The same for telling formats apart.
    pub(crate) fn pedantic(format: &LogFormat, zone: TimeZone) -> Self {
        Self {
            pedantic: true,
            ..Self::new(format, zone)
        }
    }

    /// Reads one line, without its end, into `entry`, which has to be the default.
    ///
    /// # Errors
    ///
    /// If it is no hit. Of one that is, [`LoggedRequest`](super::LoggedRequest) may say so all the same.
    #[inline]
    pub fn read<'l>(&mut self, line: &'l [u8], entry: &mut LogEntry<'l>) -> Result<(), SkipReason> {
        let line = strip_cri_prefix(line.strip_suffix(b"\r").unwrap_or(line));
        if line.first().is_none_or(|byte| byte.is_ascii_whitespace()) && is_blank(line) {
            return Err(SkipReason::Empty);
        }
        let Self {
            kind,
            clock,
            pedantic,
        } = self;
        match kind {
            FormatKind::Text(program) => program.read(line, clock, *pedantic, entry),
            FormatKind::Mixed(_, map) if line.starts_with(b"{") => map.read(line, clock, entry),
            FormatKind::Mixed(programs, _) => {
                let mut read = Err(SkipReason::Malformed);
                for program in programs {
                    *entry = LogEntry::default();
                    read = program.read(line, clock, *pedantic, entry);
                    if read != Err(SkipReason::Malformed) {
                        break;
                    }
                }
                read
            }
            FormatKind::Json(map, targetless) => {
                map.read(line, clock, entry)?;
                if *targetless {
                    entry.target = Some(EscapedText::new(b"/", EscapeStyle::None));
                }
                Ok(())
            }
            FormatKind::W3c(w3c) => w3c.read(line, clock, entry),
            FormatKind::Csv(csv) => csv.read(line, clock, entry),
            FormatKind::Haproxy => haproxy::read(line, clock, entry),
        }
    }
}

#[cold]
fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// `2025-12-31T17:37:40.493035218+01:00 stdout F ` in front, as container runtimes log.
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
