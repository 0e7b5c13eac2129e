//! Streams that are refused or reset, and connections that end.

use super::frames::{self, END_HEADERS, HEADERS, OK, SETTINGS, WINDOW_UPDATE};
use super::{count, http2, run_closed_loop};
use crate::scripted_server::ScriptedServer;
use crate::{only_failure, run};

const NO_ERROR: u32 = 0;
const REFUSED_STREAM: u32 = 7;

#[test]
fn a_refused_stream_moves_on_and_is_counted() {
    // The first of every two is refused.
    let server = frames::serve(&[], |frames| {
        while let Some(stream) = frames.request() {
            frames.reset(stream, REFUSED_STREAM);
            let Some(again) = frames.request() else {
                return;
            };
            frames.ok(again);
        }
    });
    let report = run_closed_loop(http2(&server).build().expect("is well formed"), 1, 20);
    assert_eq!(report.hits.ok, 20, "{:?}", report.failures);
    assert_eq!(count(&report, "streams_refused"), 20);
}

#[test]
fn a_refused_stream_moves_to_another_connection_if_there_is_one() {
    let server = frames::serve(&[], |frames| {
        if frames.number > 0 {
            return frames.ok_to_all();
        }
        while let Some(stream) = frames.request() {
            frames.reset(stream, REFUSED_STREAM);
        }
    });
    let http = http2(&server).connections(2).build();
    let report = run_closed_loop(http.expect("is well formed"), 2, 20);
    assert_eq!(report.hits.ok, 20, "{:?}", report.failures);
    assert!(count(&report, "streams_refused") > 0);
    assert_eq!(server.connections(), 2);
}

#[test]
fn a_target_that_refuses_everything_is_a_failure_after_some_tries() {
    let server = frames::serve(&[], |frames| {
        while let Some(stream) = frames.request() {
            frames.reset(stream, REFUSED_STREAM);
        }
    });
    let report = run(http2(&server).build().expect("is well formed"), 3);
    assert_eq!(only_failure(&report), ("stream_refused", 3));
    assert_eq!(count(&report, "streams_refused"), 3 * 6);
    assert!(report.advice.contains_key("stream_refused"));
}

#[test]
fn each_code_of_a_reset_is_a_failure_of_its_own() {
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
    let report = run(http2(&server).build().expect("is well formed"), 9);
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
fn streams_above_the_last_of_a_goodbye_move_on_and_those_below_are_answered() {
    // Of four requests the first two are answered, behind the goodbye.
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
    let report = run_closed_loop(http2(&server).build().expect("is well formed"), 4, 40);
    assert_eq!(report.hits.ok, 40, "{:?}", report.failures);
    assert_eq!(
        (count(&report, "goaways"), count(&report, "streams_refused")),
        (1, 2)
    );
    assert_eq!(server.connections(), 2);
}

#[test]
fn a_goodbye_in_two_steps_loses_nothing() {
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
    let report = run_closed_loop(http2(&server).build().expect("is well formed"), 1, 30);
    assert_eq!(report.hits.ok, 30, "{:?}", report.failures);
    assert_eq!(count(&report, "goaways"), 5);
    assert_eq!(server.connections(), 5);
}

#[test]
fn a_goodbye_with_an_error_names_it_for_the_hits_under_way() {
    let server = frames::serve(&[], |frames| {
        let Some(stream) = frames.request() else {
            return;
        };
        frames.goaway(stream, 11);
    });
    let report = run(http2(&server).build().expect("is well formed"), 3);
    assert_eq!(only_failure(&report), ("goaway_enhance_your_calm", 3));
}

#[test]
fn a_connection_that_breaks_fails_the_hits_under_way_and_no_others() {
    let server = frames::serve(&[], |frames| {
        if frames.number > 0 {
            return frames.ok_to_all();
        }
        for _ in 0..3 {
            frames.request();
        }
    });
    let report = run_closed_loop(http2(&server).build().expect("is well formed"), 3, 50);
    assert_eq!((report.hits.ok, report.hits.failed), (47, 3));
    assert_eq!(
        server.connections(),
        2,
        "one slot opens, the others wait for it"
    );
    assert_eq!(count(&report, "connections_closed_by_target"), 1);
}

#[test]
fn a_target_that_is_down_fails_at_the_rate_of_the_schedule() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    drop(listener);
    let http = hammer_http::Http::builder(&url).http_version(hammer_http::HttpVersion::Http2);
    let report = run(http.build().expect("is well formed"), 10);
    assert_eq!(only_failure(&report), ("connect_refused", 10));
}

#[test]
fn a_connection_closed_between_hits_is_opened_anew() {
    let server = frames::serve(&[], |frames| {
        for _ in 0..2 {
            let Some(stream) = frames.request() else {
                return;
            };
            frames.ok(stream);
        }
    });
    let report = run(http2(&server).build().expect("is well formed"), 10);
    assert_eq!(report.hits.ok, 10, "{:?}", report.failures);
    assert_eq!(server.connections(), 5);
}

