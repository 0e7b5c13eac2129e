//! Refused and reset streams, and connections that end.

use super::frames::{self, END_HEADERS, HEADERS, OK, SETTINGS, WINDOW_UPDATE};
use super::{count, http2, run_closed_loop};
use crate::scripted_server::ScriptedServer;
use crate::{only_failure, run, unused_url};

const NO_ERROR: u32 = 0;
const REFUSED_STREAM: u32 = 7;
const MAX_CONCURRENT_STREAMS: u16 = 3;

#[test]
fn refused_hits_are_sent_again_and_counted() {
    // Refuses every other stream.
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
    assert_eq!(report.hits.ok, 20, "{:?}", report.failures);
    assert_eq!(count(&report, "streams_refused"), 20);
}

#[test]
fn refused_hits_move_to_another_connection_if_there_is_one() {
    let server = frames::serve(&[], |frames| {
        if frames.number > 0 {
            return frames.ok_to_all();
        }
        while let Some(stream) = frames.request() {
            frames.reset(stream, REFUSED_STREAM);
        }
    });
    let http = http2(&server).connections(2).build();
    let report = run_closed_loop(http.expect("valid options"), 2, 20);
    assert_eq!(report.hits.ok, 20, "{:?}", report.failures);
    assert!(count(&report, "streams_refused") > 0);
    assert_eq!(server.connections(), 2);
}

#[test]
fn refusing_every_stream_is_a_failure_after_some_tries() {
    let server = frames::serve(&[], |frames| {
        while let Some(stream) = frames.request() {
            frames.reset(stream, REFUSED_STREAM);
        }
    });
    let report = run(http2(&server).build().expect("valid options"), 3);
    assert_eq!(only_failure(&report), ("stream_refused", 3));
    assert_eq!(count(&report, "streams_refused"), 3 * 6);
    assert!(report.advice.contains_key("stream_refused"));
}

#[test]
fn each_reset_code_has_its_own_failure() {
    let codes = [
        (0, "stream_reset_no_error"),
        (1, "stream_reset_protocol_error"),
        (2, "stream_reset_internal_error"),
        (8, "stream_reset_cancel"),
        (11, "stream_reset_enhance_your_calm"),
        (13, "stream_reset_http_1_1_required"),
        (99, "stream_reset_unknown"),
    ];
    let server = frames::serve(&[], move |frames| {
        for (code, _) in codes {
            let Some(stream) = frames.request() else {
                return;
            };
            frames.reset(stream, code);
        }
        frames.ok_to_all();
    });
    let report = run(http2(&server).build().expect("valid options"), 9);
    assert_eq!((report.hits.ok, report.hits.failed), (2, 7));
    for (_, name) in codes {
        assert_eq!(report.failures[name], 1, "{name}");
        assert!(report.advice.contains_key(name), "{name}");
    }
    assert_eq!(
        server.connections(),
        1,
        "a reset ends a stream, not a connection"
    );
}

#[test]
fn streams_above_the_last_of_a_goaway_move_and_those_below_complete() {
    // The first two of four requests are answered after the GOAWAY.
    let server = frames::serve(&[], |frames| {
        if frames.number > 0 {
            return frames.ok_to_all();
        }
        let streams: Vec<_> = (0..4).map_while(|_| frames.request()).collect();
        assert_eq!(streams, [1, 3, 5, 7]);
        frames.goaway(3, NO_ERROR);
        frames.ok(1);
        frames.ok(3);
        frames.wait_for_the_end();
    });
    let report = run_closed_loop(http2(&server).build().expect("valid options"), 4, 40);
    assert_eq!(report.hits.ok, 40, "{:?}", report.failures);
    assert_eq!(
        (count(&report, "goaways"), count(&report, "streams_refused")),
        (1, 2)
    );
    assert_eq!(server.connections(), 2);
}

