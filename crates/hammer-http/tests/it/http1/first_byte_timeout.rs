//! The time limit for the head of an answer, on connections that are never idle.

use std::thread;
use std::time::Duration;

use super::gated_server::{GatedServer, TRANSPORTS};
use super::peer::Peer;

const LIMIT: Duration = Duration::from_millis(20);

/// Does not fit into any buffers, and takes longer than the limit to send.
const UPLOAD_BYTES: usize = 128 << 20;

/// Asserts that a hit without an answer ends by the limit, whatever the target does meanwhile.
fn assert_times_out(upload_bytes: usize, busy: fn(&mut Peer)) {
    for transport in TRANSPORTS {
        let server = GatedServer::serve(transport, move |_, mut peer| {
            busy(&mut peer);
            None
        });
        let http = server.http().first_byte_timeout(LIMIT);
        let finished = server.run(http.body(vec![b'x'; upload_bytes]), 1);
        assert_eq!(finished.results(), ["first_byte_timeout"], "{transport:?}");
        assert_eq!(finished.connection_counts(), [1, 0, 1, 0], "{transport:?}");
    }
}

/// The limit was looked at only when the connection had nothing to do.
#[test]
fn an_upload_that_is_always_read_ends_by_the_limit() {
    assert_times_out(UPLOAD_BYTES, Peer::skip_all);
}

#[test]
fn an_upload_that_is_read_slowly_ends_by_the_limit() {
    assert_times_out(UPLOAD_BYTES, |peer| {
        while peer.skip(64 * 1024) {
            thread::sleep(Duration::from_millis(1));
        }
    });
}

/// Large interim answers, of which there may be a hundred, take longer than the limit.
#[test]
fn a_flood_of_interim_answers_ends_by_the_limit() {
    assert_times_out(0, |peer| {
        let lines = format!("Link: <{}>\r\n", "x".repeat(240)).repeat(240);
        let interim = format!("HTTP/1.1 103 Early Hints\r\n{lines}\r\n");
        while peer.send(interim.as_bytes()) {}
    });
}

/// They come too slowly to be too many, and before the time is over in which an answer may follow.
#[test]
fn a_trickle_of_stray_bytes_ends_by_the_limit() {
    assert_times_out(0, |peer| {
        while peer.send(b"x") {
            thread::sleep(Duration::from_millis(1));
        }
    });
}
