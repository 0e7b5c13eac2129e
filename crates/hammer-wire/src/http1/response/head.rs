//! The head of a response in HTTP/1.1: its status line and header lines.

use std::mem::MaybeUninit;

use super::error::{ResponseError, ResponseErrorKind};
use super::field_section::{
    self, FieldTable, LINE_OVERHEAD_BYTES, MAX_INCOMPLETE_BYTES, field_bytes,
};
use super::status_line::{self, StatusLine};
use crate::limits::{MAX_HEAD_BYTES, MAX_HEADERS};

/// The number of fields of a common head. More would make the stack frame larger than a page, which is
/// slower to enter.
const COMMON_FIELDS: usize = 64;

/// The size of a head from which on its fields may count more than is allowed. The shortest line of a
/// field takes two bytes besides name and value: a colon and a line feed.
const CHECKED_HEAD_BYTES: usize = MAX_HEAD_BYTES - (LINE_OVERHEAD_BYTES - 2) * COMMON_FIELDS;

/// The table of fields of a common head.
pub(super) type CommonFieldTable<'a> = [MaybeUninit<httparse::Header<'a>>; COMMON_FIELDS];

/// An empty table.
pub(super) const fn empty_table<'a>() -> FieldTable<'a> {
    [httparse::EMPTY_HEADER; MAX_HEADERS]
}

/// A table that is not initialized, which costs nothing.
#[inline]
pub(super) const fn common_table<'a>() -> CommonFieldTable<'a> {
    [const { MaybeUninit::uninit() }; COMMON_FIELDS]
}

/// A complete head.
pub(super) struct ParsedHead<'h, 'a> {
    pub(super) bytes: usize,
    pub(super) line: StatusLine,
    pub(super) fields: &'h [httparse::Header<'a>],
}

/// Parses a head at the start of `bytes` if it is complete and common; else [`parse_by_line`] decides.
#[inline]
pub(super) fn parse_common<'h, 'a>(
    bytes: &'a [u8],
    table: &'h mut CommonFieldTable<'a>,
) -> Option<ParsedHead<'h, 'a>> {
    let mut config = httparse::ParserConfig::default();
    config
        .allow_spaces_after_header_name_in_responses(true)
        .allow_multiple_spaces_in_response_status_delimiters(true);
    let mut response = httparse::Response::new(&mut []);
    let parsed = config.parse_response_with_uninit_headers(&mut response, bytes, table);
    let Ok(httparse::Status::Complete(end)) = parsed else {
        return None;
    };
    let fields: &'h [httparse::Header<'a>] = response.headers;
    let line = StatusLine {
        is_http10: response.version == Some(0),
        status: response.code.filter(|status| *status >= 100)?,
    };
    if end > CHECKED_HEAD_BYTES {
        let size: usize = fields.iter().map(field_bytes).sum();
        if size > MAX_HEAD_BYTES || end > MAX_INCOMPLETE_BYTES {
            return None;
        }
    }
    Some(ParsedHead {
        bytes: end,
        line,
        fields,
    })
}

/// Parses any head at the start of `bytes`; returns `None` if it is incomplete.
pub(super) fn parse_by_line<'h, 'a>(
    bytes: &'a mut [u8],
    table: &'h mut FieldTable<'a>,
) -> Result<Option<ParsedHead<'h, 'a>>, ResponseError> {
    status_line::check_beginning(bytes)?;
    let extent = field_section::repair(bytes, true);
    let bytes: &'a [u8] = bytes;
    let first_line = memchr::memchr(b'\n', bytes);
    let Some(line_feed) = first_line.filter(|offset| *offset < MAX_INCOMPLETE_BYTES) else {
        return check_incomplete(bytes).map(|()| None);
    };
    let line = StatusLine::parse(&bytes[..line_feed])?;
    let section = field_section::parse_fields(bytes, extent, line_feed + 1, table)?;
    Ok(section.map(|(bytes, fields)| ParsedHead {
        bytes,
        line,
        fields,
    }))
}

/// Parses a trailer section at the start of `bytes`; returns its size and its fields, or `None` if it
/// is incomplete.
pub(super) fn parse_trailers<'h, 'a>(
    bytes: &'a mut [u8],
    table: &'h mut FieldTable<'a>,
) -> Result<Option<field_section::FieldSection<'h, 'a>>, ResponseError> {
    let extent = field_section::repair(bytes, false);
    field_section::parse_fields(bytes, extent, 0, table)
}

/// Fails if an incomplete section is larger than a complete one may be.
pub(super) fn check_incomplete(bytes: &[u8]) -> Result<(), ResponseError> {
    if bytes.len() > MAX_INCOMPLETE_BYTES {
        return Err(ResponseError::new(ResponseErrorKind::HeadTooLarge, &[]));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{common_table, empty_table, parse_by_line, parse_common};

    type HeadSummary = (usize, bool, u16, Vec<(String, Vec<u8>)>);

    fn summary(head: &super::ParsedHead<'_, '_>) -> HeadSummary {
        let fields = head.fields.iter();
        (
            head.bytes,
            head.line.is_http10,
            head.line.status,
            fields
                .map(|field| (field.name.to_owned(), field.value.to_vec()))
                .collect(),
        )
    }

    #[test]
    fn both_parsers_agree_on_common_heads() {
        for head in [
            &b"HTTP/1.1 200 OK\r\n\r\n"[..],
            b"HTTP/1.1 200\r\nA: 1\r\n\r\nbody",
            b"HTTP/1.0  204  \nA:\nB : 2 \t\nC: \t x y\n\n",
            b"HTTP/1.1 200 M\xfcller\r\nX-Name: M\xfcller\r\n\r\n\r\n",
        ] {
            let mut table = common_table();
            let common = parse_common(head, &mut table).expect("a common head");
            let mut table = empty_table();
            let mut copy = head.to_vec();
            let other = parse_by_line(&mut copy, &mut table).expect("a valid head");
            assert_eq!(summary(&common), summary(&other.expect("complete")));
        }
    }

    #[test]
    fn the_common_parser_leaves_the_rest_to_the_other() {
        for head in [
            &b"HTTP/1.1 200 OK\r\nA: 1\r\n"[..],
            b"HTTP/1.1 200 OK\r\nA: 1\r\n 2\r\n\r\n",
            b"HTTP/1.1 099 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nA: \x01\r\n\r\n",
        ] {
            assert!(parse_common(head, &mut common_table()).is_none());
        }
    }
}
