//! Counts of connections without keep-alive, of openings that were given up, and of many origins.

use std::time::Duration;

use hammer_core::{Report, Run, Schedule};
use hammer_http::HttpBuilder;

use super::frames::{self, END_HEADERS, FrameConnection, HEADERS, OK};
use super::{count, http2};
use crate::run;
use crate::scripted_server::ScriptedServer;

/// The counts of connections: opened, closed by the target, and dropped.
fn counts(report: &Report) -> [u64; 3] {
    ["opened", "closed_by_target", "dropped"]
        .map(|name| count(report, &format!("connections_{name}")))
}

/// Runs hits of at most 100 ms, one after the other.
fn run_with_timeout(http: HttpBuilder, hits: u64) -> Report {
    let http = http.build().expect("valid options");
    let run = Run::new(http, Schedule::closed_loop().with_hit_count(hits));
    let run = run.threads(1).max_in_flight(1);
    let run = run.timeout(Duration::from_millis(100));
    run.execute().expect("a finished run")
}

/// The end of each connection was not counted, whatever happened to its hit.
#[test]
fn without_keepalive_the_connection_of_a_failed_hit_is_counted() {
    type Act = fn(&mut FrameConnection<'_>, u32);
    const HITS: u64 = 3;
    let table: [(&str, Act, [u64; 3]); 7] = [
        (
            "an answer",
            |frames, stream| {
                frames.ok(stream);
                frames.wait_for_the_end();
            },
            [3, 0, 0],
        ),
        (
            "an answer, GOAWAY and an end in one",
            |frames, stream| {
                let answer = frames::frame(HEADERS, frames::WHOLE, stream, &[OK]);
                let goaway = frames::frame(frames::GOAWAY, 0, 0, &[0, 0, 0, 1, 0, 0, 0, 0]);
                frames.send_raw(&[answer, goaway].concat());
            },
            [3, 0, 0],
        ),
        (
            "RST_STREAM",
            |frames, stream| {
                frames.reset(stream, 2);
                frames.wait_for_the_end();
            },
            [3, 0, 3],
        ),
        (
            "a malformed answer",
            |frames, stream| {
                frames.send(HEADERS, END_HEADERS, stream, &[OK, OK]);
                frames.wait_for_the_end();
            },
            [3, 0, 3],
        ),
        ("an end", |_, _| {}, [3, 3, 0]),
        (
            "GOAWAY and an end",
            |frames, stream| {
                frames.goaway(stream, 0);
            },
            [3, 3, 0],
        ),
        (
            // Each hit is sent again five times.
            "GOAWAY before the hit",
            |frames, _| {
                frames.goaway(0, 0);
                frames.wait_for_the_end();
            },
            [18, 18, 0],
        ),
    ];
    for (what, act, expected) in table {
        let server = frames::serve(&[], move |frames| {
            if let Some(stream) = frames.request() {
                act(frames, stream);
            }
        });
        let http = http2(&server).keepalive(false).build();
        let report = run(http.expect("valid options"), HITS);
        assert_eq!(counts(&report), expected, "{what}: {:?}", report.failures);
    }
}

#[test]
fn without_keepalive_the_connection_of_a_hit_that_timed_out_is_dropped() {
    let server = frames::serve(&[], |frames| frames.wait_for_the_end());
    let report = run_with_timeout(http2(&server).keepalive(false), 2);
    let [opened, closed, dropped] = counts(&report);
    assert_eq!((closed, dropped), (0, opened));
}

/// Such connections were opened and never ended.
#[test]
fn a_connection_whose_opening_timed_out_is_dropped() {
    for keepalive in [true, false] {
        let server = frames::serve_unless(|_| true, &[], |_| {});
        let report = run_with_timeout(http2(&server).keepalive(keepalive), 2);
        let [opened, closed, dropped] = counts(&report);
        assert!(opened >= 2, "{opened}");
        assert_eq!((closed, dropped), (0, opened));
    }
}

#[test]
fn a_connection_that_did_not_open_before_the_first_hit_is_dropped() {
    let server = frames::serve_unless(|number| number > 0, &[], |frames| frames.ok_to_all());
    let http = http2(&server).connections(2).build();
    let report = run(http.expect("valid options"), 3);
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
    assert_eq!(counts(&report), [2, 0, 1]);
}

/// A server that redirects each request to `location`, or answers it with 200.
fn redirecting(location: Option<String>) -> ScriptedServer {
    frames::serve(&[], move |frames| {
        while let Some(stream) = frames.request() {
            let Some(location) = &location else {
                frames.ok(stream);
                continue;
            };
            // :status and location, with the names at 8 and 46 of the static table.
            let mut block = b"\x08\x03302\x0f\x1f".to_vec();
            block.push(location.len() as u8);
            block.extend_from_slice(location.as_bytes());
            frames.send(HEADERS, frames::WHOLE, stream, &block);
        }
    })
}

/// A worker keeps the connections to 64 origins, and a slot those to 16 further ones.
#[test]
fn connections_to_too_many_origins_are_dropped() {
    const ORIGINS: usize = 90;
    let mut servers = vec![redirecting(None)];
    while servers.len() < ORIGINS {
        let next = servers.last().map(ScriptedServer::url);
        servers.push(redirecting(next));
    }
    let first = servers.last().expect("a server");
    let http = http2(first).follow_redirects(ORIGINS as u32).build();
    let report = run(http.expect("valid options"), 1);
    assert_eq!(report.hits.ok, 1, "{:?}", report.failures);
    let dropped = ORIGINS - 64 - 16;
    assert_eq!(counts(&report), [ORIGINS as u64, 0, dropped as u64]);
}
