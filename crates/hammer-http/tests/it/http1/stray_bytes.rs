//! Bytes after a complete answer: they cost the connection, and are never blamed on the next hit.

use super::answer_case::{ConnectionEnd, assert_nothing_wrong};
use super::gated_server::{GatedServer, Request, TRANSPORTS, Transport};
use super::peer::Peer;

/// The time at which stray bytes arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StrayTime {
    /// In the same write as the answer.
    WithTheAnswer,
    /// In a write of their own, at once.
    RightAfterTheAnswer,
    /// After the hit has ended, and before the next one begins.
    BetweenHits,
}

const TIMES: [StrayTime; 3] = [
    StrayTime::WithTheAnswer,
    StrayTime::RightAfterTheAnswer,
    StrayTime::BetweenHits,
];

/// A method, its answer, and the label of the answer.
const ANSWERS: [(&str, &str, &str); 8] = [
    (
        "GET",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "200",
    ),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200"),
    (
        "GET",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "200",
    ),
    ("GET", "HTTP/1.1 204 No Content\r\n\r\n", "204"),
    (
        "GET",
        "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
        "204",
    ),
    (
        "GET",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
        "304",
    ),
    (
        "HEAD",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        "200",
    ),
    (
        "HEAD",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "200",
    ),
];

/// Bytes that a broken server sends after an answer, some of which look like another answer.
const STRAYS: [&str; 4] = [
    "hello",
    "HTTP/1.1 500 Smuggled\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n",
    "0\r\n\r\n",
];

/// Answers a request, and sends stray bytes when it is time.
fn answer(request: &Request, mut peer: Peer, answer: &str, stray: &str, time: StrayTime) -> Peer {
    if time == StrayTime::WithTheAnswer {
        peer.send(format!("{answer}{stray}").as_bytes());
        return peer;
    }
    peer.send(answer.as_bytes());
    if time == StrayTime::BetweenHits {
        request.gate.wait_for_end_of(request.number + 1);
    }
    peer.send(stray.as_bytes());
    peer
}

/// RFC 9112, section 9.2: bytes that no request asked for may not be taken for an answer.
#[test]
fn stray_bytes_cost_the_connection_and_never_the_next_hit() {
    let mut wrong = Vec::new();
    for (method, bytes, label) in ANSWERS {
        for stray in STRAYS {
            for time in TIMES {
                let server = GatedServer::serve(Transport::Clear, move |request, mut peer| {
                    // The last answer has none, so that its connection is kept in any case.
                    if request.number == 3 {
                        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                        return Some(peer);
                    }
                    Some(answer(request, peer, bytes, stray, time))
                });
                let finished = server.run(server.http().method(method), 4);
                let counts = ["opened", "dropped", "closed_by_target", "reused"]
                    .map(|name| finished.count(&format!("connections_{name}")));
                let expected = [label, label, label, "200"];
                if finished.results() != expected || counts != [4, 3, 0, 0] {
                    let results = finished.results();
                    wrong.push(format!(
                        "{method} {bytes:?}, {stray:?} {time:?}: {results:?}, opened, dropped, \
                         closed by target and reused {counts:?}"
                    ));
                }
            }
        }
    }
    assert_nothing_wrong(&wrong);
}

#[test]
fn stray_bytes_are_found_over_tls() {
    for transport in TRANSPORTS {
        for time in TIMES {
            let server = GatedServer::serve_at(transport, 0, move |request, peer| {
                let (_, bytes, _) = ANSWERS[0];
                Some(answer(request, peer, bytes, "hello", time))
            });
            let finished = server.run(server.http(), 3);
            let failures = &finished.report.failures;
            assert_eq!(
                finished.results(),
                ["200"; 3],
                "{transport:?} {time:?}: {failures:?}"
            );
            let connections = (server.connections(), finished.count("connections_dropped"));
            assert_eq!(connections, (2, 1), "{transport:?} {time:?}");
        }
    }
}

/// More than a socket buffers, so that the server is still sending when the next hit begins.
#[test]
fn a_large_stray_body_is_not_read() {
    let server = GatedServer::serve_at(Transport::Clear, 0, |request, mut peer| {
        peer.send(b"HTTP/1.1 204 No Content\r\n\r\nstray");
        request.gate.allow(2);
        // It fails when the hammer has closed the connection.
        while peer.send(&[b'x'; 64 * 1024]) {}
        None
    });
    let finished = server.run(server.http(), 3);
    let failures = &finished.report.failures;
    assert_eq!(finished.results(), ["204", "200", "200"], "{failures:?}");
    assert_eq!(server.connections(), 2);
    assert_eq!(finished.count("connections_dropped"), 1);
}

/// The server sends the body that its 204 announced only when the next request could have arrived.
///
/// The announcement breaks RFC 9110, section 8.6, and is the only sign before the next hit is sent.
#[test]
fn a_204_that_announces_a_body_is_the_last_answer_of_its_connection() {
    for announcement in ["Content-Length: 5", "Transfer-Encoding: chunked"] {
        let server = GatedServer::serve_at(Transport::Clear, 0, move |request, mut peer| {
            peer.send(format!("HTTP/1.1 204 No Content\r\n{announcement}\r\n\r\n").as_bytes());
            request.gate.allow(2);
            // Returns at the end of the connection, or with the next request on it.
            let next = peer.head();
            peer.send(b"hello");
            next.and_then(|_| request.accept(peer))
        });
        let finished = server.run(server.http(), 3);
        let failures = &finished.report.failures;
        assert_eq!(
            finished.results(),
            ["204", "200", "200"],
            "{announcement}: {failures:?}"
        );
        assert_eq!(server.connections(), 2, "{announcement}");
    }
}

/// A server that gives up on an idle connection may say so before it closes it.
#[test]
fn a_408_between_hits_is_not_blamed_on_the_next_hit() {
    for end in [
        ConnectionEnd::StaysOpen,
        ConnectionEnd::Close,
        ConnectionEnd::Reset,
    ] {
        let server = GatedServer::serve_at(Transport::Clear, 0, move |request, peer| {
            let (_, bytes, _) = ANSWERS[0];
            let peer = answer(request, peer, bytes, STRAYS[2], StrayTime::BetweenHits);
            end.apply(peer)
        });
        let finished = server.run(server.http(), 3);
        assert_eq!(
            finished.results(),
            ["200"; 3],
            "{end:?}: {:?}",
            finished.report.failures
        );
        assert_eq!(server.connections(), 2, "{end:?}");
    }
}
