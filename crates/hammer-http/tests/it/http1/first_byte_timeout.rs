//! The time limit for the head of an answer, on connections that are never idle.

use std::thread;
use std::time::{Duration, Instant};

use super::gated_server::{GatedServer, TRANSPORTS, Transport};
use super::peer::Peer;
use crate::scripted_server::OK_RESPONSE;

const LIMIT: Duration = Duration::from_millis(10);

/// The time after which bytes that are not HTTP fail a hit.
const STRAY_TIME: Duration = Duration::from_millis(100);
/// The number of runs of which one must not meet a pause of the machine.
const MAX_ATTEMPTS: u32 = 5;
/// The part of an upload before its answer. It takes much longer than the limit to send.
const READ_BYTES: usize = 128 << 20;
/// The rest of an upload, which fits into no buffers, so that the hammer is still sending until the answer.
const REST_BYTES: usize = 32 << 20;
/// A part of an upload that is read at once.
const PART_BYTES: usize = 64 << 10;

/// Asserts that a hit ends by the limit, although the target is busy with it and answers in the end.
fn assert_times_out(upload_bytes: usize, busy: fn(&mut Peer) -> bool) {
    for transport in TRANSPORTS {
        let server = GatedServer::serve(transport, move |_, mut peer| {
            (busy(&mut peer) && peer.send(OK_RESPONSE)).then_some(peer)
        });
        let http = server.http().first_byte_timeout(LIMIT);
        let finished = server.run(http.body(vec![b'x'; upload_bytes]), 1);
        assert_eq!(finished.results(), ["first_byte_timeout"], "{transport:?}");
        assert_eq!(finished.connection_counts(), [1, 0, 1, 0], "{transport:?}");
    }
}

#[test]
fn an_upload_that_is_always_read_ends_by_the_limit() {
    assert_times_out(READ_BYTES + REST_BYTES, |peer| peer.drain(READ_BYTES));
}

#[test]
fn an_upload_that_is_read_slowly_ends_by_the_limit() {
    assert_times_out(READ_BYTES + REST_BYTES, |peer| {
        (0..READ_BYTES / PART_BYTES).all(|_| {
            thread::sleep(Duration::from_millis(1));
            peer.skip(PART_BYTES)
        })
    });
}

/// Large interim answers, of which there may be a hundred, take longer than the limit.
///
/// It was looked at only when there was nothing to read.
#[test]
fn a_flood_of_interim_answers_ends_by_the_limit() {
    assert_times_out(0, |peer| {
        let lines = format!("Link: <{}>\r\n", "x".repeat(240)).repeat(240);
        let interim = format!("HTTP/1.1 103 Early Hints\r\n{lines}\r\n");
        (0..100).all(|_| peer.send(interim.as_bytes()))
    });
}

/// They come too slowly to be too many, and before the time is over in which an answer may follow.
#[test]
fn a_trickle_of_stray_bytes_ends_by_the_limit() {
    for attempt in 1.. {
        let server = GatedServer::serve(Transport::Clear, |_, mut peer| {
            while peer.send(b"x") {
                thread::sleep(Duration::from_millis(1));
            }
            None
        });
        let begun = Instant::now();
        let finished = server.run(server.http().first_byte_timeout(LIMIT), 1);
        // After a pause of the machine, that time was over first.
        if begun.elapsed() < STRAY_TIME || attempt == MAX_ATTEMPTS {
            assert_eq!(finished.results(), ["first_byte_timeout"]);
            break;
        }
    }
}
