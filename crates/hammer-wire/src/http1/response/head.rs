//! The head of a response in HTTP/1.1: its status line and header lines.

use std::mem::MaybeUninit;

use super::error::{ResponseError, ResponseErrorKind};
use crate::limits::{MAX_HEAD_BYTES, MAX_HEADERS};

/// The bytes that a head may have besides its fields: a status line, and blanks around values.
const HEAD_SLACK_BYTES: usize = 4 * 1024;
/// The bytes of a line besides name and value.
const LINE_OVERHEAD_BYTES: usize = 4;

/// The table of fields that a parser fills in.
pub(super) type FieldTable<'a> = [MaybeUninit<httparse::Header<'a>>; MAX_HEADERS];

/// A complete head.
pub(super) struct ParsedHead<'h, 'a> {
    pub(super) bytes: usize,
    pub(super) is_http10: bool,
    pub(super) status: u16,
    pub(super) fields: &'h [httparse::Header<'a>],
}

/// Parses a head at the start of `bytes`; returns `None` if it is incomplete.
///
/// Accepts what servers send and browsers take: bare line feeds, empty lines before the head, no reason
/// phrase, several blanks in the status line, and blanks before the colon of a field.
pub(super) fn parse<'h, 'a>(
    bytes: &'a [u8],
    table: &'h mut FieldTable<'a>,
) -> Result<Option<ParsedHead<'h, 'a>>, ResponseError> {
    let mut config = httparse::ParserConfig::default();
    config
        .allow_spaces_after_header_name_in_responses(true)
        .allow_multiple_spaces_in_response_status_delimiters(true);
    let mut response = httparse::Response::new(&mut []);
    let parsed = config.parse_response_with_uninit_headers(&mut response, bytes, table);
    let end = match parsed {
        Ok(httparse::Status::Complete(end)) => end,
        Ok(httparse::Status::Partial) => {
            check_beginning(bytes)?;
            check_size(bytes)?;
            return Ok(None);
        }
        Err(error) => return Err(explain(error, bytes)),
    };
    let fields: &'h [httparse::Header<'a>] = response.headers;
    let status = response.code.unwrap_or_default();
    if status < 100 {
        return Err(ResponseError::new(ResponseErrorKind::StatusLine, bytes));
    }
    // A head within the limit as a whole cannot exceed it in its fields.
    if end > MAX_HEAD_BYTES {
        check_field_bytes(fields)?;
    }
    Ok(Some(ParsedHead {
        bytes: end,
        is_http10: response.version == Some(0),
        status,
        fields,
    }))
}

/// Parses a trailer section at the start of `bytes`; returns `None` if it is incomplete.
pub(super) fn parse_trailers<'h, 'a>(
    bytes: &'a [u8],
    table: &'h mut [httparse::Header<'a>; MAX_HEADERS],
) -> Result<Option<(usize, &'h [httparse::Header<'a>])>, ResponseError> {
    match httparse::parse_headers(bytes, table) {
        Ok(httparse::Status::Complete((end, fields))) => {
            check_field_bytes(fields)?;
            Ok(Some((end, fields)))
        }
        Ok(httparse::Status::Partial) => {
            check_size(bytes)?;
            Ok(None)
        }
        Err(error) => {
            let lines = bytes.split_inclusive(|byte| *byte == b'\n');
            Err(explain_fields(error, lines))
        }
    }
}

/// Returns the offset after the empty line that ends a head, searched from `from` on.
pub(super) fn find_end(bytes: &[u8], from: usize) -> Option<usize> {
    memchr::memchr_iter(b'\n', bytes.get(from..)?).find_map(|offset| {
        let next = from + offset + 1;
        match bytes[next..] {
            [b'\n', ..] => Some(next + 1),
            [b'\r', b'\n', ..] => Some(next + 2),
            _ => None,
        }
    })
}

