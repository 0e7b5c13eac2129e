use jiff::tz::TimeZone;

use super::format::Kind;
use super::{Entry, Escape, Format, Skip, Text, haproxy};
use crate::time::Clock;

/// Reads lines of one format, in order: what a line says can depend on those before it.
#[derive(Debug)]
pub struct Parser {
    kind: Kind,
    clock: Clock,
    /// Whether the parts of a line that are of no use have to be right, too.
    pedantic: bool,
}

impl Parser {
    /// A parser of `format`, whose stamps without a zone are of `zone`.
    #[must_use]
    pub fn new(format: &Format, zone: TimeZone) -> Self {
        Self {
            kind: format.kind.clone(),
            clock: Clock::new(zone),
            pedantic: false,
        }
    }

    /// The same for telling formats apart.
    pub(crate) fn pedantic(format: &Format, zone: TimeZone) -> Self {
        Self {
            pedantic: true,
            ..Self::new(format, zone)
        }
    }

    /// Reads one line, without its end, into `entry`, which has to be the default.
    ///
    /// # Errors
    ///
    /// If it is no hit. Of one that is, [`Asked`](super::Asked) may say so all the same.
    #[inline]
    pub fn read<'l>(&mut self, line: &'l [u8], entry: &mut Entry<'l>) -> Result<(), Skip> {
        let line = without_runtime(line.strip_suffix(b"\r").unwrap_or(line));
        if line.first().is_none_or(|byte| byte.is_ascii_whitespace()) && is_blank(line) {
            return Err(Skip::Empty);
        }
        let Self {
            kind,
            clock,
            pedantic,
        } = self;
        match kind {
            Kind::Text(program) => program.read(line, clock, *pedantic, entry),
            Kind::Mixed(_, map) if line.starts_with(b"{") => map.read(line, clock, entry),
            Kind::Mixed(programs, _) => {
                let mut read = Err(Skip::Malformed);
                for program in programs {
                    *entry = Entry::default();
                    read = program.read(line, clock, *pedantic, entry);
                    if read != Err(Skip::Malformed) {
                        break;
                    }
                }
                read
            }
            Kind::Json(map, targetless) => {
                map.read(line, clock, entry)?;
                if *targetless {
                    entry.target = Some(Text::new(b"/", Escape::None));
                }
                Ok(())
            }
            Kind::W3c(w3c) => w3c.read(line, clock, entry),
            Kind::Csv(csv) => csv.read(line, clock, entry),
            Kind::Haproxy => haproxy::read(line, clock, entry),
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
fn without_runtime(line: &[u8]) -> &[u8] {
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