#[test]
fn a_goaway_in_two_steps_loses_no_hit() {
    let server = frames::serve(&[], |frames| {
        for _ in 0..5 {
            let Some(stream) = frames.request() else {
                return;
            };
            frames.ok(stream);
        }
        let Some(stream) = frames.request() else {
            return;
        };
        frames.goaway(0x7fff_ffff, NO_ERROR);
        frames.ok(stream);
        frames.goaway(stream, NO_ERROR);
        frames.wait_for_the_end();
    });
    let report = run_closed_loop(http2(&server).build().expect("valid options"), 1, 30);
    assert_eq!(report.hits.ok, 30, "{:?}", report.failures);
    assert_eq!(count(&report, "goaways"), 5);
    assert_eq!(server.connections(), 5);
}

#[test]
fn hits_in_flight_fail_with_the_code_of_the_goaway() {
    let server = frames::serve(&[], |frames| {
        let Some(stream) = frames.request() else {
            return;
        };
        frames.goaway(stream, 11);
    });
    let report = run(http2(&server).build().expect("valid options"), 3);
    assert_eq!(only_failure(&report), ("goaway_enhance_your_calm", 3));
}

/// An orderly end without an answer was reported as a crash of the target.
#[test]
fn an_orderly_goaway_without_an_answer_has_its_own_name() {
    let server = frames::serve(&[], |frames| {
        let Some(stream) = frames.request() else {
            return;
        };
        frames.goaway(stream, NO_ERROR);
    });
    let report = run(http2(&server).build().expect("valid options"), 3);
    assert_eq!(only_failure(&report), ("goaway_no_error", 3));
    assert!(report.advice["goaway_no_error"].contains("gracefully"));
}

#[test]
fn a_broken_connection_fails_only_the_hits_in_flight() {
    let server = frames::serve(&[], |frames| {
        if frames.number > 0 {
            return frames.ok_to_all();
        }
        for _ in 0..3 {
            frames.request();
        }
    });
    let report = run_closed_loop(http2(&server).build().expect("valid options"), 3, 50);
    assert_eq!((report.hits.ok, report.hits.failed), (47, 3));
    assert_eq!(
        server.connections(),
        2,
        "one slot opens a connection, and the others wait for it"
    );
    assert_eq!(count(&report, "connections_closed_by_target"), 1);
}

#[test]
fn a_target_that_is_down_fails_hits_at_the_scheduled_rate() {
    let http =
        hammer_http::Http::builder(&unused_url()).http_version(hammer_http::HttpVersion::Http2);
    let report = run(http.build().expect("valid options"), 10);
    assert_eq!(only_failure(&report), ("connect_refused", 10));
}

#[test]
fn a_connection_closed_between_hits_is_replaced() {
    let server = frames::serve(&[], |frames| {
        for _ in 0..2 {
            let Some(stream) = frames.request() else {
                return;
            };
            frames.ok(stream);
        }
    });
    let report = run(http2(&server).build().expect("valid options"), 10);
    assert_eq!(report.hits.ok, 10, "{:?}", report.failures);
    assert_eq!(server.connections(), 5);
}

