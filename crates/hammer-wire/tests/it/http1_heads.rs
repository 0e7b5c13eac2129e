//! Status lines and header lines (RFC 9112, sections 2.2, 4 and 5).

use hammer_wire::ResponseVersion;
use hammer_wire::http1::ResponseErrorKind;

use crate::every_split::{fields, pairs, record_error, record_valid};

/// RFC 9110, section 9.3.1, and RFC 9112, section 2.1.
#[test]
fn decodes_the_example_of_the_rfc() {
    let recording = record_valid(
        "HTTP/1.1 200 OK\r\nDate: Mon, 27 Jul 2009 12:28:53 GMT\r\nServer: Apache\r\n\
         Last-Modified: Wed, 22 Jul 2009 19:15:56 GMT\r\nETag: \"34aa387-d-1568eb00\"\r\n\
         Accept-Ranges: bytes\r\nContent-Length: 51\r\nVary: Accept-Encoding\r\n\
         Content-Type: text/plain\r\n\r\nHello World! My content includes a trailing CRLF.\r\n",
    );
    let head = recording.head.as_ref().unwrap();
    assert_eq!((head.version, head.status), (ResponseVersion::Http11, 200));
    let expected = pairs(&[
        ("Date", "Mon, 27 Jul 2009 12:28:53 GMT"),
        ("Server", "Apache"),
        ("Last-Modified", "Wed, 22 Jul 2009 19:15:56 GMT"),
        ("ETag", "\"34aa387-d-1568eb00\""),
        ("Accept-Ranges", "bytes"),
        ("Content-Length", "51"),
        ("Vary", "Accept-Encoding"),
        ("Content-Type", "text/plain"),
    ]);
    assert_eq!(fields(&recording), &expected);
    assert_eq!(
        recording.body,
        b"Hello World! My content includes a trailing CRLF.\r\n"
    );
    assert!(recording.complete && recording.persistent);
}

#[test]
fn accepts_what_real_servers_send() {
    let table: [(&str, &[(&str, &str)]); 13] = [
        // Section 2.2: a bare LF ends a line.
        ("\nServer: webserver-c\n", &[("Server", "webserver-c")]),
        ("\r\nA: 1\nB: 2\r\n", &[("A", "1"), ("B", "2")]),
        // Section 5.1: blanks around values; no blank at all; blanks before the colon.
        ("\r\nA: \t 1 \t\r\n", &[("A", "1")]),
        (
            "\r\nA:1\r\nB:\r\nC: \r\n",
            &[("A", "1"), ("B", ""), ("C", "")],
        ),
        (
            "\r\nServer : x\r\nVia\t: y\r\n",
            &[("Server", "x"), ("Via", "y")],
        ),
        // Section 5.2: obs-fold becomes blanks.
        (
            "\r\nA: a\r\n  b\r\n\tc\r\nB: 2\r\n",
            &[("A", "a    b  \tc"), ("B", "2")],
        ),
        ("\r\nA:\r\n 1\r\n", &[("A", "1")]),
        ("\r\nA: 1\n 2\n", &[("A", "1  2")]),
        ("\r\nA: 1\r\n \r\n", &[("A", "1")]),
        ("\r\nA: 1\r\n 2\r\n", &[("A", "1   2")]),
        // Section 2.2: a bare CR is a blank.
        ("\r\nA: 1\r2\r\nB: 3\r\r\n", &[("A", "1 2"), ("B", "3")]),
        // RFC 9110, section 5.5: other control characters may stay.
        ("\r\nA: \x1b[0m\x7f\r\n", &[("A", "\x1b[0m\x7f")]),
        ("\r\nA: b: c;d=\"e\"\r\n", &[("A", "b: c;d=\"e\"")]),
    ];
    for (lines, expected) in table {
        let recording = record_valid(format!("HTTP/1.1 200 OK{lines}Content-Length: 2\r\n\r\nok"));
        let mut expected = pairs(expected);
        expected.extend(pairs(&[("Content-Length", "2")]));
        assert_eq!(fields(&recording), &expected, "{lines:?}");
        assert_eq!(recording.body, b"ok");
        assert!(recording.persistent);
    }
}

#[test]
fn accepts_bytes_that_are_not_ascii() {
    let recording = record_valid(
        b"HTTP/1.1 404 Non trouv\xe9\r\nX-Name: M\xfcller\r\nContent-Length: 0\r\n\r\n",
    );
    assert_eq!(fields(&recording)[0].1, b"M\xfcller");
}

