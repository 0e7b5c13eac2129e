//! Hostile HTTP/2 peers: each causes a named failure, and the run continues.

use std::io::Write;
use std::time::Duration;

use hammer_core::{Run, Schedule};

use super::frames::{
    self, CONTINUATION, DATA, END_HEADERS, END_STREAM, FrameConnection, HEADERS, OK, PING, SETTINGS,
};
use super::{http2, run_closed_loop};
use crate::scripted_server::ScriptedServer;
use crate::{assert_responsive, only_failure, run};

/// A server that runs a closure for the first request of each connection.
fn hostile(
    answer: impl Fn(&mut FrameConnection<'_>, u32) + Send + Sync + 'static,
) -> ScriptedServer {
    frames::serve(&[], move |frames| {
        if let Some(stream) = frames.request() {
            answer(frames, stream);
            frames.wait_for_the_end();
        }
    })
}

fn assert_fails_with(name: &str, server: &ScriptedServer) {
    let report = run(http2(server).build().expect("valid options"), 3);
    assert_eq!(only_failure(&report), (name, 3));
    assert!(report.advice.contains_key(name), "{name}");
}

#[test]
fn floods_end_the_connection() {
    assert_fails_with(
        "h2_flood",
        &hostile(|frames, _| while frames.send(PING, 0, 0, &[0; 8]) {}),
    );
    assert_fails_with(
        "h2_flood",
        &hostile(|frames, _| while frames.send(SETTINGS, 0, 0, &[]) {}),
    );
    assert_fails_with(
        "h2_flood",
        &hostile(|frames, stream| {
            frames.send(HEADERS, END_HEADERS, stream, &[OK]);
            while frames.send(DATA, 0, stream, &[]) {}
        }),
    );
    assert_fails_with(
        "h2_flood",
        &hostile(|frames, _| while frames.send(0xee, 0, 0, &[0; 100]) {}),
    );
}

#[test]
fn replies_that_the_peer_does_not_read_are_limited() {
    // Occasional progress must not hide a flood.
    assert_fails_with(
        "h2_flood",
        &hostile(|frames, stream| {
            frames.send(HEADERS, END_HEADERS, stream, &[OK]);
            let pings = |frames: &mut FrameConnection<'_>| {
                (0..900).all(|_| frames.send(PING, 0, 0, &[0; 8]))
            };
            while pings(frames) && frames.send(DATA, 0, stream, b"x") {}
        }),
    );
}

#[test]
fn a_target_without_streams_gets_at_most_a_connection_per_slot() {
    const MAX_CONCURRENT_STREAMS: u16 = 3;
    let server = frames::serve(&[(MAX_CONCURRENT_STREAMS, 0)], |frames| {
        frames.wait_for_the_end();
    });
    let hammer = http2(&server).build().expect("valid options");
    let run = Run::new(hammer, Schedule::closed_loop().with_hit_count(40))
        .threads(1)
        .max_in_flight(4)
        .timeout(Duration::from_millis(50));
    let report = run.execute().expect("a finished run");
    assert_eq!(report.hits.timed_out, 40);
    assert!(server.connections() <= 4, "{}", server.connections());
}

#[test]
fn endless_header_blocks_are_too_large() {
    assert_fails_with(
        "answer_head_too_large",
        &hostile(|frames, stream| {
            frames.send(HEADERS, 0, stream, &[OK]);
            while frames.send(CONTINUATION, 0, stream, &[]) {}
        }),
    );
    assert_fails_with(
        "answer_head_too_large",
        &hostile(|frames, stream| {
            // A literal field without indexing and with a value of 126 bytes.
            let field = [&[0x00, 0x01, b'a', 0x7e][..], &[b'v'; 126]].concat();
            frames.send(HEADERS, 0, stream, &[OK]);
            while frames.send(CONTINUATION, 0, stream, &field.repeat(100)) {}
        }),
    );
}

#[test]
fn a_header_bomb_fails_its_hit_and_not_the_connection() {
    // A field of 4,000 bytes enters the table and is then referenced 10,000 times, one byte each.
    let server = frames::serve(&[], |frames| {
        let mut bomb = vec![OK, 0x40, 0x01, b'a', 0x7f, 0xa1, 0x1e];
        bomb.extend_from_slice(&[b'v'; 4000]);
        bomb.extend_from_slice(&[0xbe; 10_000]);
        while let Some(stream) = frames.request() {
            frames.send(HEADERS, END_HEADERS | END_STREAM, stream, &bomb);
            let Some(stream) = frames.request() else {
                return;
            };
            frames.ok(stream);
        }
    });
    let report = run_closed_loop(http2(&server).build().expect("valid options"), 1, 10);
    assert_eq!(
        (report.hits.ok, report.failures["answer_head_too_large"]),
        (5, 5)
    );
    assert_eq!(server.connections(), 1);
}

