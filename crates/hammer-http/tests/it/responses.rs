use std::collections::BTreeMap;

use hammer_http::Http;

use crate::run;
use crate::scripted_server::ScriptedServer;

/// Runs three hits, whose outcomes must all be ok or rejected under this label.
fn run_labeled(
    server: &ScriptedServer,
    method: &str,
    label: &str,
    ok: bool,
) -> hammer_core::Report {
    let http = Http::builder(&server.url())
        .method(method)
        .build()
        .expect("valid options");
    let report = run(http, 3);
    assert_eq!(
        report.labels,
        BTreeMap::from([(label.to_owned(), 3)]),
        "{:?}",
        report.failures
    );
    assert_eq!(
        (report.hits.ok, report.hits.rejected),
        if ok { (3, 0) } else { (0, 3) }
    );
    report
}

#[test]
fn the_status_decides_the_outcome() {
    let table: [(&[u8], &str, bool); 7] = [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200", true),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "204", true),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "304", true),
        (b"HTTP/1.1 404 \r\nContent-Length: 2\r\n\r\nno", "404", false),
        (b"HTTP/1.1 503\r\nContent-Length: 0\r\n\r\n", "503", false),
        (b"HTTP/1.1 599 Custom\r\nContent-Length: 0\r\n\r\n", "599", false),
        (
            b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            "200",
            true,
        ),
    ];
    for (answer, label, ok) in table {
        let server = ScriptedServer::answering(answer);
        run_labeled(&server, "GET", label, ok);
        assert_eq!(
            server.connections(),
            1,
            "{label}: the connection is kept alive"
        );
    }
}

#[test]
fn chunks_and_trailers_are_read_to_the_end() {
    let server = ScriptedServer::answering(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
          3\r\nabc\r\n5;name=value\r\ndefgh\r\n0\r\nX-Sum: 8\r\n\r\n",
    );
    run_labeled(&server, "GET", "200", true);
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_response_to_head_has_no_body() {
    let server = ScriptedServer::answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    run_labeled(&server, "HEAD", "200", true);
    assert_eq!(server.connections(), 1);
}

#[test]
fn the_end_of_the_stream_may_be_the_end_of_the_body() {
    for answer in [
        &b"HTTP/1.0 200 OK\r\n\r\nold"[..],
        b"HTTP/1.1 200 OK\r\n\r\nunbounded",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nannounced",
    ] {
        let server = ScriptedServer::answering_once(answer);
        let report = run_labeled(&server, "GET", "200", true);
        assert_eq!(
            server.connections(),
            3,
            "each response closes its connection"
        );
        assert_eq!(report.bytes.received, 3 * answer.len() as u64);
    }
}

#[test]
fn bytes_are_counted_on_the_socket() {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    let server = ScriptedServer::answering(answer);
    let report = run_labeled(&server, "GET", "200", true);
    let sent: usize = server.heads().iter().map(String::len).sum();
    assert_eq!(report.bytes.sent, sent as u64);
    assert_eq!(report.bytes.received, 3 * answer.len() as u64);
    assert!(
        report.phases_us.contains_key("connect"),
        "{:?}",
        report.phases_us
    );
    assert_eq!(report.phases_us["first_byte"].count, 3);
    assert!(
        !report.phases_us.contains_key("lookup"),
        "an address is not looked up"
    );
}

#[test]
fn a_large_body_is_counted_and_not_kept() {
    const CHUNK: usize = 1 << 20;
    const CHUNKS: usize = 32;
    let server = ScriptedServer::serve(|peer| {
        let chunk = vec![b'x'; CHUNK];
        while peer.request() {
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
                CHUNK * CHUNKS
            );
            peer.send(head.as_bytes());
            (0..CHUNKS).for_each(|_| assert!(peer.send(&chunk), "the hammer reads the whole body"));
        }
    });
    let report = run_labeled(&server, "GET", "200", true);
    assert_eq!(server.connections(), 1);
    assert!(report.bytes.received > (3 * CHUNK * CHUNKS) as u64);
    assert!(report.phases_us["body"].count > 0);
}
