//! Parser of Squid's native log.

use super::text::{TimestampedRequestEvent, set_time};
use super::{EscapeStyle, EscapedText, LogEntry, SkipReason};
use crate::time::{LogTimeUnit, TimestampParser, TimestampStyle, parse_digits};

/// Reads a line of Squid's native format into `entry`, and consumes the part of `rest` that matches.
///
/// Sources: Squid, configuration directive `logformat`: `squid` is `%ts.%03tu %6tr %>a %Ss/%03>Hs %<st
/// %rm %ru %[un %Sh/%<a %mt`; Squid FAQ, "access.log": the time is that of the end. The size includes
/// the headers, so it is not a body size. Each URL is absolute, except in an accelerator.
pub(super) fn read<'l>(
    rest: &mut &'l [u8],
    timestamp_parser: &mut TimestampParser,
    entry: &mut LogEntry<'l>,
) -> Result<(), SkipReason> {
    let seconds = TimestampStyle::Epoch(LogTimeUnit::Seconds);
    let time = peek_word(rest);
    let timestamp = timestamp_parser.parse_all(time, seconds);
    let timestamp = timestamp.filter(|_| time.contains(&b'.'));
    let timestamp = timestamp.ok_or(SkipReason::Malformed)?;
    set_time(entry, TimestampedRequestEvent::End, timestamp);
    skip_word(rest);
    let (elapsed_ms, length) = parse_digits(peek_word(rest)).ok_or(missing(rest))?;
    if length != peek_word(rest).len() {
        return Err(SkipReason::Malformed);
    }
    entry.duration_us = Some(LogTimeUnit::Millis.to_micros(elapsed_ms, 0));
    skip_word(rest);
    entry.client = Some(text(next_word(rest)?));
    // `TCP_MISS/200`
    let result = peek_word(rest);
    let slash = memchr::memchr(b'/', result).ok_or(missing(rest))?;
    let (status, _) = parse_digits(&result[slash + 1..]).ok_or(SkipReason::Malformed)?;
    entry.status = u16::try_from(status).unwrap_or(0);
    skip_word(rest);
    parse_digits(peek_word(rest)).ok_or(missing(rest))?;
    skip_word(rest);
    let method = next_word(rest)?;
    let url = next_word(rest)?;
    entry.method = Some(text(method));
    entry.url = Some(text(url));
    let _user = next_word(rest)?;
    // `HIER_DIRECT/192.0.2.1`
    memchr::memchr(b'/', peek_word(rest)).ok_or(missing(rest))?;
    *rest = b"";
    // Of a client that sent no request, Squid writes `NONE error:…` or `- error:…`.
    if url.starts_with(b"error:") || method == b"NONE" {
        return Err(SkipReason::NoRequest);
    }
    Ok(())
}

fn text(bytes: &[u8]) -> EscapedText<'_> {
    EscapedText::new(bytes, EscapeStyle::None)
}

/// Returns the next word without consuming it. Numbers are padded with spaces.
fn peek_word<'l>(rest: &mut &'l [u8]) -> &'l [u8] {
    *rest = rest.trim_ascii_start();
    let end = memchr::memchr(b' ', rest).unwrap_or(rest.len());
    &rest[..end]
}

fn skip_word(rest: &mut &[u8]) {
    *rest = &rest[peek_word(rest).len()..];
}

fn next_word<'l>(rest: &mut &'l [u8]) -> Result<&'l [u8], SkipReason> {
    let word = peek_word(rest);
    *rest = &rest[word.len()..];
    if word.is_empty() {
        return Err(SkipReason::Truncated);
    }
    Ok(word)
}

/// Returns the reason to skip a line whose next word does not match.
fn missing(rest: &[u8]) -> SkipReason {
    if rest.is_empty() {
        SkipReason::Truncated
    } else {
        SkipReason::Malformed
    }
}
