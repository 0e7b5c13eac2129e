//! Stray bytes that arrive when the next request is out, before its answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::answer_case::assert_nothing_wrong;
use super::gated_server::{FinishedHits, GatedServer, TRANSPORTS, Transport};
use super::peer::Peer;

/// The time for the hammer to read some bytes before the next ones are sent.
const READ_TIME: Duration = Duration::from_millis(5);
/// The time by which an answer follows stray bytes, well below the 100 ms that the hammer waits.
const MAX_WAIT: Duration = Duration::from_millis(50);
/// More than the hammer waits for an answer after stray bytes.
const LONG: Duration = Duration::from_millis(150);

/// The way in which stray bytes arrive.
#[derive(Debug, Clone, Copy)]
enum Arrival {
    WithTheAnswer,
    BeforeTheAnswer,
    ByteByByte,
}

const ARRIVALS: [Arrival; 3] = [
    Arrival::WithTheAnswer,
    Arrival::BeforeTheAnswer,
    Arrival::ByteByByte,
];

/// A method, its answer, and the label of the answer. Each answer keeps its connection.
const ANSWERS: [(&str, &str, &str); 7] = [
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

/// Bytes that belong to no answer: of a body, of chunks, after a line break, and binary ones.
const STRAYS: [&[u8]; 5] = [
    b"hello",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"\r\n<html>",
    b"{\"a\": 1}\n",
    &[0; 300],
];

impl Arrival {
    /// Sends stray bytes and the answer after them; returns false if the answer came too late.
    fn send(self, peer: &mut Peer, stray: &[u8], answer: &[u8]) -> bool {
        let begun = Instant::now();
        match self {
            Self::WithTheAnswer => return peer.send(&[stray, answer].concat()),
            Self::BeforeTheAnswer => peer.send(stray),
            Self::ByteByByte => stray.iter().all(|byte| peer.send(&[*byte])),
        };
        thread::sleep(READ_TIME);
        peer.send(answer);
        begun.elapsed() < MAX_WAIT
    }
}

/// Runs four hits. The first one has this answer, and `second` answers the second one; both over one
/// connection. It returns false if it was not in time, so that the run is repeated.
fn run(
    transport: Transport,
    method: &str,
    answer: &'static str,
    second: impl Fn(&mut Peer) -> bool + Clone + Send + Sync + 'static,
) -> FinishedHits {
    loop {
        let late = Arc::new(AtomicBool::new(false));
        let (play, is_late) = (second.clone(), late.clone());
        let server = GatedServer::serve(transport, move |request, mut peer| {
            match request.number {
                0 => peer.send(answer.as_bytes()),
                1 => {
                    is_late.store(!play(&mut peer), Ordering::SeqCst);
                    true
                }
                _ => peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
            };
            Some(peer)
        });
        let finished = server.run(server.http().method(method), 4);
        if !late.load(Ordering::SeqCst) {
            return finished;
        }
    }
}

/// Returns what is wrong if the second hit must be answered, and its connection be replaced afterwards.
fn check(finished: &FinishedHits, label: &str, what: &str) -> Option<String> {
    let (results, counts) = (finished.results(), finished.connection_counts());
    let reused = finished.count("connections_reused");
    let right = results == [label, label, "200", "200"] && counts == [2, 0, 1, 0] && reused == 2;
    (!right).then(|| format!("{what}: {results:?}, {counts:?}, {reused} reused"))
}

/// They failed the hit, or were taken for the body of an answer that had none alone.
#[test]
fn late_stray_bytes_are_not_blamed_on_the_hit_that_meets_them() {
    let mut wrong = Vec::new();
    for (method, answer, label) in ANSWERS {
        for stray in STRAYS {
            for arrival in ARRIVALS {
                let finished = run(Transport::Clear, method, answer, move |peer| {
                    arrival.send(peer, stray, answer.as_bytes())
                });
                let stray = stray[..stray.len().min(20)].escape_ascii();
                let what = format!("{method} {answer:?}, {stray} {arrival:?}");
                wrong.extend(check(&finished, label, &what));
            }
        }
    }
    assert_nothing_wrong(&wrong);
}

#[test]
fn late_stray_bytes_are_skipped_over_tls() {
    let mut wrong = Vec::new();
    for transport in TRANSPORTS {
        for arrival in ARRIVALS {
            let (method, answer, label) = ANSWERS[0];
            let finished = run(transport, method, answer, move |peer| {
                arrival.send(peer, b"hello", answer.as_bytes())
            });
            wrong.extend(check(
                &finished,
                label,
                &format!("{transport:?} {arrival:?}"),
            ));
        }
    }
    assert_nothing_wrong(&wrong);
}

/// The last bytes of a body may be the first ones of a head.
#[test]
fn late_stray_bytes_may_end_as_an_answer_begins() {
    let mut wrong = Vec::new();
    for stray in ["SSH", "helloHTTP", "HTTP/1", "H"] {
        for arrival in ARRIVALS {
            let (method, answer, label) = ANSWERS[0];
            let finished = run(Transport::Clear, method, answer, move |peer| {
                arrival.send(peer, stray.as_bytes(), answer.as_bytes())
            });
            wrong.extend(check(&finished, label, &format!("{stray} {arrival:?}")));
        }
    }
    assert_nothing_wrong(&wrong);
}

/// The time to wait for a head is over once the head has begun.
#[test]
fn an_answer_after_late_stray_bytes_may_take_its_time() {
    let mut wrong = Vec::new();
    for (begin, rest) in [
        ("HTTP/1.1 200 OK\r\nConte", "nt-Length: 2\r\n\r\nok"),
        ("HTTP/1.1 200 OK\r\n", "Content-Length: 2\r\n\r\nok"),
        (
            "HTTP/1.1 103 Early Hints\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "ok"),
    ] {
        let (method, answer, label) = ANSWERS[0];
        let finished = run(Transport::Clear, method, answer, move |peer| {
            let in_time = Arrival::BeforeTheAnswer.send(peer, b"hello", begin.as_bytes());
            thread::sleep(LONG);
            peer.send(rest.as_bytes()) && in_time
        });
        wrong.extend(check(&finished, label, &format!("{begin:?} {rest:?}")));
        let body_bytes = finished.count("body_bytes");
        if body_bytes != 4 {
            wrong.push(format!("{begin:?} {rest:?}: {body_bytes} body bytes"));
        }
    }
    assert_nothing_wrong(&wrong);
}
