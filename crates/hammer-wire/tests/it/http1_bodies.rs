//! Ends of bodies (RFC 9112, sections 6.3 and 8).

use hammer_wire::http1::{RequestKind, ResponseErrorKind};

use crate::every_split::{record_error, record_every_split, record_valid};

/// The rest of a connection after a response: consumed or not, and the end of the body.
#[test]
fn ends_bodies_and_leaves_stray_bytes() {
    const KEEP: bool = true;
    let table: [(&str, &str, &str, bool); 20] = [
        // Rule 1: 204 and 304 have no body, whatever they announce.
        ("1.1 204", "", "hello", KEEP),
        ("1.1 204|Content-Length: 5", "", "hello", KEEP),
        ("1.1 204|Transfer-Encoding: chunked", "", "0\r\n\r\n", KEEP),
        ("1.1 304|Content-Length: 5120", "", "", KEEP),
        (
            "1.1 304|Content-Length: 5120|Connection: close",
            "",
            "",
            !KEEP,
        ),
        ("1.1 205|Content-Length: 0", "", "HTTP/1.1 200 OK", KEEP),
        // Rule 6: the length.
        ("1.1 200|Content-Length: 2", "ok", "EXTRA", KEEP),
        ("1.1 200|Content-Length: 2", "ok", "\r\n", KEEP),
        ("1.1 200|Content-Length: 0", "", "", KEEP),
        ("1.1 200|Content-Length: 002", "ok", "", KEEP),
        ("1.1 200|Content-Length: 2, 2", "ok", "", KEEP),
        (
            "1.1 200|content-length: 2|CONTENT-LENGTH: 2",
            "ok",
            "",
            KEEP,
        ),
        (
            "1.1 500|Content-Length: 2|Connection: close",
            "ok",
            "x",
            !KEEP,
        ),
        (
            "1.1 200|Transfer-Encoding: |Content-Length: 2",
            "ok",
            "",
            KEEP,
        ),
        // HTTP/1.0 with and without keep-alive.
        ("1.0 200|Content-Length: 2", "ok", "x", !KEEP),
        (
            "1.0 200|Content-Length: 2|Connection: keep-alive",
            "ok",
            "x",
            KEEP,
        ),
        ("1.0 204|Connection: keep-alive", "", "", KEEP),
        ("1.0 204", "", "", !KEEP),
        (
            "1.0 304|Content-Length: 7|Connection: Keep-Alive",
            "",
            "",
            KEEP,
        ),
        (
            "1.1 200|Content-Length: 2|Connection: keep-alive, Upgrade",
            "ok",
            "",
            KEEP,
        ),
    ];
    for (head, body, stray, is_kept) in table {
        let head = format!("HTTP/{}\r\n\r\n", head.replace('|', "\r\n"));
        let recording = record_valid(format!("{head}{body}{stray}"));
        assert_eq!(recording.body, body.as_bytes(), "{head:?}");
        assert_eq!(recording.consumed, head.len() + body.len(), "{head:?}");
        assert!(recording.complete && !recording.ended_with_connection);
        assert_eq!(recording.persistent, is_kept, "{head:?}");
    }
}

/// Rules 4 and 8: without a usable length, the body ends with the connection.
#[test]
fn ends_bodies_with_the_connection() {
    for head in [
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n",
        "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n",
        "HTTP/1.0 200 OK\r\n",
        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nContent-Length: 3\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 3\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n",
    ] {
        for body in ["", "Hello World!\r\n\r\nHTTP/1.1 200 OK"] {
            let recording = record_valid(format!("{head}\r\n{body}"));
            assert_eq!(recording.body, body.as_bytes(), "{head:?}");
            assert!(recording.ended_with_connection && !recording.complete);
            assert!(!recording.persistent);
        }
    }
}

/// RFC 9110, section 9.3.2: HEAD announces what GET would send.
#[test]
fn ends_responses_to_head_without_a_body() {
    for field in [
        "Content-Length: 1000000",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: gzip",
        "Content-Length: 1\r\nContent-Length: 2",
        "A: 1",
    ] {
        let bytes = format!("HTTP/1.1 200 OK\r\n{field}\r\n\r\nstray");
        let recording = record_every_split(RequestKind::Head, bytes);
        assert_eq!(recording.error, None, "{field}");
        assert!(recording.complete && recording.persistent && recording.body.is_empty());
    }
}

/// Rule 5, and RFC 9110, section 8.6.
#[test]
fn refuses_lengths_that_are_not_one_number() {
    for (fields, found) in [
        ("Content-Length: 2\r\nContent-Length: 3", "\"2, 3\""),
        ("Content-Length: 2, 3", "\"2, 3\""),
        ("Content-Length: abc", "\"abc\""),
        ("Content-Length: +2", "\"+2\""),
        ("Content-Length: 0x2", "\"0x2\""),
        ("Content-Length: 2 bytes", "\"2 bytes\""),
        (
            "Content-Length: 99999999999999999999",
            "\"99999999999999999999\"",
        ),
        ("Content-Length:", "Content-Length is not one number"),
    ] {
        let error = record_error(format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\nabc"));
        assert_eq!(error.0, ResponseErrorKind::ContentLength, "{fields}");
        assert!(error.1.ends_with(found), "{}", error.1);
    }
}

/// Section 8: fewer bytes than announced.
#[test]
fn fails_if_the_connection_ends_within_a_body() {
    for body in ["", "h", "half"] {
        let bytes = format!("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{body}");
        let recording = record_every_split(RequestKind::Plain, bytes);
        assert_eq!(recording.body, body.as_bytes());
        assert!(recording.head.is_some() && !recording.complete);
        let error = recording.error.expect("an error");
        assert_eq!(error.kind, ResponseErrorKind::Truncated);
    }
}
