//! Peers that break the rules, or try to be expensive: a failure with a name, and the run goes on.

use std::io::Write;
use std::time::Duration;

use hammer_core::{Run, Schedule};

use super::frames::{
    self, CONTINUATION, DATA, END_HEADERS, END_STREAM, FrameConnection, HEADERS, OK, PING, SETTINGS,
};
use super::{http2, run_closed_loop};
use crate::scripted_server::ScriptedServer;
use crate::{only_failure, run};

/// A server that answers the first request of each connection with what a closure does.
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

fn fails_as(name: &str, server: &ScriptedServer) {
    let report = run(http2(server).build().expect("is well formed"), 3);
    assert_eq!(only_failure(&report), (name, 3));
    assert!(report.advice.contains_key(name), "{name}");
}

#[test]
fn floods_are_ended() {
    fails_as(
        "h2_flood",
        &hostile(|frames, _| while frames.send(PING, 0, 0, &[0; 8]) {}),
    );
    fails_as(
        "h2_flood",
        &hostile(|frames, _| while frames.send(SETTINGS, 0, 0, &[]) {}),
    );
    fails_as(
        "h2_flood",
        &hostile(|frames, stream| {
            frames.send(HEADERS, END_HEADERS, stream, &[OK]);
            while frames.send(DATA, 0, stream, &[]) {}
        }),
    );
    // 103, over and over.
    fails_as(
        "h2_flood",
        &hostile(
            |frames, stream| {
                while frames.send(HEADERS, END_HEADERS, stream, b"\x08\x03103") {}
            },
        ),
    );
    fails_as(
        "h2_flood",
        &hostile(|frames, _| while frames.send(0xee, 0, 0, &[0; 100]) {}),
    );
}

#[test]
fn answers_that_are_not_read_are_not_kept_for_ever() {
    // What moves hits on now and then does not make the rest harmless.
    fails_as(
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
fn a_target_that_allows_no_stream_gets_no_more_connections_than_slots() {
    const MAX_CONCURRENT_STREAMS: u16 = 3;
    let server = frames::serve(&[(MAX_CONCURRENT_STREAMS, 0)], |frames| {
        frames.wait_for_the_end();
    });
    let hammer = http2(&server).build().expect("is well formed");
    let run = Run::new(hammer, Schedule::closed_loop().with_hit_count(40))
        .threads(1)
        .max_in_flight(4)
        .timeout(Duration::from_millis(50));
    let report = run.execute(|_| ()).expect("the run is well formed");
    assert_eq!(report.hits.timed_out, 40);
    assert!(server.connections() <= 4, "{}", server.connections());
}

#[test]
fn a_block_without_an_end_is_ended() {
    fails_as(
        "answer_head_too_large",
        &hostile(|frames, stream| {
            frames.send(HEADERS, 0, stream, &[OK]);
            while frames.send(CONTINUATION, 0, stream, &[]) {}
        }),
    );
    fails_as(
        "answer_head_too_large",
        &hostile(|frames, stream| {
            // A literal field, not indexed, whose value is to have 127 bytes.
            let field = [&[0x00, 0x01, b'a', 0x7e][..], &[b'v'; 126]].concat();
            frames.send(HEADERS, 0, stream, &[OK]);
            while frames.send(CONTINUATION, 0, stream, &field.repeat(100)) {}
        }),
    );
}

#[test]
fn a_header_bomb_costs_its_hit_and_not_the_connection() {
    // 4,000 bytes go into the table once, and are then named 10,000 times with a byte each.
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
    let report = run_closed_loop(http2(&server).build().expect("is well formed"), 1, 10);
    assert_eq!(
        (report.hits.ok, report.failures["answer_head_too_large"]),
        (5, 5)
    );
    assert_eq!(server.connections(), 1);
}

#[test]
fn broken_rules_are_named() {
    fails_as(
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
    fails_as(
        "h2_frame_size_error",
        &hostile(|frames, stream| {
            frames.send(DATA, 0, stream, &[0; 16_385]);
        }),
    );
    fails_as(
        "h2_frame_size_error",
        &hostile(|frames, _| {
            frames.send(PING, 0, 0, &[0; 7]);
        }),
    );
    fails_as(
        "h2_protocol_error",
        &hostile(|frames, _| {
            frames.send(HEADERS, END_HEADERS, 2, &[OK]);
        }),
    );
    fails_as(
        "h2_protocol_error",
        &hostile(|frames, _| {
            frames.send(HEADERS, END_HEADERS, 99, &[OK]);
        }),
    );
    fails_as(
        "h2_protocol_error",
        &hostile(|frames, stream| {
            // PUSH_PROMISE.
            frames.send(5, END_HEADERS, stream, &[0, 0, 0, 2, OK]);
        }),
    );
    fails_as(
        "h2_protocol_error",
        &hostile(|frames, stream| {
            frames.send(HEADERS, 0, stream, &[OK]);
            frames.send(PING, 0, 0, &[0; 8]);
        }),
    );
    fails_as(
        "h2_flow_control_error",
        &hostile(|frames, _| {
            frames.send(frames::WINDOW_UPDATE, 0, 0, &0x7fff_ffff_u32.to_be_bytes());
        }),
    );
}

#[test]
fn more_than_the_window_is_refused() {
    let server = hostile(|frames, stream| {
        frames.send(HEADERS, END_HEADERS, stream, &[OK]);
        frames.send(DATA, 0, stream, &[0; 1001]);
    });
    let http = http2(&server).stream_window(1_000).build();
    let report = run(http.expect("is well formed"), 2);
    assert_eq!(only_failure(&report), ("h2_flow_control_error", 2));
}

#[test]
fn malformed_answers_cost_their_hit_and_not_the_connection() {
    let script: [(&[u8], &[u8]); 9] = [
        // No :status; one that is no number; a status after another field; a capital.
        (&[0x58, 0x01, b'a'], b""),
        (b"\x08\x032x0", b""),
        (&[0x00, 0x01, b'a', 0x01, b'b', OK], b""),
        (&[OK, 0x00, 0x01, b'A', 0x01, b'b'], b""),
        // :path.
        (&[OK, 0x84], b""),
        // Content-Length: 3, and what follows is longer, shorter, and none.
        (b"\x88\x0f\x0d\x013", b"four"),
        (b"\x88\x0f\x0d\x013", b"tw"),
        (b"\x88\x0f\x0d\x013", b""),
        // Content-Length: x.
        (b"\x88\x0f\x0d\x01x", b"x"),
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
    let report = run(http2(&server).build().expect("is well formed"), count + 2);
    assert_eq!(report.failures["malformed_answer"], count);
    assert_eq!(report.hits.ok, 2);
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_body_that_never_ends_costs_its_time_and_no_memory() {
    let server = hostile(|frames, stream| {
        frames.send(HEADERS, END_HEADERS, stream, &[OK]);
        // Until nobody is there any more.
        while frames.send(DATA, 0, stream, &[0; 16_000]) {}
    });
    let schedule = hammer_core::Schedule::closed_loop().with_hit_count(2);
    let run = hammer_core::Run::new(http2(&server).build().expect("is well formed"), schedule)
        .threads(1)
        .max_in_flight(1)
        .timeout(std::time::Duration::from_millis(300));
    let report = run.execute(|_| ()).expect("the run is well formed");
    assert_eq!((report.hits.timed_out, report.failures["timeout"]), (2, 2));
}

#[test]
fn garbage_in_place_of_frames_is_no_http2() {
    let server = ScriptedServer::serve(|peer| {
        let _ = peer.stream.write_all(&[0x5a; 1000]);
    });
    fails_as("h2_not_spoken", &server);
}