#[test]
fn a_target_of_http1_is_named_as_such() {
    let server =
        ScriptedServer::answering_once(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let report = run(http2(&server).build().expect("is well formed"), 3);
    assert_eq!(only_failure(&report), ("h2_not_spoken", 3));
    assert!(report.advice["h2_not_spoken"].contains("--http 1.1"));
}

#[test]
fn one_stream_at_a_time_is_waited_for() {
    const MAX_CONCURRENT_STREAMS: u16 = 3;
    let server = frames::serve(&[(MAX_CONCURRENT_STREAMS, 1)], |frames| {
        let mut last = 0;
        while let Some(stream) = frames.request() {
            // The answer to one comes before the next one: more would be refused by a real server.
            assert_eq!(stream, last + if last == 0 { 1 } else { 2 });
            last = stream;
            frames.ok(stream);
        }
    });
    let http = http2(&server).connections(1).build();
    let report = run_closed_loop(http.expect("is well formed"), 8, 100);
    assert_eq!(report.hits.ok, 100, "{:?}", report.failures);
    assert_eq!(server.connections(), 1);
    assert!(report.phases_us["stream_wait"].count > 50);
}

#[test]
fn without_a_number_another_connection_is_opened_when_streams_run_out() {
    const MAX_CONCURRENT_STREAMS: u16 = 3;
    let server = frames::serve(&[(MAX_CONCURRENT_STREAMS, 2)], |frames| {
        // The first answer comes when both streams are in use.
        if let (Some(first), Some(second)) = (frames.request(), frames.request()) {
            frames.ok(first);
            frames.ok(second);
        }
        frames.ok_to_all();
    });
    let report = run_closed_loop(http2(&server).build().expect("is well formed"), 6, 600);
    assert_eq!(report.hits.ok, 600, "{:?}", report.failures);
    assert_eq!(server.connections(), 3);
    assert!(!report.phases_us.contains_key("stream_wait"));
}

#[test]
fn a_body_is_sent_as_far_as_windows_allow() {
    const INITIAL_WINDOW_SIZE: u16 = 4;
    let body = vec![7; 100_000];
    let sent = body.clone();
    let server = frames::serve(&[(INITIAL_WINDOW_SIZE, 10_000)], move |frames| {
        while let Some(head) = frames.next_of(HEADERS) {
            let mut got = Vec::new();
            let mut window = 10_000;
            loop {
                let Some(data) = frames.next_of(frames::DATA) else {
                    return;
                };
                got.extend_from_slice(&data.payload);
                window -= data.payload.len() as i64;
                assert!(window >= 0, "more than was allowed");
                if data.flags & frames::END_STREAM != 0 {
                    break;
                }
                if window == 0 {
                    window = 30_000;
                    frames.send(WINDOW_UPDATE, 0, 0, &30_000_u32.to_be_bytes());
                    frames.send(WINDOW_UPDATE, 0, head.stream, &30_000_u32.to_be_bytes());
                }
            }
            assert!(got == sent);
            frames.send(WINDOW_UPDATE, 0, 0, &100_000_u32.to_be_bytes());
            frames.ok(head.stream);
        }
    });
    let http = http2(&server).method("POST").body(body).build();
    let report = run(http.expect("is well formed"), 3);
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
}

#[test]
fn an_answer_may_come_before_all_of_the_request() {
    let server = frames::serve(&[], |frames| {
        while let Some(head) = frames.next_of(HEADERS) {
            frames.ok(head.stream);
            // The rest is called off; there is no window for it anyway.
            frames.next_of(frames::RST_STREAM);
        }
    });
    let http = http2(&server).method("POST").body(vec![7; 100_000]).build();
    let report = run(http.expect("is well formed"), 2);
    assert_eq!(report.hits.ok, 2, "{:?}", report.failures);
}

#[test]
fn settings_in_mid_run_are_kept_to() {
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
            // Sent before it knew.
            frames.ok(third.stream);
            let Some(next) = frames.next_of(HEADERS) else {
                return;
            };
            third = next;
        }
        assert_eq!(third.payload[0], 0x20, "a table of no bytes");
        assert!(
            third.payload.len() > second.payload.len(),
            "the table is not used"
        );
        assert_eq!(third.flags & END_HEADERS, END_HEADERS);
        frames.send(HEADERS, END_HEADERS, third.stream, &[OK]);
        frames.send(frames::DATA, frames::END_STREAM, third.stream, b"seen");
        frames.ok_to_all();
    });
    let report = run_closed_loop(http2(&server).build().expect("is well formed"), 1, 10);
    assert_eq!(report.hits.ok, 10, "{:?}", report.failures);
}
