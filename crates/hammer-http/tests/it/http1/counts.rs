//! Counts of connections: who closed them, and that the sums add up.

use super::answer_case::assert_nothing_wrong;
use super::gated_server::{FinishedHits, GatedServer, Request, Transport};
use super::peer::Peer;
use crate::BuilderChange;

/// The number of hits of a case.
const HITS: u64 = 5;

/// One behavior of a server, and the counts of connections that must follow from it.
struct CountCase {
    what: &'static str,
    change: BuilderChange,
    /// Answers each request but the last one, which is always accepted.
    script: fn(&Request, Peer) -> Option<Peer>,
    opened: u64,
    closed_by_target: u64,
    dropped: u64,
    retired: u64,
    /// `None` if some hits have no answer, since it is open whether they count.
    reused: Option<u64>,
}

const KEPT: CountCase = CountCase {
    what: "all hits over one connection",
    change: |http| http,
    script: Request::accept,
    opened: 1,
    closed_by_target: 0,
    dropped: 0,
    retired: 0,
    reused: Some(HITS - 1),
};

/// Answers requests 1 and 3 with `answer`, after which the hammer has to close the connection.
fn every_second(request: &Request, mut peer: Peer, answer: &[u8]) -> Option<Peer> {
    if request.number.is_multiple_of(2) {
        return request.accept(peer);
    }
    peer.send(answer);
    Some(peer)
}

/// Cases in which the target ends connections.
const CLOSED_BY_TARGET: [CountCase; 6] = [
    CountCase {
        what: "closed after each answer",
        script: |request, peer| {
            request.accept(peer)?.close();
            None
        },
        opened: HITS,
        closed_by_target: HITS - 1,
        reused: Some(0),
        ..KEPT
    },
    CountCase {
        what: "closed after each answer, which announces it",
        script: |_, mut peer| {
            peer.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
            peer.close();
            None
        },
        opened: HITS,
        closed_by_target: HITS - 1,
        reused: Some(0),
        ..KEPT
    },
    CountCase {
        what: "closed to end a body without a length",
        script: |_, mut peer| {
            peer.send(b"HTTP/1.1 200 OK\r\n\r\nok");
            peer.close();
            None
        },
        opened: HITS,
        closed_by_target: HITS - 1,
        reused: Some(0),
        ..KEPT
    },
    CountCase {
        what: "reset between hits 1 and 2",
        script: |request, peer| {
            let peer = request.accept(peer)?;
            if request.number != 1 {
                return Some(peer);
            }
            request.gate.wait_for_end_of(2);
            peer.reset();
            None
        },
        opened: 2,
        closed_by_target: 1,
        reused: Some(3),
        ..KEPT
    },
    CountCase {
        what: "closed in place of the first answer",
        script: |request, peer| {
            if request.number > 0 {
                return request.accept(peer);
            }
            peer.close();
            None
        },
        opened: 2,
        closed_by_target: 1,
        reused: Some(3),
        ..KEPT
    },
    CountCase {
        what: "reset in the answers to hits 1 and 3",
        script: |request, mut peer| {
            if request.number.is_multiple_of(2) {
                return request.accept(peer);
            }
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell");
            peer.reset();
            None
        },
        opened: 3,
        closed_by_target: 2,
        reused: None,
        ..KEPT
    },
];

