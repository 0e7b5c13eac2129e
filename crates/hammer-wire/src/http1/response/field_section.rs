//! Sections of field lines, parsed line by line (RFC 9112, section 5).
//!
//! It accepts more than httparse, and the same from all that httparse accepts: sections that arrive in
//! pieces, folded lines, bare carriage returns, and control characters in values.

use super::error::{ResponseError, ResponseErrorKind};
use crate::limits::{MAX_HEAD_BYTES, MAX_HEADERS};
use crate::token::is_token_byte;

/// Maximum size of a head or trailer section on the wire, in bytes: 68 KiB.
///
/// Besides its fields ([`MAX_HEAD_BYTES`]), it has a status line, and whitespace around names and
/// values. A decoder leaves no more of an incomplete response unconsumed, so a buffer with one more byte
/// suffices.
pub const MAX_INCOMPLETE_BYTES: usize = MAX_HEAD_BYTES + 4 * 1024;

/// The bytes that each field counts besides its name and its value.
pub(super) const LINE_OVERHEAD_BYTES: usize = 4;

/// The fields of a section.
pub(super) type FieldTable<'a> = [httparse::Header<'a>; MAX_HEADERS];

/// The size of a complete section, and its fields.
pub(super) type FieldSection<'h, 'a> = (usize, &'h [httparse::Header<'a>]);

/// The part of a section that has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SectionExtent {
    /// The end of the last line that is known not to be continued by the next one.
    lines_end: usize,
    /// The offset after the empty line at the end of the section.
    end: Option<usize>,
}

/// Replaces each bare carriage return and each line break of a folded line by spaces.
///
/// RFC 9112, sections 2.2 and 5.2, permit both. The section begins at the start of `bytes`, with a
/// start line, which is left as it is, or with the first field line. A line that ends in several
/// carriage returns and a line feed ends as one with a single carriage return does, as for curl.
pub(super) fn repair(bytes: &mut [u8], has_start_line: bool) -> SectionExtent {
    let mut is_start_line = has_start_line;
    let (mut line_begin, mut searched) = (0, 0);
    while let Some(offset) = memchr::memchr(b'\n', &bytes[searched..]) {
        let line_feed = searched + offset;
        searched = line_feed + 1;
        if bytes[line_begin..line_feed]
            .iter()
            .all(|byte| *byte == b'\r')
        {
            return SectionExtent {
                lines_end: line_begin,
                end: Some(searched),
            };
        }
        match bytes.get(searched) {
            None => break,
            Some(b' ' | b'\t') if !is_start_line => bytes[line_feed] = b' ',
            Some(_) => {
                let carriage_returns = bytes[line_begin..line_feed]
                    .iter_mut()
                    .filter(|byte| **byte == b'\r' && !is_start_line);
                carriage_returns.for_each(|byte| *byte = b' ');
                line_begin = searched;
                is_start_line = false;
            }
        }
    }
    SectionExtent {
        lines_end: line_begin,
        end: None,
    }
}

/// Parses the field lines of a section from `begin` on, after it was repaired; returns its size and
/// its fields, or `None` if it is incomplete.
///
/// The result for a section in pieces is that for the whole one: a broken rule is found in the first
/// line that breaks it, and as soon as the next line has begun.
pub(super) fn parse_fields<'h, 'a>(
    bytes: &'a [u8],
    extent: SectionExtent,
    mut begin: usize,
    table: &'h mut FieldTable<'a>,
) -> Result<Option<FieldSection<'h, 'a>>, ResponseError> {
    let too_large = || ResponseError::new(ResponseErrorKind::HeadTooLarge, &[]);
    let (mut count, mut size) = (0, 0);
    while begin < extent.lines_end {
        let rest = &bytes[begin..extent.lines_end];
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        begin += length + 1;
        if begin > MAX_INCOMPLETE_BYTES {
            return Err(too_large());
        }
        let field = parse_field(&rest[..length])?;
        size += field_bytes(&field);
        if size > MAX_HEAD_BYTES {
            return Err(too_large());
        }
        *table
            .get_mut(count)
            .ok_or_else(|| ResponseError::new(ResponseErrorKind::TooManyFields, &[]))? = field;
        count += 1;
    }
    if extent.end.unwrap_or(bytes.len()) > MAX_INCOMPLETE_BYTES {
        return Err(too_large());
    }
    Ok(extent.end.map(|end| (end, &table[..count])))
}

/// The number of bytes that a field counts (see [`MAX_HEAD_BYTES`]).
pub(super) fn field_bytes(field: &httparse::Header<'_>) -> usize {
    field.name.len() + field.value.len() + LINE_OVERHEAD_BYTES
}

