//! Properties of all bytes that may be a response of HTTP/1.1. Shared by the fuzzer and the test next
//! to it.

#[path = "http1_recording.rs"]
mod http1_recording;

use hammer_wire::http1::{RequestKind, ResponseDecoder, ResponseErrorKind};
use hammer_wire::{MAX_HEAD_BYTES, MAX_HEADERS, MAX_INTERIM_RESPONSES};

use http1_recording::{FieldPairs, RecordedHead, Recording, record, record_with};

/// Decodes `input`: an optional line with the kind of request (`HEAD`, `CONNECT` or `UPGRADE`), and the
/// bytes of a response and of what follows it.
///
/// # Panics
///
/// If a property is violated.
pub(crate) fn check(input: &[u8]) {
    let (request, bytes) = split(input);
    let whole = record(request, [bytes]);
    check_recording(request, bytes, &whole);
    assert_eq!(record(request, bytes.chunks(1)), whole, "byte by byte");
    for size in [2, 3, 5, 7, 16, 61] {
        let pieces = record(request, bytes.chunks(size));
        assert_eq!(pieces, whole, "in pieces of {size}");
    }
    check_next_response(request, bytes, &whole);
}

/// Decodes `input` in two pieces, and compares the result with that of the whole.
///
/// # Panics
///
/// If they differ.
pub(crate) fn check_split(input: &[u8], sizes: &[usize]) {
    let (request, bytes) = split(input);
    let mut rest = bytes;
    let mut pieces = Vec::new();
    for size in sizes {
        let (piece, after) = rest.split_at((*size).min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    assert_eq!(
        record(request, pieces),
        record(request, [bytes]),
        "{sizes:?}"
    );
}

fn split(input: &[u8]) -> (RequestKind, &[u8]) {
    for (line, request) in [
        (&b"HEAD\n"[..], RequestKind::Head),
        (b"CONNECT\n", RequestKind::Connect),
        (b"UPGRADE\n", RequestKind::Upgrade),
    ] {
        if let Some(bytes) = input.strip_prefix(line) {
            return (request, bytes);
        }
    }
    (RequestKind::Plain, input)
}

fn check_recording(request: RequestKind, bytes: &[u8], recording: &Recording) {
    assert!(recording.consumed <= bytes.len());
    assert!(recording.body.len() <= bytes.len());
    assert!(recording.interim.len() <= MAX_INTERIM_RESPONSES as usize);
    for head in &recording.interim {
        assert!((100..200).contains(&head.status) && head.status != 101);
        check_fields(&head.fields);
    }
    if let Some(head) = &recording.head {
        check_head(request, head);
        let has_no_body = request == RequestKind::Head || matches!(head.status, 204 | 304);
        assert!(!has_no_body || recording.body.is_empty() && recording.trailers.is_none());
    }
    if let Some(fields) = &recording.trailers {
        assert!(!fields.is_empty());
        check_fields(fields);
    }
    check_end(recording);
}

fn check_head(request: RequestKind, head: &RecordedHead) {
    check_fields(&head.fields);
    let is_upgrade = request == RequestKind::Upgrade && head.status == 101;
    assert!((200..1000).contains(&head.status) || is_upgrade, "{head:?}");
}

fn check_fields(fields: &FieldPairs) {
    assert!(fields.len() <= MAX_HEADERS);
    let mut size = 0;
    for (name, value) in fields {
        let is_token = name
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]{}".contains(&byte));
        assert!(is_token && !name.is_empty(), "name {name:?}");
        let ends = [value.first(), value.last()];
        let has_blanks = ends.into_iter().flatten().any(|byte| b" \t".contains(byte));
        let has_breaks = value.iter().any(|byte| b"\r\n\0".contains(byte));
        assert!(!has_blanks && !has_breaks, "value {value:?}");
        size += name.len() + value.len() + 4;
    }
    assert!(size <= MAX_HEAD_BYTES);
}

fn check_end(recording: &Recording) {
    if let Some(error) = &recording.error {
        assert!(error.message.len() < 600, "{error:?}");
        assert!(!error.message.contains(char::is_control), "{error:?}");
        assert!(!recording.complete && !recording.persistent && !recording.switched);
        assert!(error.kind == ResponseErrorKind::Truncated || recording.consumed == 0);
        return;
    }
    assert!(recording.head.is_some());
    assert!(recording.complete != recording.ended_with_connection);
    assert!(recording.complete || !recording.persistent && !recording.switched);
    assert!(!recording.switched || recording.body.is_empty() && !recording.persistent);
}

/// A decoder is the same after a response as it was before, and leaves the bytes of the next one.
fn check_next_response(request: RequestKind, bytes: &[u8], whole: &Recording) {
    let mut decoder = ResponseDecoder::new();
    record_with(&mut decoder, request, [bytes]);
    assert_eq!(&record_with(&mut decoder, request, [bytes]), whole);
    if whole.complete {
        let (own, _) = bytes.split_at(whole.consumed);
        assert_eq!(&record(request, [own]), whole, "without the bytes after it");
    }
}