#[test]
fn an_http1_target_is_reported_as_such() {
    let server =
        ScriptedServer::answering_once(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let report = run(http2(&server).build().expect("valid options"), 3);
    assert_eq!(only_failure(&report), ("h2_not_spoken", 3));
    assert!(report.advice["h2_not_spoken"].contains("`http_version(Http1)`"));
}

#[test]
fn hits_wait_for_a_single_stream() {
    let server = frames::serve(&[(MAX_CONCURRENT_STREAMS, 1)], |frames| {
        let mut last = 0;
        while let Some(stream) = frames.request() {
            // The next request must follow the response to the last one, or a real server would refuse it.
            assert_eq!(stream, last + if last == 0 { 1 } else { 2 });
            last = stream;
            frames.ok(stream);
        }
    });
    let http = http2(&server).connections(1).build();
    let report = run_closed_loop(http.expect("valid options"), 8, 100);
    assert_eq!(report.hits.ok, 100, "{:?}", report.failures);
    assert_eq!(server.connections(), 1);
    assert!(report.phases_us["stream_wait"].count > 50);
}

#[test]
fn without_a_limit_another_connection_is_opened_when_streams_run_out() {
    let server = frames::serve(&[(MAX_CONCURRENT_STREAMS, 2)], |frames| {
        // Responds once both streams are in use.
        if let (Some(first), Some(second)) = (frames.request(), frames.request()) {
            frames.ok(first);
            frames.ok(second);
        }
        frames.ok_to_all();
    });
    let report = run_closed_loop(http2(&server).build().expect("valid options"), 6, 600);
    assert_eq!(report.hits.ok, 600, "{:?}", report.failures);
    assert_eq!(server.connections(), 3);
    assert!(!report.phases_us.contains_key("stream_wait"));
}

#[test]
fn bodies_respect_the_windows_of_the_peer() {
    const INITIAL_WINDOW_SIZE: u16 = 4;
    let body = vec![7; 100_000];
    let sent = body.clone();
    let server = frames::serve(&[(INITIAL_WINDOW_SIZE, 10_000)], move |frames| {
        while let Some(head) = frames.next_of(HEADERS) {
            let mut received = Vec::new();
            let mut window = 10_000;
            loop {
                let Some(data) = frames.next_of(frames::DATA) else {
                    return;
                };
                received.extend_from_slice(&data.payload);
                window -= data.payload.len() as i64;
                assert!(window >= 0, "data beyond the window");
                if data.flags & frames::END_STREAM != 0 {
                    break;
                }
                if window == 0 {
                    window = 30_000;
                    frames.send(WINDOW_UPDATE, 0, 0, &30_000_u32.to_be_bytes());
                    frames.send(WINDOW_UPDATE, 0, head.stream, &30_000_u32.to_be_bytes());
                }
            }
            assert!(received == sent);
            frames.send(WINDOW_UPDATE, 0, 0, &100_000_u32.to_be_bytes());
            frames.ok(head.stream);
        }
    });
    let http = http2(&server).method("POST").body(body).build();
    let report = run(http.expect("valid options"), 3);
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
}

#[test]
fn a_response_may_precede_the_end_of_the_request() {
    let server = frames::serve(&[], |frames| {
        while let Some(head) = frames.next_of(HEADERS) {
            frames.ok(head.stream);
            // The client resets the stream instead of sending the rest.
            frames.next_of(frames::RST_STREAM);
        }
    });
    let http = http2(&server).method("POST").body(vec![7; 100_000]).build();
    let report = run(http.expect("valid options"), 2);
    assert_eq!(report.hits.ok, 2, "{:?}", report.failures);
}

#[test]
fn settings_changed_during_a_run_are_respected() {
    const HEADER_TABLE_SIZE: [u8; 6] = [0, 1, 0, 0, 0, 0];
    let server = frames::serve(&[], |frames| {
        let Some(first) = frames.next_of(HEADERS) else {
            return;
        };
        frames.ok(first.stream);
        let Some(second) = frames.next_of(HEADERS) else {
            return;
        };
        assert!(
            second.payload.len() < first.payload.len(),
            "the table is used"
        );
        frames.send(SETTINGS, 0, 0, &HEADER_TABLE_SIZE);
        frames.ok(second.stream);
        let Some(mut third) = frames.next_of(HEADERS) else {
            return;
        };
        while third.payload[0] & 0xe0 != 0x20 {
            // This request was sent before the new settings arrived.
            frames.ok(third.stream);
            let Some(next) = frames.next_of(HEADERS) else {
                return;
            };
            third = next;
        }
        assert_eq!(third.payload[0], 0x20, "a table size of 0");
        assert!(
            third.payload.len() > second.payload.len(),
            "the table is not used"
        );
        assert_eq!(third.flags & END_HEADERS, END_HEADERS);
        frames.send(HEADERS, END_HEADERS, third.stream, &[OK]);
        frames.send(frames::DATA, frames::END_STREAM, third.stream, b"seen");
        frames.ok_to_all();
    });
    let report = run_closed_loop(http2(&server).build().expect("valid options"), 1, 10);
    assert_eq!(report.hits.ok, 10, "{:?}", report.failures);
}
