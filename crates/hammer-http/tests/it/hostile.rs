//! Targets that mean no good: each costs its hits a failure with a name, and the run goes on.

use std::time::Duration;

use hammer_core::{Rate, Report, Run, Schedule};
use hammer_http::{ContentCoding, Http, HttpBuilder};

use crate::scripted_server::{ScriptedServer, response_bytes};
use crate::{only_failure, run};

fn hit(server: &ScriptedServer, change: impl FnOnce(HttpBuilder) -> HttpBuilder) -> Report {
    let http = change(Http::builder(&server.url())).build();
    run(http.expect("is well formed"), 2)
}

/// Two hits with little time, for what would go on for ever.
fn hit_briefly(server: &ScriptedServer) -> Report {
    let http = Http::builder(&server.url())
        .build()
        .expect("is well formed");
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(2);
    let run = Run::new(http, schedule)
        .threads(1)
        .timeout(Duration::from_millis(200))
        .drain(Duration::from_secs(5));
    run.execute(|_| ()).expect("it is well formed")
}

/// Begins each answer with `head`, and then sends `piece` for as long as the client reads.
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
fn heads_without_end() {
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
fn a_body_without_end_ends_with_the_time_of_its_hit() {
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
fn a_body_without_end_is_too_large_to_be_looked_into() {
    for head in [CHUNKED, b"HTTP/1.1 200 OK\r\n\r\n"] {
        let server = endless_server(head, chunk(16 * 1024));
        let report = hit(&server, |http| {
            http.expect_body("needle").max_body_bytes(1 << 20)
        });
        assert_eq!(only_failure(&report), ("body_too_large", 2));
    }
}

#[test]
fn words_on_the_way_without_end() {
    let server = endless_server(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec());
    let report = hit_briefly(&server);
    assert_eq!(
        (report.hits.timed_out, report.hits.ok),
        (2, 0),
        "{:?}",
        report.failures
    );
}

#[test]
fn lengths_that_lie() {
    let table: [(&[u8], &str); 9] = [
        (b"Content-Length: 5\r\n\r\nhell", "closed_early"),
        (
            b"Content-Length: 9223372036854775807\r\n\r\nhell",
            "closed_early",
        ),
        (
            b"Content-Length: 18446744073709551616\r\n\r\nhell",
            "malformed_answer",
        ),
        (b"Content-Length: -1\r\n\r\nhell", "malformed_answer"),
        (
            b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nhell",
            "malformed_answer",
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
            "malformed_answer",
        ),
        (
            b"Transfer-Encoding: chunked\r\n\r\n-1\r\nx",
            "malformed_answer",
        ),
    ];
    for (rest, name) in table {
        let whole = [b"HTTP/1.1 200 OK\r\n", rest].concat();
        let server = ScriptedServer::answering_once(whole.leak());
        for looks in [false, true] {
            let report = hit(
                &server,
                |http| if looks { http.expect_body("x") } else { http },
            );
            assert_eq!(only_failure(&report), (name, 2), "{}", rest.escape_ascii());
        }
    }
}

/// What follows an answer is not the answer to the next hit.
#[test]
fn an_answer_that_nobody_asked_for_is_thrown_away() {
    let server = ScriptedServer::answering(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 Smuggled\r\nContent-Length: 0\r\n\r\n",
    );
    let http = Http::builder(&server.url())
        .build()
        .expect("is well formed");
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
fn extensions_and_trailers_without_end() {
    let extension = endless_server(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
        vec![b'a'; 1000],
    );
    assert_eq!(
        only_failure(&hit(&extension, |http| http)),
        ("malformed_answer", 2)
    );
    let trailers = endless_server(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        b"X-Endless: aaaaaaaaaaaaaaaaaaaaaaaaa\r\n".to_vec(),
    );
    assert_eq!(
        only_failure(&hit(&trailers, |http| http)),
        ("malformed_answer", 2)
    );
}

#[test]
fn bombs_are_named_where_they_are_looked_into_and_harmless_elsewhere() {
    for coding in [
        ContentCoding::Gzip,
        ContentCoding::Deflate,
        ContentCoding::Brotli,
        ContentCoding::Zstd,
    ] {
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
