//! Bodies in chunks (RFC 9112, section 7.1).

use hammer_wire::http1::{RequestKind, ResponseErrorKind};

use crate::every_split::{pairs, record_error, record_every_split, record_valid};

const HEAD: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

#[test]
fn decodes_chunks() {
    let long_zeros = format!("{}2\r\nok\r\n0\r\n\r\n", "0".repeat(60));
    let long_extension = format!("2;a=\"{}\"\r\nok\r\n0\r\n\r\n", "x".repeat(300));
    let table = [
        ("0\r\n\r\n", ""),
        ("2\r\nok\r\n0\r\n\r\n", "ok"),
        ("1\r\no\r\n1\r\nk\r\n0\r\n\r\n", "ok"),
        ("A\r\n0123456789\r\n00\r\n\r\n", "0123456789"),
        ("a\r\n0123456789\r\n000\r\n\r\n", "0123456789"),
        // Data that looks like framing.
        ("9\r\n\r\n0\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n0\r\n\r\n\r\n"),
        // Section 7.1.1: extensions.
        ("2;a\r\nok\r\n0;b=1;c=\"d\"\r\n\r\n", "ok"),
        ("2;ext=\"a;b\\\"\"\r\nok\r\n0 ;last\r\n\r\n", "ok"),
        // Blanks after the size.
        ("2  \r\nok\r\n0   \r\n\r\n", "ok"),
        // Bare line feeds.
        ("2\nok\n0\n\n", "ok"),
        ("2;a\nok\r\n0\n\r\n", "ok"),
        (&long_zeros, "ok"),
        (&long_extension, "ok"),
    ];
    for (chunks, body) in table {
        let recording = record_valid(format!("{HEAD}{chunks}stray"));
        assert_eq!(recording.body, body.as_bytes(), "{chunks:?}");
        assert_eq!(recording.consumed, HEAD.len() + chunks.len());
        assert_eq!(recording.trailers, None);
        assert!(recording.complete && recording.persistent);
    }
}

/// Section 6.1: chunks override the length, in either order, and after other codings.
#[test]
fn decodes_chunks_in_all_their_spellings() {
    for fields in [
        "Transfer-Encoding: chunked\r\nContent-Length: 99",
        "Content-Length: 99\r\nTransfer-Encoding: chunked",
        "Content-Length: x\r\nTransfer-Encoding: chunked",
        "transfer-encoding: CHUNKED",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: gzip,\r\n chunked",
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: identity, chunked",
        "Transfer-Encoding: chunked,",
    ] {
        let bytes = format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n2\r\nok\r\n0\r\n\r\n");
        let recording = record_valid(bytes);
        assert_eq!(recording.body, b"ok", "{fields}");
        assert!(recording.complete && recording.persistent);
    }
    // In HTTP/1.0, the framing is faulty.
    let recording = record_valid(
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n",
    );
    assert!(recording.complete && !recording.persistent);
}

/// Section 7.1.2.
#[test]
fn decodes_trailers() {
    let table: [(&str, &[(&str, &str)]); 6] = [
        ("X-Sum: 1\r\n\r\n", &[("X-Sum", "1")]),
        (
            "X-Sum: 1\r\nX-More : 2\r\n\r\n",
            &[("X-Sum", "1"), ("X-More", "2")],
        ),
        ("X-Sum: 1\n\n", &[("X-Sum", "1")]),
        (
            "X-Sum: 1,\r\n 2\r\nB:\r\n\r\n",
            &[("X-Sum", "1,   2"), ("B", "")],
        ),
        (
            "Expires: Wed, 21 Oct 2015 07:28:00 GMT\r\n\r\n",
            &[("Expires", "Wed, 21 Oct 2015 07:28:00 GMT")],
        ),
        ("X-Sum: 1\r\r\n\r\r\n", &[("X-Sum", "1")]),
    ];
    for (trailers, expected) in table {
        let bytes = format!("{HEAD}2\r\nok\r\n0\r\n{trailers}HTTP/1.1 200 OK\r\n\r\n");
        let recording = record_valid(&bytes);
        assert_eq!(recording.trailers, Some(pairs(expected)), "{trailers:?}");
        assert_eq!(&bytes[recording.consumed..], "HTTP/1.1 200 OK\r\n\r\n");
        assert!(recording.complete && recording.persistent);
    }
    // An end with two carriage returns has no trailers either.
    let recording = record_valid(format!("{HEAD}0\r\n\r\r\n"));
    assert!(recording.complete && recording.trailers.is_none());
}

#[test]
fn says_which_part_of_a_chunk_is_wrong() {
    use ResponseErrorKind::{Chunk, FieldLine};
    for (chunks, kind, message) in [
        ("x\r\n", Chunk, "hexadecimal digits, found \"x\""),
        ("\r\n", Chunk, "hexadecimal digits, found \"\\r\""),
        ("-1\r\n", Chunk, "hexadecimal digits, found \"-\""),
        (
            "2\r\nok\r\n\r\n0\r\n\r\n",
            Chunk,
            "hexadecimal digits, found \"\\r\"",
        ),
        (
            "2 3\r\nok\r\n0\r\n\r\n",
            Chunk,
            "an extension after the size of a chunk, found \"3\"",
        ),
        (
            "2,\r\nok\r\n0\r\n\r\n",
            Chunk,
            "an extension after the size of a chunk, found \",\"",
        ),
        ("fffffffffffffffff\r\n", Chunk, "below 2^64, found \"f\""),
        (
            "2\r\nokay\r\n0\r\n\r\n",
            Chunk,
            "a line break after the data of a chunk, found \"a\"",
        ),
        (
            "2\r\nok\rx",
            Chunk,
            "a line break after the data of a chunk, found \"x\"",
        ),
        (
            "2\rok",
            Chunk,
            "a line feed after the carriage return in the line of a chunk, found \"o\"",
        ),
        (
            "2;a=\"\r\"\r\nok",
            Chunk,
            "a line feed after the carriage return",
        ),
        (
            "2;a\0\r\nok",
            Chunk,
            "without control characters, found \"\\x00\"",
        ),
        (
            "0\r\nno colon\r\n\r\n",
            FieldLine,
            "a colon after the name, found \"no colon\"",
        ),
        ("0\r\n a: folded\r\n\r\n", FieldLine, "found \" a: folded\""),
        ("0\r\na: \0\r\n\r\n", FieldLine, "without NUL"),
    ] {
        let error = record_error(format!("{HEAD}{chunks}"));
        assert_eq!(error.0, kind, "{chunks:?}");
        assert!(error.1.contains(message), "{}", error.1);
    }
}

/// Section 8: a body in chunks is complete only after its last chunk and the trailer section.
#[test]
fn fails_if_the_connection_ends_within_chunks() {
    for (chunks, body) in [
        ("", ""),
        ("2", ""),
        ("2\r\n", ""),
        ("2\r\no", "o"),
        ("2\r\nok", "ok"),
        ("2\r\nok\r\n", "ok"),
        ("2\r\nok\r\n0", "ok"),
        ("2\r\nok\r\n0\r\n", "ok"),
        ("2\r\nok\r\n0\r\n\r", "ok"),
        ("2\r\nok\r\n0\r\nX-Sum: 1\r\n", "ok"),
    ] {
        let bytes = format!("{HEAD}{chunks}");
        let recording = record_every_split(RequestKind::Plain, bytes);
        assert_eq!(recording.body, body.as_bytes(), "{chunks:?}");
        let error = recording.error.expect("an error");
        assert_eq!(error.kind, ResponseErrorKind::Truncated, "{chunks:?}");
    }
}
