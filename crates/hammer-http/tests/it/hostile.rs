//! Hostile targets: each causes a named failure, and the run continues.

use std::time::Duration;

use hammer_core::{Rate, Report, Run, Schedule};
use hammer_http::{Http, HttpBuilder};

use crate::scripted_server::{OK_RESPONSE, ScriptedServer, response_bytes};
use crate::{CODINGS, assert_responsive, only_failure, run};

fn hit(server: &ScriptedServer, change: impl FnOnce(HttpBuilder) -> HttpBuilder) -> Report {
    let http = change(Http::builder(&server.url())).build();
    run(http.expect("valid options"), 2)
}

/// Runs two hits with a short timeout, for responses without an end.
fn hit_briefly(server: &ScriptedServer) -> Report {
    run_briefly(Http::builder(&server.url()).build().expect("valid options"))
}

fn run_briefly(http: Http) -> Report {
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(2);
    let run = Run::new(http, schedule)
        .threads(1)
        .timeout(Duration::from_millis(200))
        .drain(Duration::from_secs(5));
    run.execute().expect("a finished run")
}

/// A server that starts each response with `head` and then sends `piece` while the client reads.
fn endless_server(head: &'static [u8], piece: Vec<u8>) -> ScriptedServer {
    ScriptedServer::serve(move |peer| {
        while peer.request() && peer.send(head) {
            while peer.send(&piece) {}
        }
    })
}

fn chunk(size: usize) -> Vec<u8> {
    [
        format!("{size:x}\r\n").into_bytes(),
        vec![b'x'; size],
        b"\r\n".to_vec(),
    ]
    .concat()
}

const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

#[test]
fn endless_heads_are_too_large() {
    let table: [(&[u8], &[u8]); 4] = [
        (
            b"HTTP/1.1 200 OK\r\n",
            b"X-Endless: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n",
        ),
        (
            b"HTTP/1.1 200 OK\r\nX-Endless: ",
            b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ),
        (
            b"HTTP/1.1 200 ",
            b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ),
        (
            b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\n",
            b"Set-Cookie: aaaaaaaaaaaaaaa=b\r\n",
        ),
    ];
    for (head, piece) in table {
        let server = endless_server(head, piece.to_vec());
        let report = hit(&server, |http| http.keep_cookies(true));
        assert_eq!(
            only_failure(&report),
            ("answer_head_too_large", 2),
            "{}",
            piece.escape_ascii()
        );
    }
}

#[test]
fn an_endless_body_times_out() {
    let server = endless_server(CHUNKED, chunk(16 * 1024));
    let report = hit_briefly(&server);
    assert_eq!(
        (report.hits.timed_out, report.hits.ok),
        (2, 0),
        "{:?}",
        report.failures
    );
}

#[test]
fn an_endless_body_is_too_large_to_inspect() {
    for head in [CHUNKED, b"HTTP/1.1 200 OK\r\n\r\n"] {
        let server = endless_server(head, chunk(16 * 1024));
        let report = hit(&server, |http| {
            http.expect_body("needle").max_body_bytes(1 << 20)
        });
        assert_eq!(only_failure(&report), ("body_too_large", 2));
    }
}

#[test]
fn endless_interim_responses_are_too_many() {
    let table: [&[u8]; 3] = [
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
        b"HTTP/1.1 100 C\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\nX-Progress: 1\r\n\r\n",
    ];
    for piece in table {
        let server = endless_server(b"", piece.repeat(700));
        let report = hit_briefly(&server);
        let name = piece.escape_ascii();
        assert_eq!(
            only_failure(&report),
            ("too_many_interim_answers", 2),
            "{name}"
        );
        assert_responsive(&report);
    }
}

#[test]
fn a_hundred_interim_responses_are_accepted() {
    let interim = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n".repeat(100);
    let response = [&interim, OK_RESPONSE].concat();
    let server = ScriptedServer::answering(response.leak());
    // Several hits on one connection, since each response has its own count.
    let report = hit(&server, |http| http);
    assert_eq!(report.hits.ok, 2, "{:?}", report.failures);
    assert_eq!(server.connections(), 1);
}

