use std::io::Read;
use std::time::Duration;

use hammer_core::{Rate, Run, Schedule};
use hammer_http::{ConfigureNetwork, Http};

use crate::scripted_server::ScriptedServer;
use crate::{only_failure, run, unused_url};

fn http(url: &str) -> Http {
    Http::builder(url).build().expect("valid options")
}

#[test]
fn incomplete_and_malformed_responses_are_failures() {
    let table: [(&[u8], &str); 11] = [
        (b"", "closed_early"),
        (b"HTTP/1.1 200 OK\r\n", "closed_early"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
            "closed_early",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "closed_early",
        ),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "not_http"),
        (b"HTTP/2 200 OK\r\n\r\n", "not_http"),
        (b"HTTP/1.1 2x0 OK\r\n\r\n", "malformed_answer"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "malformed_length",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "malformed_length",
        ),
        (
            b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "malformed_answer_header",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            "malformed_chunk",
        ),
    ];
    for (answer, name) in table {
        let server = ScriptedServer::answering_once(answer);
        let report = run(http(&server.url()), 3);
        assert_eq!(
            only_failure(&report),
            (name, 3),
            "{}",
            answer.escape_ascii()
        );
        assert_eq!(server.heads().len(), 3, "each hit is sent once");
        let advice = &report.advice[name];
        assert_eq!(
            advice.contains("status line"),
            name == "malformed_answer",
            "{advice}"
        );
    }
}

#[test]
fn an_endless_head_is_not_read_to_its_end() {
    let server = ScriptedServer::serve(|peer| {
        peer.request();
        peer.send(b"HTTP/1.1 200 OK\r\n");
        while peer.send(b"X-Endless: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n") {}
    });
    assert_eq!(
        only_failure(&run(http(&server.url()), 2)),
        ("answer_head_too_large", 2)
    );
}

#[test]
fn a_reset_is_a_failure() {
    // Closing a socket with unread bytes resets the connection.
    let server = ScriptedServer::serve(|peer| drop(peer.read(1)));
    assert_eq!(
        only_failure(&run(http(&server.url()), 3)),
        ("connection_reset", 3)
    );
}

#[test]
fn a_refused_connection_is_a_failure() {
    let report = run(http(&unused_url()), 3);
    assert_eq!(only_failure(&report), ("connect_refused", 3));
}

#[test]
fn an_unknown_name_fails_hits_at_the_scheduled_rate() {
    let report = run(http("http://no-such-host.invalid/"), 20);
    assert_eq!(only_failure(&report), ("name_not_resolved", 20));
}

#[test]
fn silence_is_a_timeout() {
    let server = ScriptedServer::serve(|peer| while peer.request() {});
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(2);
    let report = Run::new(http(&server.url()), schedule)
        .threads(1)
        .timeout(Duration::from_millis(50))
        .drain(Duration::from_secs(5))
        .execute()
        .expect("a finished run");
    assert_eq!((report.hits.timed_out, report.hits.ok), (2, 0));
}

#[test]
fn tls_to_plain_http_and_plain_http_to_tls_are_failures() {
    let server = ScriptedServer::serve(|peer| {
        peer.read(5);
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        while peer.stream.read(&mut [0; 512]).is_ok_and(|bytes| bytes > 0) {}
    });
    let url = server.url().replace("http:", "https:");
    let tls = Http::builder(&url)
        .insecure(true)
        .build()
        .expect("valid options");
    let report = run(tls, 2);
    assert_eq!(only_failure(&report), ("tls_not_spoken", 2));
    assert!(report.advice["tls_not_spoken"].contains("did not answer in TLS"));
    let server = ScriptedServer::answering_once(b"\x15\x03\x01\x00\x02\x02\x0a");
    assert_eq!(only_failure(&run(http(&server.url()), 2)), ("not_http", 2));
}
