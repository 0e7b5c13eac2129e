use memchr::{memchr, memmem};

use super::text::{Base, put_time};
use super::{Entry, Escape, Skip, Text};
use crate::time::{Clock, Style, Unit, digits};

/// Reads a line of HAProxy's `option httplog`, with or without syslog's head, into `entry`.
///
/// Source: HAProxy's Configuration Manual, "HTTP log format". `accept_date` is when the connection or
/// the request before it was done with, and the time of HAProxy's own zone; `Ta` is the whole time, and
/// `TR` that until the request was there.
pub(crate) fn read<'l>(
    line: &'l [u8],
    clock: &mut Clock,
    entry: &mut Entry<'l>,
) -> Result<(), Skip> {
    let line = without_syslog(line);
    let mut words = Words { rest: line };
    entry.client = Some(Text::new(
        words.next().ok_or(Skip::Malformed)?,
        Escape::None,
    ));
    let date = words.next().and_then(|word| word.strip_prefix(b"["));
    let date = date.and_then(|word| word.strip_suffix(b"]"));
    let stamp = clock.whole(date.ok_or(Skip::Malformed)?, Style::Clf);
    put_time(entry, Base::Start, stamp.ok_or(Skip::NoTime)?);
    let _frontend = words.next().ok_or(Skip::Cut)?;
    let server = words.next().ok_or(Skip::Cut)?;
    if server == b"SSL" || memmem::find(words.rest, b"TLS").is_some_and(|at| at < 20) {
        return Err(Skip::Tls);
    }
    entry.route = Some(Text::new(server, Escape::None));
    let timers = words.next().ok_or(Skip::Cut)?;
    if memchr(b'/', timers).is_none() {
        return Err(Skip::Malformed);
    }
    entry.duration_us = timers.rsplit(|byte| *byte == b'/').next().and_then(millis);
    let status = words.next().ok_or(Skip::Cut)?;
    let (status, length) = digits(status).unwrap_or((0, 0));
    entry.status = u16::try_from(status).unwrap_or(0);
    let bytes = words.next().ok_or(Skip::Cut)?;
    entry.bytes = digits(bytes.strip_prefix(b"+").unwrap_or(bytes)).map(|(bytes, _)| bytes);
    if length == 0 && entry.bytes.is_none() {
        return Err(Skip::Malformed);
    }
    // Nothing before has a quotation mark: in what is captured of headers it is escaped.
    let start = memmem::find(words.rest, b" \"").ok_or(Skip::Cut)? + 2;
    let request = &words.rest[start..];
    if request.starts_with(b"<BADREQ>") {
        return Err(Skip::NoRequest);
    }
    // A long request is cut at the end of a line that is of bounded length.
    let end = memchr(b'"', request).ok_or(Skip::Cut)?;
    entry.request = Some(Text::new(&request[..end], Escape::Hash));
    Ok(())
}

/// `+173` with `option logasap`; -1 where it never came to an end.
fn millis(timer: &[u8]) -> Option<u64> {
    let timer = timer.strip_prefix(b"+").unwrap_or(timer);
    digits(timer).map(|(number, _)| Unit::Millis.micros(number, 0))
}

/// `Jan 14 12:48:57 host haproxy[14385]: ` in front.
fn without_syslog(line: &[u8]) -> &[u8] {
    match memmem::find(line, b"]: ") {
        Some(end) if memmem::find(&line[..end], b"haproxy[").is_some() => &line[end + 3..],
        _ => line,
    }
}

struct Words<'l> {
    rest: &'l [u8],
}

impl<'l> Words<'l> {
    fn next(&mut self) -> Option<&'l [u8]> {
        let at = memchr(b' ', self.rest).filter(|at| *at > 0)?;
        let word = &self.rest[..at];
        self.rest = &self.rest[at + 1..];
        Some(word)
    }
}