/// A chunk of one byte is the smallest message that a read can carry, so one read has thousands.
#[test]
fn an_endless_body_of_tiny_chunks_times_out() {
    let server = endless_server(CHUNKED, chunk(1).repeat(2000));
    for inspects in [false, true] {
        let mut http = Http::builder(&server.url());
        if inspects {
            http = http.expect_body("needle").max_body_bytes(1 << 30);
        }
        let report = run_briefly(http.build().expect("valid options"));
        assert_eq!(
            (report.hits.timed_out, report.hits.ok),
            (2, 0),
            "{:?}",
            report.failures
        );
        assert_responsive(&report);
    }
}

#[test]
fn wrong_lengths_are_failures() {
    let table: [(&[u8], &str); 9] = [
        (b"Content-Length: 5\r\n\r\nhell", "closed_early"),
        (
            b"Content-Length: 9223372036854775807\r\n\r\nhell",
            "closed_early",
        ),
        (
            b"Content-Length: 18446744073709551616\r\n\r\nhell",
            "malformed_length",
        ),
        (b"Content-Length: -1\r\n\r\nhell", "malformed_length"),
        (
            b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nhell",
            "malformed_length",
        ),
        (
            b"Transfer-Encoding: chunked\r\n\r\n100000000\r\nx",
            "closed_early",
        ),
        (
            b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffe\r\nx",
            "closed_early",
        ),
        (
            b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nx",
            "malformed_chunk",
        ),
        (
            b"Transfer-Encoding: chunked\r\n\r\n-1\r\nx",
            "malformed_chunk",
        ),
    ];
    for (rest, name) in table {
        let response = [b"HTTP/1.1 200 OK\r\n", rest].concat();
        let server = ScriptedServer::answering_once(response.leak());
        for inspects in [false, true] {
            let report = hit(&server, |http| {
                if inspects {
                    http.expect_body("x")
                } else {
                    http
                }
            });
            assert_eq!(only_failure(&report), (name, 2), "{}", rest.escape_ascii());
        }
    }
}

#[test]
fn a_response_without_a_request_is_discarded() {
    let server = ScriptedServer::answering(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 Smuggled\r\nContent-Length: 0\r\n\r\n",
    );
    let http = Http::builder(&server.url()).build().expect("valid options");
    let report = run(http, 6);
    assert_eq!(report.labels.get("500"), None, "{:?}", report.labels);
    assert!(
        report.labels["200"] >= 3,
        "{:?} {:?}",
        report.labels,
        report.failures
    );
}

#[test]
fn endless_extensions_and_trailers_are_not_read_to_their_end() {
    let extension = endless_server(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
        vec![b'a'; 1000],
    );
    assert_eq!(
        only_failure(&hit(&extension, |http| http)),
        ("malformed_chunk", 2)
    );
    let trailers = endless_server(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        b"X-Endless: aaaaaaaaaaaaaaaaaaaaaaaaa\r\n".to_vec(),
    );
    let report = hit(&trailers, |http| http);
    let (name, count) = only_failure(&report);
    // Trailers are header lines of a kind, and a part of the last chunk.
    let names = ["answer_head_too_large", "malformed_chunk"];
    assert!(names.contains(&name) && count == 2, "{name}");
}

#[test]
fn compression_bombs_fail_only_if_the_body_is_inspected() {
    for coding in CODINGS {
        let body = crate::encode_with(coding, &vec![0; 4 << 20]);
        assert!(body.len() < 16 << 10, "{coding}: {} bytes", body.len());
        let header = format!("Content-Encoding: {coding}");
        let server = ScriptedServer::replying(move |_| response_bytes("200 OK", &[&header], &body));
        let report = hit(&server, |http| {
            http.expect_body("needle").max_body_bytes(1 << 20)
        });
        assert_eq!(only_failure(&report), ("body_too_large", 2), "{coding}");
        let report = hit(&server, |http| http);
        assert_eq!(report.hits.ok, 2, "{coding}: {:?}", report.failures);
    }
}
