//! Limits of heads and trailers: exact, and the same for all pieces.

use hammer_wire::http1::{RequestKind, ResponseErrorKind};
use hammer_wire::{MAX_HEAD_BYTES, MAX_HEADERS};

use crate::http1_recording::record;

/// A section of fields, and the error that it is refused with.
struct LimitedSection {
    fields: String,
    error: Option<ResponseErrorKind>,
}

fn section(fields: String, error: Option<ResponseErrorKind>) -> LimitedSection {
    LimitedSection { fields, error }
}

/// Sections at a limit and beyond.
fn sections() -> Vec<LimitedSection> {
    use ResponseErrorKind::{FieldLine, HeadTooLarge, TooManyFields};
    // A field counts its name, its value and 4 bytes.
    let one = |size: usize| format!("A: {}\r\n", "x".repeat(size - 5));
    let without_blank = |size: usize| format!("A:{}\n", "x".repeat(size - 5));
    let two = |size: usize| format!("B: {}\r\n{}", "x".repeat(995), one(size - 1000));
    let short_lines = |count: usize| "a:b\n".repeat(count);
    vec![
        section(one(MAX_HEAD_BYTES), None),
        section(one(MAX_HEAD_BYTES + 1), Some(HeadTooLarge)),
        section(two(MAX_HEAD_BYTES), None),
        section(two(MAX_HEAD_BYTES + 1), Some(HeadTooLarge)),
        // Lines that take less than they count.
        section(without_blank(MAX_HEAD_BYTES), None),
        section(without_blank(MAX_HEAD_BYTES + 1), Some(HeadTooLarge)),
        section(short_lines(100) + &one(MAX_HEAD_BYTES - 600), None),
        section(
            short_lines(100) + &one(MAX_HEAD_BYTES - 599),
            Some(HeadTooLarge),
        ),
        section(short_lines(63) + &one(MAX_HEAD_BYTES - 63 * 6), None),
        section(
            short_lines(63) + &one(MAX_HEAD_BYTES + 1 - 63 * 6),
            Some(HeadTooLarge),
        ),
        // Lines that take more: blanks do not count, within reason.
        section(
            format!("A: {}1\r\n", " ".repeat(4000)) + &one(MAX_HEAD_BYTES - 6),
            None,
        ),
        section(
            format!("A: {}1\r\n", " ".repeat(80_000)),
            Some(HeadTooLarge),
        ),
        section("x".repeat(80_000), Some(HeadTooLarge)),
        // The blanks of a folded value count.
        section(
            format!("A: 1\r\n{}2\r\n", " ".repeat(MAX_HEAD_BYTES)),
            Some(HeadTooLarge),
        ),
        section("a:b\n".repeat(MAX_HEADERS), None),
        section("a:b\n".repeat(MAX_HEADERS + 1), Some(TooManyFields)),
        section("a: 1\r\n 2\r\n".repeat(MAX_HEADERS), None),
        section(
            "a: 1\r\n 2\r\n".repeat(MAX_HEADERS + 1),
            Some(TooManyFields),
        ),
        // The first broken rule counts.
        section("a:b\n".repeat(MAX_HEADERS) + "broken\n", Some(FieldLine)),
        section(
            "a:b\n".repeat(MAX_HEADERS + 1) + "broken\n",
            Some(TooManyFields),
        ),
        section(one(MAX_HEAD_BYTES) + "broken\n", Some(FieldLine)),
        section(one(MAX_HEAD_BYTES + 1) + "broken\n", Some(HeadTooLarge)),
    ]
}

fn check(response: &str, section: &LimitedSection) {
    for size in [response.len(), 1, 4096, 16_384, 60_001] {
        let recording = record(RequestKind::Plain, response.as_bytes().chunks(size));
        let error = recording.error.map(|error| error.kind);
        let begin = &section.fields[..section.fields.len().min(20)];
        assert_eq!(error, section.error, "{begin:?}… in pieces of {size}");
        assert_eq!(recording.complete, error.is_none());
    }
}

#[test]
fn limits_heads() {
    for section in sections() {
        let response = format!("HTTP/1.1 204 No Content\r\n{}\r\n", section.fields);
        check(&response, &section);
        let response = format!(
            "HTTP/1.1 103 Early Hints\r\n{}\r\nHTTP/1.1 204\r\n\r\n",
            section.fields
        );
        check(&response, &section);
    }
}

#[test]
fn limits_trailers() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for section in sections() {
        let response = format!("{head}2\r\nok\r\n0\r\n{}\r\n", section.fields);
        check(&response, &section);
    }
}

#[test]
fn limits_status_lines_and_empty_lines() {
    let long = |size: usize| format!("HTTP/1.1 204 {}\r\n\r\n", "x".repeat(size));
    for (response, error) in [
        (long(4000), None),
        (long(80_000), Some(ResponseErrorKind::HeadTooLarge)),
        // Too long to say that it is malformed.
        (
            long(80_000).replace("204", "20x"),
            Some(ResponseErrorKind::HeadTooLarge),
        ),
        ("\r\n".repeat(512) + "HTTP/1.1 204\r\n\r\n", None),
        (
            "\r\n".repeat(513) + "HTTP/1.1 204\r\n\r\n",
            Some(ResponseErrorKind::NotHttp),
        ),
    ] {
        let section = section(response.clone(), error);
        check(&response, &section);
    }
}
