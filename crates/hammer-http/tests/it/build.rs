use std::error::Error as _;

use hammer_data::Diagnostic;
use hammer_http::{ConfigureNetwork, ErrorKind, Http};

use crate::{BuilderChange, error_chain};

#[test]
fn invalid_options_are_refused_when_built() {
    let table: [(BuilderChange, ErrorKind, &str); 12] = [
        (
            |http| http.method("GE T"),
            ErrorKind::Method,
            "malformed method \"GE T\"",
        ),
        (
            |http| http.method(""),
            ErrorKind::Method,
            "malformed method \"\"",
        ),
        (
            |http| http.method("CONNECT"),
            ErrorKind::Method,
            "the method CONNECT",
        ),
        (
            |http| http.header("X Y", "z"),
            ErrorKind::Header,
            "malformed header name \"X Y\"",
        ),
        (
            |http| http.header("X", "a\nb"),
            ErrorKind::Header,
            "malformed value of the header X",
        ),
        (
            |http| http.host("a\r\nb"),
            ErrorKind::Header,
            "malformed value",
        ),
        (
            |http| http.header_line("Host:".parse().expect("valid input")),
            ErrorKind::Header,
            "the header Host cannot be left out",
        ),
        (
            |http| http.header("Content-Length", "1").data_lines("a\nlonger\n"),
            ErrorKind::Header,
            "invalid Content-Length \"1\"; expected 6",
        ),
        (
            |http| http.header("Content-Length", "3").body("four"),
            ErrorKind::Header,
            "invalid Content-Length \"3\"; expected 4",
        ),
        (
            |http| http.header("Transfer-Encoding", "gzip"),
            ErrorKind::Header,
            "unsupported value of the header Transfer-Encoding",
        ),
        (
            |http| http.cacert("/no/such/file"),
            ErrorKind::Certificates,
            "cannot read the CA file /no/such/file",
        ),
        (
            |http| http.cacert_pem("not a certificate"),
            ErrorKind::Certificates,
            "no certificate in the given CA file",
        ),
    ];
    for (change, kind, message) in table {
        let error = change(Http::builder("http://a/"))
            .build()
            .expect_err(message);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().starts_with(message), "{error}");
    }
}

/// Regression: the message was "invalid uri character", without the character.
#[test]
fn characters_that_cannot_be_sent_are_named_with_their_place() {
    let table: [(&str, BuilderChange, &str, Option<&str>); 6] = [
        (
            "http://a/?q=b c",
            |http| http,
            "the URL cannot be sent: space in the query; expected %20",
            Some(" "),
        ),
        (
            "http://u:s3cret@a/b\u{7f}c",
            |http| http,
            "the URL cannot be sent: character U+007F in the path; expected %7F",
            Some("\u{7f}"),
        ),
        (
            "http://b\u{fc}cher.test/",
            |http| http,
            "the URL cannot be sent: character '\u{fc}' in the host; expected punycode (xn--\u{2026})",
            Some("\u{fc}"),
        ),
        (
            "http://a/",
            |http| http.host("a\r\nX: b"),
            "malformed value of the header host: line break in the value; expected no line breaks or \
             other control characters",
            Some("\r"),
        ),
        (
            "http://a/",
            |http| http.header("X-A", "b\u{1}"),
            "malformed value of the header X-A: character U+0001 in the value; expected no line breaks \
             or other control characters",
            Some("\u{1}"),
        ),
        (
            "http://a/",
            |http| http.header("X-Token", "s3cret\n2"),
            "malformed value of the header X-Token: control character in the value at byte 6; expected \
             no line breaks or other control characters",
            None,
        ),
    ];
    for (url, change, message, found) in table {
        let error = change(Http::builder(url)).build().expect_err(message);
        assert_eq!(error_chain(&error), message);
        let source = error.source().expect("a diagnostic");
        let source = source.downcast_ref::<Diagnostic>().expect("a diagnostic");
        assert_eq!(source.found(), found, "{message}");
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    }
}

#[test]
fn the_error_keeps_its_source() {
    let error = Http::builder("https://a/")
        .cacert("/no/such/file")
        .build()
        .expect_err("a missing file");
    let cause = error.source().expect("an error of the system");
    assert!(cause.is::<std::io::Error>(), "{cause}");
}
