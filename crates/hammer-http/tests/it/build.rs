use std::error::Error as _;

use crate::BuilderChange;
use hammer_http::{ConfigureNetwork, ErrorKind, Http};

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
            "malformed value \"a\\nb\"",
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

#[test]
fn the_error_keeps_its_source() {
    let error = Http::builder("https://a/")
        .cacert("/no/such/file")
        .build()
        .expect_err("a missing file");
    let cause = error.source().expect("an error of the system");
    assert!(cause.is::<std::io::Error>(), "{cause}");
}