/// Parses a line without its line feed.
///
/// Whitespace before the colon is removed, as RFC 9112, section 5.1, demands of proxies and as curl does.
/// Control characters stay in values (RFC 9110, section 5.5), except NUL, which is refused.
fn parse_field(line: &[u8]) -> Result<httparse::Header<'_>, ResponseError> {
    split_field(line).map_err(|expected| {
        ResponseError::new(ResponseErrorKind::FieldLine, trim_blanks_end(line))
            .with_expected(expected)
    })
}

/// Splits a line into name and value, or says what was expected.
fn split_field(line: &[u8]) -> Result<httparse::Header<'_>, &'static str> {
    let colon = memchr::memchr(b':', line).ok_or("a colon after the name")?;
    let name = trim_blanks_end(&line[..colon]);
    if name.is_empty() || !name.iter().copied().all(is_token_byte) {
        return Err("a name of letters, digits and marks such as - before the colon");
    }
    let value = &line[colon + 1..];
    if memchr::memchr(0, value).is_some() {
        return Err("a value without NUL");
    }
    let blanks = value.iter().take_while(|byte| is_blank(**byte)).count();
    Ok(httparse::Header {
        // All bytes are ASCII.
        name: std::str::from_utf8(name).unwrap_or_default(),
        value: trim_blanks_end(&value[blanks..]),
    })
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

fn trim_blanks_end(bytes: &[u8]) -> &[u8] {
    let blanks = bytes.iter().rev().take_while(|byte| is_blank(**byte));
    &bytes[..bytes.len() - blanks.count()]
}

#[cfg(test)]
mod tests {
    use super::{SectionExtent, repair, split_field};

    #[test]
    fn repairs_complete_lines_only() {
        let table: [(&str, &str, usize, Option<usize>); 11] = [
            ("A: 1\r\n\r\n", "A: 1 \n\r\n", 6, Some(8)),
            ("A: 1\n\nbody\n b", "A: 1\n\nbody\n b", 5, Some(6)),
            // RFC 9112, section 5.2: obs-fold.
            ("A: 1\r\n 2\r\nB", "A: 1   2 \nB", 10, None),
            ("A: 1\n\t2\n  3\n\n", "A: 1 \t2   3\n\n", 12, Some(13)),
            ("A: 1\r\n \r\n\r\n", "A: 1    \n\r\n", 9, Some(11)),
            // The next line may continue this one.
            ("A: 1\r\n", "A: 1\r\n", 0, None),
            ("A: 1\r\n\r", "A: 1 \n\r", 6, None),
            // RFC 9112, section 2.2: bare CR.
            ("A: 1\r2\r\n\r\n", "A: 1 2 \n\r\n", 8, Some(10)),
            ("A: 1\r\r\n\r\r\n", "A: 1  \n\r\r\n", 7, Some(10)),
            ("\r\n", "\r\n", 0, Some(2)),
            ("\r", "\r", 0, None),
        ];
        for (before, after, lines_end, end) in table {
            let mut bytes = before.as_bytes().to_vec();
            let extent = SectionExtent { lines_end, end };
            for _ in 0..2 {
                assert_eq!(repair(&mut bytes, false), extent, "{before:?}");
                assert_eq!(
                    bytes.escape_ascii().to_string(),
                    after.escape_default().to_string()
                );
            }
        }
    }

    #[test]
    fn leaves_a_start_line_as_it_is() {
        let mut bytes = *b"HTTP/1.1 200 O\rK\r\n A: 1\r\n\r\n";
        repair(&mut bytes, true);
        assert_eq!(bytes, *b"HTTP/1.1 200 O\rK\r\n A: 1 \n\r\n");
    }

    #[test]
    fn splits_fields() {
        let table: [(&[u8], &str, &[u8]); 9] = [
            (b"Content-Type: text/html", "Content-Type", b"text/html"),
            // RFC 9112, section 5: whitespace around the value is not part of it.
            (b"a:b", "a", b"b"),
            (b"a: \t b \t ", "a", b"b"),
            (b"a:", "a", b""),
            (b"a:  ", "a", b""),
            (b"a: b: c", "a", b"b: c"),
            (b"Server : x", "Server", b"x"),
            (b"X-Name: M\xfcller", "X-Name", b"M\xfcller"),
            (b"a: \x01\x1b\x7f", "a", b"\x01\x1b\x7f"),
        ];
        for (line, name, value) in table {
            let field = split_field(line).expect("a valid line");
            assert_eq!((field.name, field.value), (name, value));
        }
    }

    #[test]
    fn says_why_a_line_is_refused() {
        let table: [(&[u8], &str); 7] = [
            (b"no colon", "a colon"),
            (b": value", "a name"),
            (b" a: value", "a name"),
            (b"a b: value", "a name"),
            (b"a\0: value", "a name"),
            (b"M\xfcller: value", "a name"),
            (b"a: v\0", "a value without NUL"),
        ];
        for (line, expected) in table {
            let error = split_field(line).map(|field| field.name);
            assert!(
                error.is_err_and(|error| error.starts_with(expected)),
                "{expected}"
            );
        }
    }
}
