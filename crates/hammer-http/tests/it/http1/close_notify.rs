//! The end of a connection by the hammer: in order, over TLS with close_notify.

use std::io;
use std::sync::mpsc;
use std::time::Duration;

use super::answer_case::assert_nothing_wrong;
use super::gated_server::{GatedServer, TRANSPORTS};
use crate::BuilderChange;
use crate::scripted_server::OK_RESPONSE;

const CLOSING: &[u8] = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
/// The time after which a connection counts as left open.
const MAX_WAIT: Duration = Duration::from_secs(4);

/// A reason for the hammer to end each connection after one hit.
struct Occasion {
    what: &'static str,
    change: BuilderChange,
    answer: &'static [u8],
    hits: u64,
}

const OCCASIONS: [Occasion; 6] = [
    Occasion {
        what: "no keep-alive",
        change: |http| http.keepalive(false),
        answer: OK_RESPONSE,
        hits: 2,
    },
    Occasion {
        what: "the target announces the end",
        change: |http| http,
        answer: CLOSING,
        hits: 2,
    },
    Occasion {
        what: "the last hit of a connection",
        change: |http| http.connection_hits(1),
        answer: OK_RESPONSE,
        hits: 2,
    },
    Occasion {
        what: "the end of the lifetime",
        change: |http| http.connection_lifetime(Duration::from_nanos(1)),
        answer: OK_RESPONSE,
        hits: 2,
    },
    Occasion {
        what: "bytes after an answer",
        change: |http| http,
        answer: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more",
        hits: 2,
    },
    Occasion {
        what: "the end of the run",
        change: |http| http,
        answer: OK_RESPONSE,
        hits: 1,
    },
];

/// Runs hits, and returns the end of each connection as the target sees it.
fn ends(server: &GatedServer, occasion: &Occasion, ends: &mpsc::Receiver<Ended>) -> Vec<Ended> {
    let finished = server.run((occasion.change)(server.http()), occasion.hits);
    assert_eq!(finished.report.hits.ok, occasion.hits, "{}", occasion.what);
    let left_open = |_| Err(io::ErrorKind::TimedOut);
    (0..occasion.hits)
        .map(|_| ends.recv_timeout(MAX_WAIT).unwrap_or_else(left_open))
        .collect()
}

type Ended = Result<(), io::ErrorKind>;

/// RFC 8446, section 6.1: each party must send close_notify before it closes a connection.
///
/// Only connections that were closed at the end of the run had one.
#[test]
fn each_connection_ends_in_order() {
    let mut wrong = Vec::new();
    for transport in TRANSPORTS {
        for occasion in OCCASIONS {
            let (sender, receiver) = mpsc::channel();
            let answer = occasion.answer;
            let server = GatedServer::serve(transport, move |request, mut peer| {
                peer.send(answer);
                request.gate.allow(request.number + 2);
                let end = peer.read_end().map_err(|error| error.kind());
                sender.send(end).expect("a receiver");
                None
            });
            let found = ends(&server, &occasion, &receiver);
            if found.iter().any(Result::is_err) {
                wrong.push(format!("{transport:?}, {}: {found:?}", occasion.what));
            }
        }
    }
    assert_nothing_wrong(&wrong);
}
