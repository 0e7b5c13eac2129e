//! Counts of connections: reused by hits, and closed by one side or the other.

use super::frames::{self, DATA, END_HEADERS, FrameConnection, HEADERS, OK, PING};
use super::{count, http2, run_closed_loop};
use crate::run;
use crate::scripted_server::ScriptedServer;

const REFUSED_STREAM: u32 = 7;

/// Each attempt of a hit was counted, so that more hits reused a connection than there were.
#[test]
fn a_hit_reuses_a_connection_once_although_it_is_sent_again() {
    let server = frames::serve(&[], |frames| {
        while let Some(stream) = frames.request() {
            frames.reset(stream, REFUSED_STREAM);
            let Some(again) = frames.request() else {
                return;
            };
            frames.ok(again);
        }
    });
    let report = run_closed_loop(http2(&server).build().expect("valid options"), 1, 20);
    assert_eq!(count(&report, "streams_refused"), 20);
    assert_eq!(count(&report, "connections_opened"), 1);
    assert_eq!(count(&report, "connections_reused"), 19);
}

/// Refused hits used up the hits that a connection may have.
#[test]
fn a_refused_hit_does_not_count_for_the_lifetime_of_a_connection() {
    let server = frames::serve(&[], |frames| {
        while let Some(stream) = frames.request() {
            frames.reset(stream, REFUSED_STREAM);
            let Some(again) = frames.request() else {
                return;
            };
            frames.ok(again);
        }
    });
    let http = http2(&server).connection_hits(5).build();
    let report = run_closed_loop(http.expect("valid options"), 1, 20);
    assert_eq!(report.hits.ok, 20, "{:?}", report.failures);
    // The fifth hit of a connection is its last one. It is refused, and moves to the next connection.
    assert_eq!(count(&report, "connections_retired"), 4);
    assert_eq!(server.connections(), 5);
}

/// Sends a first answer, and then something else to the second request of each connection.
fn second(act: impl Fn(&mut FrameConnection<'_>, u32) + Send + Sync + 'static) -> ScriptedServer {
    frames::serve(&[], move |frames| {
        let Some(stream) = frames.request() else {
            return;
        };
        frames.ok(stream);
        if let Some(stream) = frames.request() {
            act(frames, stream);
        }
    })
}

/// Connections that the client closed were counted as closed by the target.
#[test]
fn a_connection_is_counted_by_who_closed_it() {
    type Act = fn(&mut FrameConnection<'_>, u32);
    let table: [(&str, Act, u64, u64); 5] = [
        ("an end", |_, _| {}, 3, 0),
        (
            "GOAWAY and an end",
            |frames, stream| {
                frames.goaway(stream, 0);
            },
            3,
            0,
        ),
        (
            "a flood",
            |frames, _| while frames.send(PING, 0, 0, &[0; 8]) {},
            0,
            3,
        ),
        (
            "a violation",
            |frames, _| {
                frames.send(DATA, 0, 99, b"x");
                frames.wait_for_the_end();
            },
            0,
            3,
        ),
        (
            "GOAWAY after the answer",
            |frames, stream| {
                frames.ok(stream);
                frames.goaway(stream, 0);
                frames.wait_for_the_end();
            },
            3,
            0,
        ),
    ];
    for (name, act, closed, dropped) in table {
        let server = second(act);
        // The last connection is still open when the run ends.
        let report = run(http2(&server).build().expect("valid options"), 7);
        let counts = (
            count(&report, "connections_closed_by_target"),
            count(&report, "connections_dropped"),
        );
        assert_eq!(counts, (closed, dropped), "{name}: {:?}", report.counts);
        assert_eq!(server.connections(), 4, "{name}");
    }
}

#[test]
fn a_malformed_answer_costs_no_connection() {
    let server = second(|frames, stream| {
        frames.send(HEADERS, END_HEADERS, stream, &[OK, OK]);
        frames.ok_to_all();
    });
    let report = run(http2(&server).build().expect("valid options"), 6);
    assert_eq!(
        (report.hits.ok, report.failures["malformed_answer"]),
        (5, 1)
    );
    assert_eq!(count(&report, "connections_dropped"), 0);
    assert_eq!(server.connections(), 1);
}