#[test]
fn protocol_errors_are_failures() {
    assert_fails_with(
        "h2_compression_error",
        &hostile(|frames, stream| {
            frames.send(
                HEADERS,
                END_HEADERS | END_STREAM,
                stream,
                &[0xff, 0xff, 0xff, 0xff],
            );
        }),
    );
    assert_fails_with(
        "h2_frame_size_error",
        &hostile(|frames, stream| {
            frames.send(DATA, 0, stream, &[0; 16_385]);
        }),
    );
    assert_fails_with(
        "h2_frame_size_error",
        &hostile(|frames, _| {
            frames.send(PING, 0, 0, &[0; 7]);
        }),
    );
    assert_fails_with(
        "h2_protocol_error",
        &hostile(|frames, _| {
            frames.send(HEADERS, END_HEADERS, 2, &[OK]);
        }),
    );
    assert_fails_with(
        "h2_protocol_error",
        &hostile(|frames, _| {
            frames.send(HEADERS, END_HEADERS, 99, &[OK]);
        }),
    );
    assert_fails_with(
        "h2_protocol_error",
        &hostile(|frames, stream| {
            // PUSH_PROMISE.
            frames.send(5, END_HEADERS, stream, &[0, 0, 0, 2, OK]);
        }),
    );
    assert_fails_with(
        "h2_protocol_error",
        &hostile(|frames, stream| {
            frames.send(HEADERS, 0, stream, &[OK]);
            frames.send(PING, 0, 0, &[0; 8]);
        }),
    );
    assert_fails_with(
        "h2_flow_control_error",
        &hostile(|frames, _| {
            frames.send(frames::WINDOW_UPDATE, 0, 0, &0x7fff_ffff_u32.to_be_bytes());
        }),
    );
}

#[test]
fn data_beyond_the_window_is_refused() {
    let server = hostile(|frames, stream| {
        frames.send(HEADERS, END_HEADERS, stream, &[OK]);
        frames.send(DATA, 0, stream, &[0; 1001]);
    });
    let http = http2(&server).stream_window(1_000).build();
    let report = run(http.expect("valid options"), 2);
    assert_eq!(only_failure(&report), ("h2_flow_control_error", 2));
}

#[test]
fn malformed_responses_fail_their_hit_and_not_the_connection() {
    let script: [(&[u8], &[u8]); 11] = [
        // No :status, a malformed one, one after another field, and an upper-case name.
        (&[0x58, 0x01, b'a'], b""),
        (b"\x08\x032x0", b""),
        (&[0x00, 0x01, b'a', 0x01, b'b', OK], b""),
        (&[OK, 0x00, 0x01, b'A', 0x01, b'b'], b""),
        // :path.
        (&[OK, 0x84], b""),
        // Content-Length: 3 with a longer, a shorter and no body.
        (b"\x88\x0f\x0d\x013", b"four"),
        (b"\x88\x0f\x0d\x013", b"tw"),
        (b"\x88\x0f\x0d\x013", b""),
        // Content-Length: x, two different ones, and one of 2^64.
        (b"\x88\x0f\x0d\x01x", b"x"),
        (b"\x88\x0f\x0d\x011\x0f\x0d\x012", b"x"),
        (b"\x88\x0f\x0d\x1418446744073709551616", b"x"),
    ];
    let count = script.len() as u64;
    let server = frames::serve(&[], move |frames| {
        for (head, body) in script {
            let Some(stream) = frames.request() else {
                return;
            };
            let end = if body.is_empty() { END_STREAM } else { 0 };
            frames.send(HEADERS, END_HEADERS | end, stream, head);
            if !body.is_empty() {
                frames.send(DATA, END_STREAM, stream, body);
            }
        }
        frames.ok_to_all();
    });
    let report = run(http2(&server).build().expect("valid options"), count + 2);
    assert_eq!(report.failures["malformed_answer"], 7);
    assert_eq!(report.failures["malformed_answer_header"], 1);
    assert_eq!(report.failures["malformed_length"], 3);
    assert_eq!(report.hits.ok, 2);
    assert_eq!(server.connections(), 1);
}

#[test]
fn an_endless_body_times_out() {
    let server = hostile(|frames, stream| {
        frames.send(HEADERS, END_HEADERS, stream, &[OK]);
        // Sends until the client closes the connection.
        while frames.send(DATA, 0, stream, &[0; 16_000]) {}
    });
    let schedule = Schedule::closed_loop().with_hit_count(2);
    let run = Run::new(http2(&server).build().expect("valid options"), schedule)
        .threads(1)
        .max_in_flight(1)
        .timeout(Duration::from_millis(300));
    let report = run.execute().expect("a finished run");
    assert_eq!((report.hits.timed_out, report.failures["timeout"]), (2, 2));
}

/// A read of tiny frames takes long, and a connection made eight of them before other tasks ran.
#[test]
fn an_endless_body_of_tiny_frames_times_out() {
    let server = hostile(|frames, stream| {
        frames.send(HEADERS, END_HEADERS, stream, &[OK]);
        let body = frames::frame(DATA, 0, stream, b"x").repeat(2000);
        while frames.send_raw(&body) {}
    });
    let schedule = Schedule::closed_loop().with_hit_count(2);
    let run = Run::new(http2(&server).build().expect("valid options"), schedule)
        .threads(1)
        .max_in_flight(1)
        .timeout(Duration::from_millis(300));
    let report = run.execute().expect("a finished run");
    assert_eq!((report.hits.timed_out, report.failures["timeout"]), (2, 2));
    assert_responsive(&report);
}

#[test]
fn garbage_is_not_http2() {
    let server = ScriptedServer::serve(|peer| {
        let _ = peer.stream.write_all(&[0x5a; 1000]);
    });
    assert_fails_with("h2_not_spoken", &server);
}
