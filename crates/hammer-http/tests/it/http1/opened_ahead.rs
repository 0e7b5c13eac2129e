//! Connections that are opened before the first hit, and that the target closes before or with it.

use std::thread;
use std::time::Duration;

use super::answer_case::{ConnectionEnd, assert_nothing_wrong};
use super::gated_server::{GatedServer, Request, TRANSPORTS};

/// The ways in which a target ends a connection.
const ENDS: [ConnectionEnd; 3] = [
    ConnectionEnd::Close,
    ConnectionEnd::CloseWithoutNotify,
    ConnectionEnd::Reset,
];
/// An idle time after which a close is an idle one, which begins at 100 ms.
const IDLE: Duration = Duration::from_millis(150);

/// Runs three hits; returns what is wrong with their results, or with the number of connections that the
/// target closed and was asked for.
fn check(server: &GatedServer, first: &str, what: &str) -> Option<String> {
    let finished = server.run(server.http(), 3);
    let (results, counts) = (finished.results(), finished.connection_counts());
    let right = results == [first, "200", "200"] && counts == [2, 1, 0, 0];
    let connections = server.connections();
    (!right || connections != 2)
        .then(|| format!("{what}: {results:?}, {counts:?}, {connections} connections"))
}

/// The first hit failed, although the connection had ended before the hit was sent.
#[test]
fn a_connection_that_closes_before_the_first_hit_is_replaced() {
    let mut wrong = Vec::new();
    for transport in TRANSPORTS {
        for end in ENDS {
            let opening = move |peer| end.apply(peer);
            let server = GatedServer::serve_opened(transport, opening, Request::accept);
            wrong.extend(check(&server, "200", &format!("{transport:?} {end:?}")));
        }
    }
    assert_nothing_wrong(&wrong);
}

/// The first hit had the name of a crash: only a connection that had been used counted as idle.
#[test]
fn a_connection_that_was_idle_since_its_opening_closes_as_an_idle_one() {
    let mut wrong = Vec::new();
    for transport in TRANSPORTS {
        for end in ENDS {
            let opening = |peer| {
                // The connection is idle for this time.
                thread::sleep(IDLE);
                Some(peer)
            };
            let server = GatedServer::serve_opened(transport, opening, move |request, peer| {
                match request.number {
                    0 => end.apply(peer),
                    _ => request.accept(peer),
                }
            });
            let what = format!("{transport:?} {end:?}");
            wrong.extend(check(&server, "idle_close", &what));
        }
    }
    assert_nothing_wrong(&wrong);
}
