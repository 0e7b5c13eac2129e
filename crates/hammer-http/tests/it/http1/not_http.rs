//! Bytes that are not HTTP, in place of an answer on a connection that was used before.

use std::thread;
use std::time::Duration;

use super::answer_case::{ConnectionEnd, assert_nothing_wrong, has_right_advice};
use super::gated_server::{GatedServer, TRANSPORTS, Transport};

/// More than the hammer waits for an answer after such bytes.
const LONG: Duration = Duration::from_millis(150);

/// Bytes that are not HTTP, and that no answer follows.
const NOT_HTTP: [&[u8]; 6] = [
    b"x",
    b"SSH-2.0-OpenSSH_9.9\r\n",
    b"\r\n\r\n<html></html>",
    b"http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    // An alert of TLS.
    b"\x15\x03\x03\0\x02\x02\x28",
    // Larger than a head may be.
    &[b'x'; 100 * 1024],
];

/// Runs four hits, of which the second one gets these bytes in place of an answer; returns what is wrong.
fn check_not_http(
    bytes: &'static [u8],
    end: ConnectionEnd,
    transport: Transport,
) -> Option<String> {
    let server = GatedServer::serve_at(transport, 1, move |_, mut peer| {
        peer.send(bytes);
        end.apply(peer)
    });
    let finished = server.run(server.http(), 4);
    let (results, counts) = (finished.results(), finished.connection_counts());
    let has_advice = has_right_advice(&finished.report, "not_http");
    let right = results == ["200", "not_http", "200", "200"] && counts[0] == 2 && has_advice;
    // The hammer may see the bytes before the end, and then it ends the connection.
    let closed_by_target = counts[1];
    let may_close = u64::from(end != ConnectionEnd::StaysOpen);
    (!right || closed_by_target > may_close || counts[1] + counts[2] != 1).then(|| {
        let shown = bytes[..bytes.len().min(20)].escape_ascii();
        format!("{shown}, {end:?} {transport:?}: {results:?}, {counts:?}")
    })
}

/// These hits waited until their timeout, or were `closed_early`.
#[test]
fn bytes_that_no_answer_follows_are_not_http() {
    let mut wrong = Vec::new();
    for transport in [Transport::Clear, Transport::Tls13] {
        for bytes in NOT_HTTP {
            for end in [
                ConnectionEnd::StaysOpen,
                ConnectionEnd::Close,
                ConnectionEnd::CloseWithoutNotify,
            ] {
                wrong.extend(check_not_http(bytes, end, transport));
            }
        }
    }
    assert_nothing_wrong(&wrong);
}

/// The beginning of a head at their end does not make them one.
#[test]
fn bytes_that_end_as_an_answer_begins_are_not_http() {
    let mut wrong = Vec::new();
    for bytes in [&b"SSH"[..], b"hello HTTP"] {
        for end in [ConnectionEnd::StaysOpen, ConnectionEnd::Close] {
            wrong.extend(check_not_http(bytes, end, Transport::Clear));
        }
    }
    assert_nothing_wrong(&wrong);
}

/// The first byte of a record of TLS is not an answer, however long it is alone.
#[test]
fn a_lone_byte_of_tls_is_not_an_answer() {
    let server = GatedServer::serve_at(Transport::Clear, 1, |_, mut peer| {
        peer.send(b"\x15");
        thread::sleep(LONG);
        peer.close();
        None
    });
    let finished = server.run(server.http(), 3);
    let results = finished.results();
    assert_eq!([results[0], results[2]], ["200"; 2], "{results:?}");
    let failures = ["not_http", "closed_early"];
    assert!(failures.contains(&results[1]), "{results:?}");
}

/// The hammer may not collect what a target sends without an end.
#[test]
fn a_flood_that_is_not_http_ends_its_hit() {
    for transport in TRANSPORTS {
        let server = GatedServer::serve_at(transport, 1, |_, mut peer| {
            // It fails when the hammer has closed the connection.
            while peer.send(&[b'x'; 64 * 1024]) {}
            None
        });
        let finished = server.run(server.http(), 3);
        assert_eq!(
            finished.results(),
            ["200", "not_http", "200"],
            "{transport:?}"
        );
        assert_eq!(finished.connection_counts(), [2, 0, 1, 0], "{transport:?}");
    }
}
