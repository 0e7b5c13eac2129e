//! Parser of uvicorn's access log.

use super::{EscapeStyle, EscapedText, LogEntry, SkipReason};
use crate::time::parse_digits;

/// The names of Python's log levels.
pub(super) const LEVELS: [&[u8]; 5] = [b"INFO", b"WARNING", b"ERROR", b"DEBUG", b"CRITICAL"];

/// Reads a line of uvicorn, with or without colors, into `entry`, and consumes the part of `rest` that
/// matches. The lines have no time.
///
/// Source: uvicorn, "Logging": `%(levelprefix)s %(client_addr)s - "%(request_line)s" %(status_code)s`.
pub(super) fn read<'l>(rest: &mut &'l [u8], entry: &mut LogEntry<'l>) -> Result<(), SkipReason> {
    skip_padding(rest);
    let level = LEVELS.iter().find(|level| rest.starts_with(level));
    let level = level.ok_or(SkipReason::Malformed)?;
    *rest = &rest[level.len()..];
    skip_padding(rest);
    *rest = rest.strip_prefix(b":").unwrap_or(rest);
    skip_padding(rest);
    let client = memchr::memchr(b' ', rest).ok_or(SkipReason::Malformed)?;
    let after = rest[client..].strip_prefix(b" - \"");
    let after = after.ok_or(SkipReason::Malformed)?;
    entry.client = Some(text(&rest[..client]));
    *rest = after;
    skip_colors(rest);
    // A query can contain quotation marks, but the reason phrase cannot.
    let end = memchr::memrchr(b'"', rest).ok_or(SkipReason::Truncated)?;
    entry.request = Some(text(without_color_at_end(&rest[..end])));
    *rest = &rest[end + 1..];
    skip_padding(rest);
    let (status, length) = parse_digits(rest).ok_or(SkipReason::Truncated)?;
    entry.status = u16::try_from(status).unwrap_or(0);
    *rest = &rest[length..];
    Ok(())
}

fn text(bytes: &[u8]) -> EscapedText<'_> {
    EscapedText::new(bytes, EscapeStyle::None)
}

/// Skips spaces and colors.
fn skip_padding(rest: &mut &[u8]) {
    loop {
        let before = rest.len();
        *rest = rest.trim_ascii_start();
        skip_colors(rest);
        if rest.len() == before {
            return;
        }
    }
}

/// Skips escape sequences such as `ESC [ 32 m`.
pub(super) fn skip_colors(rest: &mut &[u8]) {
    while let Some(parameters) = rest.strip_prefix(b"\x1b[") {
        let is_parameter = |byte: &u8| byte.is_ascii_digit() || *byte == b';';
        let Some(end) = parameters.iter().position(|byte| !is_parameter(byte)) else {
            return;
        };
        if parameters[end] != b'm' {
            return;
        }
        *rest = &parameters[end + 1..];
    }
}

fn without_color_at_end(request: &[u8]) -> &[u8] {
    match memchr::memrchr(b'\x1b', request) {
        Some(at) if request.ends_with(b"m") => &request[..at],
        _ => request,
    }
}
