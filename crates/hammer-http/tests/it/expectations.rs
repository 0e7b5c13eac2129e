use hammer_core::Report;
use hammer_http::{ContentCoding, ErrorKind, Http, HttpBuilder};

use crate::scripted_server::{ScriptedServer, response_bytes};
use crate::{only_failure, run};

fn run_expecting(
    server: &ScriptedServer,
    change: impl FnOnce(HttpBuilder) -> HttpBuilder,
) -> Report {
    let http = change(Http::builder(&server.url()));
    let report = run(http.build().expect("is well formed"), 2);
    assert_eq!(
        server.connections(),
        1,
        "a miss is no failure: {:?}",
        report.failures
    );
    report
}

/// The only label, and whether it is ok.
fn label(report: &Report) -> (&str, bool) {
    assert_eq!(
        report.labels.len(),
        1,
        "{:?} {:?}",
        report.labels,
        report.failures
    );
    let (label, count) = report.labels.iter().next().expect("there is one");
    assert_eq!(*count, 2);
    (label, report.hits.ok == 2)
}

#[test]
fn an_answer_is_ok_if_it_is_as_expected() {
    type BuilderChange = fn(HttpBuilder) -> HttpBuilder;
    const BODY: &[u8] = br#"{"status": "ready", "count": 3}"#;
    let table: [(&str, BuilderChange, &str, bool); 17] = [
        (
            "200 OK",
            |http| http.expect_status("200".parse().expect("a")),
            "200",
            true,
        ),
        (
            "200 OK",
            |http| http.expect_status("204,3xx".parse().expect("a")),
            "200",
            false,
        ),
        (
            "404 Not Found",
            |http| http.expect_status("4xx".parse().expect("a")),
            "404",
            true,
        ),
        ("503 Busy", |http| http.expect_body("ready"), "503", false),
        (
            "503 Busy",
            |http| {
                http.expect_status("503".parse().expect("a"))
                    .expect_body("ready")
            },
            "503",
            true,
        ),
        (
            "200 OK",
            |http| http.expect_header("Server".parse().expect("a")),
            "200",
            true,
        ),
        (
            "200 OK",
            |http| http.expect_header("server: x 1".parse().expect("a")),
            "200",
            true,
        ),
        (
            "200 OK",
            |http| http.expect_header("server: x".parse().expect("a")),
            "header_expected",
            false,
        ),
        (
            "200 OK",
            |http| http.expect_header("X-None".parse().expect("a")),
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
            |http| http.expect_body_regex("count\": [0-9]".parse().expect("a")),
            "200",
            true,
        ),
        (
            "200 OK",
            |http| http.expect_body_regex("^count".parse().expect("a")),
            "body_expected",
            false,
        ),
        (
            "200 OK",
            |http| http.expect_json("/status=ready".parse().expect("a")),
            "200",
            true,
        ),
        (
            "200 OK",
            |http| http.expect_json("/count=4".parse().expect("a")),
            "json_expected",
            false,
        ),
        (
            "200 OK",
            |http| {
                http.expect_json("/count=4".parse().expect("a"))
                    .expect_header("X-None".parse().expect("a"))
            },
            "header_expected",
            false,
        ),
        (
            "200 OK",
            |http| {
                http.expect_json("/count=4".parse().expect("a"))
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
        assert_eq!(label(&report), (expected, ok), "row {index}");
        assert_eq!(report.counts["body_bytes"], 2 * BODY.len() as u64);
    }
}

#[test]
fn a_body_is_decoded_where_it_is_looked_into_and_only_there() {
    let plain = "needle in a haystack ".repeat(1000);
    for coding in [
        ContentCoding::Gzip,
        ContentCoding::Deflate,
        ContentCoding::Brotli,
        ContentCoding::Zstd,
    ] {
        let body = crate::encode_with(coding, plain.as_bytes());
        let (coded_bytes, plain_bytes) = (2 * body.len() as u64, 2 * plain.len() as u64);
        let header = format!("Content-Encoding: {coding}");
        let serve = || {
            let (header, body) = (header.clone(), body.clone());
            ScriptedServer::replying(move |_| response_bytes("200 OK", &[&header], &body))
        };
        let report = run_expecting(&serve(), |http| http.expect_body("needle"));
        assert_eq!(label(&report), ("200", true), "{coding}");
        assert_eq!(report.counts["body_bytes"], coded_bytes);
        assert_eq!(report.counts["decoded_bytes"], plain_bytes);
        let report = run_expecting(&serve(), |http| {
            http.expect_header("content-encoding".parse().expect("a"))
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
fn chunks_are_put_together_before_they_are_looked_into() {
    let server = ScriptedServer::answering(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nnee\r\n3\r\ndle\r\n0\r\n\r\n",
    );
    let report = run_expecting(&server, |http| http.expect_body("needle"));
    assert_eq!(label(&report), ("200", true));
}

#[test]
fn an_answer_to_head_has_no_body_to_look_into() {
    let server = ScriptedServer::answering(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n",
    );
    let report = run_expecting(&server, |http| http.method("HEAD").expect_body("x"));
    assert_eq!(label(&report), ("body_expected", false));
}

#[test]
fn bodies_that_can_not_be_looked_into_are_failures_with_names() {
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
        let report = run(http.build().expect("is well formed"), 2);
        if name.is_empty() {
            assert_eq!(report.hits.ok, 2, "{:?}", report.failures);
        } else {
            assert_eq!(only_failure(&report), (name, 2), "{coding}");
            assert!(report.advice.contains_key(name));
        }
    }
}

#[test]
fn a_target_that_does_not_begin_its_answer_in_time() {
    let server = ScriptedServer::serve(|peer| while peer.request() {});
    let http =
        Http::builder(&server.url()).first_byte_timeout(std::time::Duration::from_millis(20));
    let report = run(http.build().expect("is well formed"), 3);
    assert_eq!(only_failure(&report), ("first_byte_timeout", 3));
    assert_eq!(report.phases_us["connect"].count, 3);
}

#[test]
fn a_largest_body_needs_somebody_who_looks() {
    let error = Http::builder("http://a/")
        .max_body_bytes(1)
        .build()
        .expect_err("no body is inspected");
    assert!(
        error.to_string().contains("no body is inspected"),
        "{error}"
    );
    assert_eq!(error.kind(), ErrorKind::Expectation);
}