/// Cases in which the hammer ends connections that cannot be kept.
const DROPPED: [CountCase; 9] = [
    CountCase {
        what: "stray bytes after each answer",
        script: |_, mut peer| {
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more");
            Some(peer)
        },
        opened: HITS,
        dropped: HITS - 1,
        reused: Some(0),
        ..KEPT
    },
    CountCase {
        what: "stray bytes between hits 1 and 2",
        script: |request, peer| {
            let mut peer = request.accept(peer)?;
            if request.number == 1 {
                request.gate.wait_for_end_of(2);
                peer.send(b"stray");
            }
            Some(peer)
        },
        opened: 2,
        dropped: 1,
        reused: Some(3),
        ..KEPT
    },
    CountCase {
        what: "101 to hits 1 and 3",
        script: |request, peer| every_second(request, peer, b"HTTP/1.1 101 S\r\n\r\n"),
        opened: 3,
        dropped: 2,
        reused: None,
        ..KEPT
    },
    CountCase {
        what: "a flood of interim answers to hits 1 and 3",
        script: |request, peer| every_second(request, peer, &b"HTTP/1.1 103 E\r\n\r\n".repeat(101)),
        opened: 3,
        dropped: 2,
        reused: None,
        ..KEPT
    },
    CountCase {
        what: "malformed answers to hits 1 and 3",
        script: |request, peer| every_second(request, peer, b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"),
        opened: 3,
        dropped: 2,
        reused: None,
        ..KEPT
    },
    CountCase {
        what: "another protocol in the answers to hits 1 and 3",
        script: |request, peer| every_second(request, peer, b"SSH-2.0-OpenSSH_9.9\r\n"),
        opened: 3,
        dropped: 2,
        reused: None,
        ..KEPT
    },
    CountCase {
        what: "broken chunks in the answers to hits 1 and 3",
        script: |request, peer| {
            let answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n";
            every_second(request, peer, answer)
        },
        opened: 3,
        dropped: 2,
        reused: None,
        ..KEPT
    },
    CountCase {
        what: "bodies that are not compressed as they say, in the answers to hits 1 and 3",
        change: |http| http.expect_body("ok"),
        script: |request, peer| {
            let answer =
                b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhell";
            every_second(request, peer, answer)
        },
        opened: 3,
        dropped: 2,
        reused: None,
        ..KEPT
    },
    CountCase {
        what: "uploads that are answered and never read",
        change: |http| http.body(vec![b'x'; 64 << 20]),
        script: |request, mut peer| {
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            request.gate.wait_for_end_of(request.number + 1);
            peer.skip_all();
            None
        },
        opened: HITS,
        dropped: HITS - 1,
        reused: Some(0),
        ..KEPT
    },
];

/// Cases in which a setting ends connections.
const RETIRED: [CountCase; 1] = [CountCase {
    what: "connections of two hits",
    change: |http| http.connection_hits(2),
    opened: 3,
    retired: 2,
    reused: Some(2),
    ..KEPT
}];

fn run(case: &CountCase) -> (FinishedHits, u64) {
    let script = case.script;
    let server = GatedServer::serve(Transport::Clear, move |request, peer| {
        if request.number + 1 == HITS {
            request.accept(peer)
        } else {
            script(request, peer)
        }
    });
    let finished = server.run((case.change)(server.http()), HITS);
    (finished, server.connections())
}

/// Asserts the counts of each case, and that each connection is counted once.
///
/// The last hit keeps its connection until the end of the run.
fn assert_counts(cases: &[CountCase]) {
    let mut wrong = Vec::new();
    for case in cases {
        let (finished, connections) = run(case);
        let found = finished.connection_counts();
        let expected = [
            case.opened,
            case.closed_by_target,
            case.dropped,
            case.retired,
        ];
        let reused = finished.count("connections_reused");
        let reused_right = case.reused.is_none_or(|expected| expected == reused);
        let sum: u64 = found[1..].iter().sum();
        let right = found == expected && reused_right && connections == case.opened;
        if !right || found[0] != sum + 1 {
            wrong.push(format!(
                "{}: opened, closed by target, dropped and retired {found:?}, not {expected:?}; \
                 reused {reused}, not {:?}; {connections} connections; {:?}",
                case.what,
                case.reused,
                finished.results(),
            ));
        }
    }
    assert_nothing_wrong(&wrong);
}

#[test]
fn kept_connections_are_counted_once() {
    assert_counts(&[KEPT]);
    assert_counts(&RETIRED);
}

#[test]
fn connections_that_the_target_closes_are_counted_as_its_own() {
    assert_counts(&CLOSED_BY_TARGET);
}

/// Connections that the hammer closed were counted as closed by the target.
#[test]
fn connections_that_cannot_be_kept_are_not_blamed_on_the_target() {
    assert_counts(&DROPPED);
}