/// Replaces the line breaks of folded values by blanks (RFC 9112, section 5.2), within the complete
/// head at the start of `bytes`. Returns true if there were any.
pub(super) fn unfold(bytes: &mut [u8]) -> bool {
    let end = find_end(bytes, 0).unwrap_or(bytes.len());
    let Some(first_line) = memchr::memchr(b'\n', &bytes[..end]) else {
        return false;
    };
    let mut found = false;
    // A blank after the status line folds no field.
    let mut begin = first_line + 1;
    while let Some(offset) = memchr::memchr(b'\n', &bytes[begin..end]) {
        let line_feed = begin + offset;
        let next = line_feed + 1;
        let is_empty_line = line_feed == begin || bytes[begin..line_feed] == *b"\r";
        if next < end && matches!(bytes[next], b' ' | b'\t') && !is_empty_line {
            found = true;
            bytes[line_feed] = b' ';
            if bytes[line_feed - 1] == b'\r' {
                bytes[line_feed - 1] = b' ';
            }
        }
        begin = next;
    }
    found
}

/// Fails early if the bytes cannot become a head.
pub(super) fn check_beginning(bytes: &[u8]) -> Result<(), ResponseError> {
    let start = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
    let head = &bytes[start.unwrap_or(bytes.len())..];
    let known = head.iter().zip(b"HTTP/1.").all(|(one, other)| one == other);
    if known {
        return Ok(());
    }
    // The types of records are 20 to 24, and the major version is 3 (RFC 8446, section 5.1).
    let kind = match head {
        [20..=24, 3, ..] => ResponseErrorKind::TlsRecord,
        _ => ResponseErrorKind::NotHttp,
    };
    Err(ResponseError::new(kind, head))
}

/// Fails if an incomplete head is larger than a complete one may be.
pub(super) fn check_size(bytes: &[u8]) -> Result<(), ResponseError> {
    if bytes.len() > MAX_HEAD_BYTES + HEAD_SLACK_BYTES {
        return Err(ResponseError::new(ResponseErrorKind::HeadTooLarge, &[]));
    }
    Ok(())
}

fn check_field_bytes(fields: &[httparse::Header<'_>]) -> Result<(), ResponseError> {
    let size =
        |field: &httparse::Header<'_>| field.name.len() + field.value.len() + LINE_OVERHEAD_BYTES;
    if fields.iter().map(size).sum::<usize>() > MAX_HEAD_BYTES {
        return Err(ResponseError::new(ResponseErrorKind::HeadTooLarge, &[]));
    }
    Ok(())
}

/// Names the rule that the parser found broken, and the line that breaks it.
#[cold]
fn explain(error: httparse::Error, bytes: &[u8]) -> ResponseError {
    if let Err(error) = check_beginning(bytes) {
        return error;
    }
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let is_status_line = |line: &[u8]| line.starts_with(b"HTTP/1.");
    let first = lines.find(|line| is_status_line(line)).unwrap_or_default();
    let is_status_error = matches!(
        error,
        httparse::Error::Version | httparse::Error::Status | httparse::Error::Token
    );
    if is_status_error {
        return ResponseError::new(ResponseErrorKind::StatusLine, first.trim_ascii_end());
    }
    explain_fields(error, lines)
}

#[cold]
fn explain_fields<'a>(
    error: httparse::Error,
    mut lines: impl Iterator<Item = &'a [u8]>,
) -> ResponseError {
    if error == httparse::Error::TooManyHeaders {
        return ResponseError::new(ResponseErrorKind::TooManyFields, &[]);
    }
    let is_broken = |line: &&[u8]| {
        let mut table = [httparse::EMPTY_HEADER; 1];
        let line = [*line, b"\r\n"].concat();
        httparse::parse_headers(&line, &mut table).is_err()
    };
    let line = lines.find(is_broken).unwrap_or_default();
    ResponseError::new(ResponseErrorKind::FieldLine, line.trim_ascii_end())
}
