use hammer_core::Report;
use hammer_http::{ErrorKind, Http, HttpBuilder};

use crate::scripted_server::{ScriptedServer, response_bytes};
use crate::{BuilderChange, CODINGS, only_failure, run};

fn run_expecting(
    server: &ScriptedServer,
    change: impl FnOnce(HttpBuilder) -> HttpBuilder,
) -> Report {
    let http = change(Http::builder(&server.url()));
    let report = run(http.build().expect("valid options"), 2);
    assert_eq!(
        server.connections(),
        1,
        "an unmet expectation closes no connection: {:?}",
        report.failures
    );
    report
}

/// Returns the only label, and true if it is ok.
fn label(report: &Report) -> (&str, bool) {
    assert_eq!(
        report.labels.len(),
        1,
        "{:?} {:?}",
        report.labels,
        report.failures
    );
    let (label, count) = report.labels.iter().next().expect("one value");
    assert_eq!(*count, 2);
    (label, report.hits.ok == 2)
}

#[test]
fn responses_are_ok_if_they_meet_all_expectations() {
    const BODY: &[u8] = br#"{"status": "ready", "count": 3}"#;
    let table: [(&str, BuilderChange, &str, bool); 17] = [
        (
            "200 OK",
            |http| http.expect_status("200".parse().expect("valid input")),
            "200",
            true,
        ),
        (
            "200 OK",
            |http| http.expect_status("204,3xx".parse().expect("valid input")),
            "200",
            false,
        ),
        (
            "404 Not Found",
            |http| http.expect_status("4xx".parse().expect("valid input")),
            "404",
            true,
        ),
        ("503 Busy", |http| http.expect_body("ready"), "503", false),
        (
            "503 Busy",
            |http| {
                http.expect_status("503".parse().expect("valid input"))
                    .expect_body("ready")
            },
            "503",
            true,
        ),
        (
            "200 OK",
            |http| http.expect_header("Server".parse().expect("valid input")),
            "200",
            true,
        ),
        (
            "200 OK",
            |http| http.expect_header("server: x 1".parse().expect("valid input")),
            "200",
            true,
        ),
        (
            "200 OK",
            |http| http.expect_header("server: x".parse().expect("valid input")),
            "header_expected",
            false,
        ),
        (
            "200 OK",
            |http| http.expect_header("X-None".parse().expect("valid input")),
            "header_expected",
            false,
        ),
        ("200 OK", |http| http.expect_body("\"ready\""), "200", true),
        (
            "200 OK",
            |http| http.expect_body("ready").expect_body("steady"),
            "body_expected",
            false,
        ),
        (
            "200 OK",
            |http| http.expect_body_regex("count\": [0-9]".parse().expect("valid input")),
            "200",
            true,
        ),
        (
            "200 OK",
            |http| http.expect_body_regex("^count".parse().expect("valid input")),
            "body_expected",
            false,
        ),
        (
            "200 OK",
            |http| http.expect_json("/status=ready".parse().expect("valid input")),
            "200",
            true,
        ),
        (
            "200 OK",
            |http| http.expect_json("/count=4".parse().expect("valid input")),
            "json_expected",
            false,
        ),
        (
            "200 OK",
            |http| {
                http.expect_json("/count=4".parse().expect("valid input"))
                    .expect_header("X-None".parse().expect("valid input"))
            },
            "header_expected",
            false,
        ),
        (
            "200 OK",
            |http| {
                http.expect_json("/count=4".parse().expect("valid input"))
                    .expect_body("steady")
            },
            "body_expected",
            false,
        ),
    ];
    for (index, (status, change, expected, ok)) in table.into_iter().enumerate() {
        let server =
            ScriptedServer::replying(move |_| response_bytes(status, &["Server: x 1"], BODY));
        let report = run_expecting(&server, change);
        assert_eq!(label(&report), (expected, ok), "case {index}");
        assert_eq!(report.counts["body_bytes"], 2 * BODY.len() as u64);
    }
}

#[test]
fn a_body_is_decoded_only_if_it_is_inspected() {
    let plain = "needle in a haystack ".repeat(1000);
    for coding in CODINGS {
        let body = crate::encode_with(coding, plain.as_bytes());
        let (encoded_bytes, plain_bytes) = (2 * body.len() as u64, 2 * plain.len() as u64);
        let header = format!("Content-Encoding: {coding}");
        let serve = || {
            let (header, body) = (header.clone(), body.clone());
            ScriptedServer::replying(move |_| response_bytes("200 OK", &[&header], &body))
        };
        let report = run_expecting(&serve(), |http| http.expect_body("needle"));
        assert_eq!(label(&report), ("200", true), "{coding}");
        assert_eq!(report.counts["body_bytes"], encoded_bytes);
        assert_eq!(report.counts["decoded_bytes"], plain_bytes);
        let report = run_expecting(&serve(), |http| {
            http.expect_header("content-encoding".parse().expect("valid input"))
        });
        assert_eq!(label(&report), ("200", true), "{coding}");
        assert!(
            !report.counts.contains_key("decoded_bytes"),
            "{:?}",
            report.counts
        );
    }
}

#[test]
fn chunks_are_joined_before_they_are_inspected() {
    let server = ScriptedServer::answering(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nnee\r\n3\r\ndle\r\n0\r\n\r\n",
    );
    let report = run_expecting(&server, |http| http.expect_body("needle"));
    assert_eq!(label(&report), ("200", true));
}

#[test]
fn a_response_to_head_has_no_body_to_inspect() {
    let server = ScriptedServer::answering(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n",
    );
    let report = run_expecting(&server, |http| http.method("HEAD").expect_body("x"));
    assert_eq!(label(&report), ("body_expected", false));
}

#[test]
fn bodies_that_cannot_be_inspected_are_failures() {
    let table: [(&str, &[u8], u64, &str); 5] = [
        ("gzip", b"plain", 100, "malformed_body"),
        ("br", b"plain text", 100, "malformed_body"),
        ("compress", b"plain", 100, "unknown_coding"),
        ("identity", b"plain", 4, "body_too_large"),
        ("identity", b"plain", 5, ""),
    ];
    for (coding, body, max, name) in table {
        let header = format!("Content-Encoding: {coding}");
        let server = ScriptedServer::replying(move |_| response_bytes("200 OK", &[&header], body));
        let http = Http::builder(&server.url())
            .expect_body("plain")
            .max_body_bytes(max);
        let report = run(http.build().expect("valid options"), 2);
        if name.is_empty() {
            assert_eq!(report.hits.ok, 2, "{:?}", report.failures);
        } else {
            assert_eq!(only_failure(&report), (name, 2), "{coding}");
            assert!(report.advice.contains_key(name));
        }
    }
}

#[test]
fn a_late_first_byte_is_a_failure() {
    let server = ScriptedServer::serve(|peer| while peer.request() {});
    let http =
        Http::builder(&server.url()).first_byte_timeout(std::time::Duration::from_millis(20));
    let report = run(http.build().expect("valid options"), 3);
    assert_eq!(only_failure(&report), ("first_byte_timeout", 3));
    assert_eq!(report.phases_us["connect"].count, 3);
}

#[test]
fn a_body_limit_needs_an_inspected_body() {
    let error = Http::builder("http://a/")
        .max_body_bytes(1)
        .build()
        .expect_err("an unused limit");
    assert!(
        error.to_string().contains("no body is inspected"),
        "{error}"
    );
    assert_eq!(error.kind(), ErrorKind::Expectation);
}