/// Section 4 requires a blank after the status; section 2.2 permits empty lines before a message.
#[test]
fn accepts_unusual_status_lines() {
    for (line, version, status) in [
        ("HTTP/1.1 204 \r\n", ResponseVersion::Http11, 204),
        ("HTTP/1.1 204\r\n", ResponseVersion::Http11, 204),
        ("HTTP/1.1 204\n", ResponseVersion::Http11, 204),
        ("HTTP/1.1 204\r\r\n", ResponseVersion::Http11, 204),
        (
            "HTTP/1.1  204  No Content\r\n",
            ResponseVersion::Http11,
            204,
        ),
        (
            "HTTP/1.1 204 No\x01Content\r\n",
            ResponseVersion::Http11,
            204,
        ),
        ("HTTP/1.0 204 No Content\r\n", ResponseVersion::Http10, 204),
        (
            "\r\nHTTP/1.1 204 No Content\r\n",
            ResponseVersion::Http11,
            204,
        ),
        (
            "\n\r\n\nHTTP/1.1 204 No Content\r\n",
            ResponseVersion::Http11,
            204,
        ),
    ] {
        for end in ["\r\n", "\n", "A: 1\r\n 2\r\n\r\n"] {
            let recording = record_valid(format!("{line}{end}"));
            let head = recording.head.as_ref().unwrap();
            assert_eq!((head.version, head.status), (version, status), "{line:?}");
            assert!(recording.complete);
        }
    }
}

#[test]
fn names_the_rule_and_the_line() {
    use ResponseErrorKind::{FieldLine, NotHttp, StatusLine, TlsRecord, Truncated};
    let table: [(&[u8], ResponseErrorKind, &str); 18] = [
        (b"SSH-2.0-OpenSSH_9.2\r\n", NotHttp, ""),
        (b"HTTP/2 200\r\n\r\n", NotHttp, ""),
        (b"<html>", NotHttp, ""),
        (b" HTTP/1.1 200 OK\r\n\r\n", NotHttp, ""),
        (b"\r\nSSH", NotHttp, ""),
        (b"\x15\x03\x01\x00\x02\x02\x46", TlsRecord, ""),
        (b"\x15", Truncated, ""),
        (b"HTTP/1.1 20x OK\r\n", StatusLine, "\"HTTP/1.1 20x OK\""),
        (
            b"HTTP/1.1 OK\r\nA: 1\r\n\r\n",
            StatusLine,
            "\"HTTP/1.1 OK\"",
        ),
        (
            b"HTTP/1.2 200 OK\r\n\r\n",
            StatusLine,
            "\"HTTP/1.2 200 OK\"",
        ),
        (
            b"HTTP/1.1 099 OK\r\n\r\n",
            StatusLine,
            "\"HTTP/1.1 099 OK\"",
        ),
        (
            b"HTTP/1.1 200 OK\r\nServer nginx\r\n\r\n",
            FieldLine,
            "colon after the name, found \"Server nginx\"",
        ),
        (
            b"HTTP/1.1 200 OK\r\nA: 1\r\n: 2\r\n\r\n",
            FieldLine,
            "found \": 2\"",
        ),
        (
            b"HTTP/1.1 200 OK\r\nA: 1\r\nB c: 2\r\n\r\n",
            FieldLine,
            "found \"B c: 2\"",
        ),
        (
            b"HTTP/1.1 200 OK\r\nA: 1\r\nM\xfcller: 2\r\n\r\n",
            FieldLine,
            "found \"M\\xfcller: 2\"",
        ),
        (
            b"HTTP/1.1 200 OK\r\nA: 1\0 2\r\n\r\n",
            FieldLine,
            "without NUL, found \"A: 1\\x00 2\"",
        ),
        // Section 2.2: blanks before the first field.
        (
            b"HTTP/1.1 200 OK\r\n A: 1\r\n\r\n",
            FieldLine,
            "found \" A: 1\"",
        ),
        // The line is refused before the head is complete.
        (
            b"HTTP/1.1 200 OK\r\nServer nginx\r\nA",
            FieldLine,
            "found \"Server nginx\"",
        ),
    ];
    for (bytes, kind, message) in table {
        let error = record_error(bytes);
        assert_eq!(error.0, kind, "{}", bytes.escape_ascii());
        assert!(error.1.contains(message), "{}", error.1);
    }
}

#[test]
fn fails_if_the_connection_ends_within_a_head() {
    for bytes in [
        "",
        "\r\n",
        "H",
        "HTTP/1.1 200 OK",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nA: 1\r\n",
        "HTTP/1.1 200 OK\r\nA: 1\r\n\r",
        "HTTP/1.1 100 Continue\r\n\r\n",
    ] {
        assert_eq!(
            record_error(bytes).0,
            ResponseErrorKind::Truncated,
            "{bytes:?}"
        );
    }
}
