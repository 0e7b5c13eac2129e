//! Parser of HAProxy's HTTP log.

use memchr::{memchr, memmem};

use super::text::{TimestampedRequestEvent, set_time};
use super::{EscapeStyle, EscapedText, LogEntry, SkipReason};
use crate::time::{LogTimeUnit, TimestampParser, TimestampStyle, parse_digits};

/// Reads a line of HAProxy's `option httplog`, with or without a syslog prefix, into `entry`, and
/// consumes the part of `rest` that matches.
///
/// Source: HAProxy's Configuration Manual, "HTTP log format". `accept_date` is the time, in HAProxy's
/// zone, at which the connection was accepted or its previous request ended. `Ta` is the total time,
/// and `TR` the time until the request was received.
pub(crate) fn read<'l>(
    rest: &mut &'l [u8],
    timestamp_parser: &mut TimestampParser,
    entry: &mut LogEntry<'l>,
) -> Result<(), SkipReason> {
    *rest = strip_syslog_prefix(rest);
    let mut words = HaproxyWords { rest };
    entry.client = Some(EscapedText::new(
        words.next().ok_or(SkipReason::Malformed)?,
        EscapeStyle::None,
    ));
    let date = words.peek().and_then(|word| word.strip_prefix(b"["));
    let date = date.and_then(|word| word.strip_suffix(b"]"));
    let timestamp =
        timestamp_parser.parse_all(date.ok_or(SkipReason::Malformed)?, TimestampStyle::Clf);
    let _date = words.next();
    set_time(
        entry,
        TimestampedRequestEvent::Start,
        timestamp.ok_or(SkipReason::NoTime)?,
    );
    let _frontend = words.next().ok_or(SkipReason::Truncated)?;
    let server = words.next().ok_or(SkipReason::Truncated)?;
    if server == b"SSL" || memmem::find(words.rest, b"TLS").is_some_and(|at| at < 20) {
        return Err(SkipReason::Tls);
    }
    entry.route = Some(EscapedText::new(server, EscapeStyle::None));
    let timers = words.peek().ok_or(SkipReason::Truncated)?;
    if memchr(b'/', timers).is_none() {
        return Err(SkipReason::Malformed);
    }
    let _timers = words.next();
    entry.duration_us = timers
        .rsplit(|byte| *byte == b'/')
        .next()
        .and_then(timer_micros);
    let status = words.next().ok_or(SkipReason::Truncated)?;
    let (status, length) = parse_digits(status).unwrap_or((0, 0));
    entry.status = u16::try_from(status).unwrap_or(0);
    let bytes = words.next().ok_or(SkipReason::Truncated)?;
    entry.response_bytes =
        parse_digits(bytes.strip_prefix(b"+").unwrap_or(bytes)).map(|(bytes, _)| bytes);
    if length == 0 && entry.response_bytes.is_none() {
        return Err(SkipReason::Malformed);
    }
    // No earlier field contains a quotation mark: captured headers escape theirs.
    let start = memmem::find(words.rest, b" \"").ok_or(SkipReason::Truncated)? + 2;
    let request = &words.rest[start..];
    *words.rest = request;
    if request.starts_with(b"<BADREQ>") {
        return Err(SkipReason::NoRequest);
    }
    // HAProxy truncates long requests, since its lines have a maximum length.
    let end = memchr(b'"', request).ok_or(SkipReason::Truncated)?;
    entry.request = Some(EscapedText::new(&request[..end], EscapeStyle::Hash));
    *words.rest = &request[end + 1..];
    Ok(())
}

/// Parses a timer in milliseconds: `+173` with `option logasap`, -1 if aborted.
fn timer_micros(timer: &[u8]) -> Option<u64> {
    let timer = timer.strip_prefix(b"+").unwrap_or(timer);
    parse_digits(timer).map(|(number, _)| LogTimeUnit::Millis.to_micros(number, 0))
}

/// Removes a prefix such as `Jan 14 12:48:57 host haproxy[14385]: `.
fn strip_syslog_prefix(line: &[u8]) -> &[u8] {
    match memmem::find(line, b"]: ") {
        Some(end) if memmem::find(&line[..end], b"haproxy[").is_some() => &line[end + 3..],
        _ => line,
    }
}

struct HaproxyWords<'r, 'l> {
    rest: &'r mut &'l [u8],
}

impl<'l> HaproxyWords<'_, 'l> {
    /// Returns the next word without consuming it.
    fn peek(&self) -> Option<&'l [u8]> {
        let at = memchr(b' ', self.rest).filter(|at| *at > 0)?;
        Some(&self.rest[..at])
    }

    fn next(&mut self) -> Option<&'l [u8]> {
        let word = self.peek()?;
        *self.rest = &self.rest[word.len() + 1..];
        Some(word)
    }
}
