//! Hits that wait for a stream, and the limit that is to blame.

use std::thread;
use std::time::Duration;

use hammer_core::{Rate, Report, Run, Schedule, VerdictStatus};

use super::frames::{self, MAX_CONCURRENT_STREAMS, SETTINGS};
use super::{http2, run_closed_loop};
use crate::scripted_server::ScriptedServer;

/// A server with one stream per connection, on which it answers after 20 ms.
fn slow_server() -> ScriptedServer {
    frames::serve(&[(MAX_CONCURRENT_STREAMS, 1)], |frames| {
        while let Some(stream) = frames.request() {
            thread::sleep(Duration::from_millis(20));
            frames.ok(stream);
        }
    })
}

/// Sends 40 hits, one every 5 ms.
fn run_at_200_per_second(server: &ScriptedServer, connections: Option<usize>) -> Report {
    let mut http = http2(server);
    if let Some(connections) = connections {
        http = http.connections(connections);
    }
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(40);
    let run = Run::new(http.build().expect("valid options"), schedule).threads(1);
    run.execute().expect("a finished run")
}

/// With one connection, most of the response was time spent waiting for it, and the verdict was valid.
#[test]
fn hits_that_wait_because_of_the_number_of_connections_make_a_run_suspect() {
    let report = run_at_200_per_second(&slow_server(), Some(1));
    assert_eq!(report.hits.ok, 40, "{:?}", report.failures);
    let waited = report.generator.waited_for["connections"];
    assert!((20..40).contains(&waited), "{waited} of 40 waited");
    assert_ne!(report.verdict.status, VerdictStatus::Valid);
    let reasons = report.verdict.reasons.join(" ");
    assert!(reasons.contains("`connections`"), "{reasons}");
    assert_eq!(report.phases_us["stream_wait"].count, waited);
}

#[test]
fn without_a_number_of_connections_no_hit_waits_for_it() {
    let report = run_at_200_per_second(&slow_server(), None);
    assert_eq!(report.hits.ok, 40, "{:?}", report.failures);
    assert!(report.generator.waited_for.is_empty());
}

#[test]
fn a_wait_is_noted_once_although_the_hit_is_sent_again() {
    // Refuses every third request, whose hit then waits for a stream a second time.
    let server = frames::serve(&[(MAX_CONCURRENT_STREAMS, 1)], |frames| {
        let mut requests = 0;
        while let Some(stream) = frames.request() {
            if requests % 3 == 0 {
                frames.reset(stream, 7);
            } else {
                frames.ok(stream);
            }
            requests += 1;
        }
    });
    let http = http2(&server).connections(1).build();
    let report = run_closed_loop(http.expect("valid options"), 2, 20);
    assert_eq!(report.hits.ok, 20, "{:?}", report.failures);
    let waited = report.generator.waited_for["connections"];
    assert!((1..=20).contains(&waited), "{waited} of 20 waited");
    assert!(report.phases_us["stream_wait"].count > waited);
}

/// The wait for a stream counted as time that the target took to answer.
#[test]
fn the_first_byte_timeout_begins_once_a_stream_is_free() {
    let http = http2(&slow_server())
        .connections(1)
        .first_byte_timeout(Duration::from_millis(400));
    // The last hit waits for 39 others, for 780 ms.
    let report = run_closed_loop(http.build().expect("valid options"), 40, 40);
    assert_eq!(report.hits.ok, 40, "{:?}", report.failures);
}

fn max_streams(frames: &mut frames::FrameConnection<'_>, number: u8) {
    let setting = [0, MAX_CONCURRENT_STREAMS as u8, 0, 0, 0, number];
    frames.send(SETTINGS, 0, 0, &setting);
}

#[test]
fn hits_wait_for_a_target_that_allows_streams_later() {
    let server = frames::serve(&[(MAX_CONCURRENT_STREAMS, 0)], |frames| {
        // The client acknowledges the first settings, and waits.
        while let Some(frame) = frames.next() {
            if frame.kind == SETTINGS && frame.flags != 0 {
                break;
            }
        }
        max_streams(frames, 2);
        frames.ok_to_all();
    });
    let http = http2(&server).connections(1).build();
    let report = run_closed_loop(http.expect("valid options"), 4, 40);
    assert_eq!(report.hits.ok, 40, "{:?}", report.failures);
    assert_eq!(server.connections(), 1);
}

/// Streams that were granted before the limit fell were used after it.
#[test]
fn a_lower_limit_on_streams_is_respected() {
    let server = frames::serve(&[(MAX_CONCURRENT_STREAMS, 4)], |frames| {
        let first: Vec<_> = (0..4).map_while(|_| frames.request()).collect();
        // In one write, so that the client learns of the free streams and the limit at once.
        let mut bytes = vec![];
        for stream in first {
            bytes.extend(frames::frame(1, frames::WHOLE, stream, &[frames::OK]));
        }
        let setting = [0, MAX_CONCURRENT_STREAMS as u8, 0, 0, 0, 1];
        bytes.extend(frames::frame(SETTINGS, 0, 0, &setting));
        frames.send_raw(&bytes);
        while let Some(stream) = frames.request() {
            // Another request before the answer would be on the wire when this frame arrives.
            frames.send(6, 0, 0, &[0; 8]);
            loop {
                let Some(next) = frames.next() else {
                    return;
                };
                assert_ne!(next.kind, frames::HEADERS, "one stream at a time");
                if next.kind == frames::PING {
                    break;
                }
            }
            frames.ok(stream);
        }
    });
    let http = http2(&server).connections(1).build();
    let report = run_closed_loop(http.expect("valid options"), 8, 60);
    assert_eq!(report.hits.ok, 60, "{:?}", report.failures);
    assert_eq!(server.connections(), 1);
}
