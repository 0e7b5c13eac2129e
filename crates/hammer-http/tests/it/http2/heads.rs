//! Heads of answers: their limits, interim answers and trailers.

use super::frames::{
    self, CONTINUATION, DATA, END_HEADERS, END_STREAM, FrameConnection, HEADERS, OK, RST_STREAM,
};
use super::{count, http2, run_closed_loop};
use crate::scripted_server::ScriptedServer;
use crate::{BuilderChange, only_failure, run};

const INTERIM: &[u8] = b"\x08\x03103";

/// A server that answers each request with the frames that `answer` sends.
fn answering(
    answer: impl Fn(&mut FrameConnection<'_>, u32) + Send + Sync + 'static,
) -> ScriptedServer {
    frames::serve(&[], move |frames| {
        while let Some(stream) = frames.request() {
            answer(frames, stream);
        }
    })
}

/// A head of this many fields, each of this many bytes.
fn head_of(count: usize, bytes: usize) -> Vec<u8> {
    // A literal without indexing, named `a`, of at least 127 bytes: the length is 127 and a rest of
    // seven bits in each byte.
    let rest = bytes - 5 - 127;
    let mut field = vec![
        0x00,
        0x01,
        b'a',
        0x7f,
        rest as u8 | 0x80,
        (rest >> 7) as u8 | 0x80,
    ];
    field.push((rest >> 14) as u8);
    field.extend(std::iter::repeat_n(b'v', bytes - 5));
    [&[OK], &field.repeat(count)[..]].concat()
}

/// Sends a block in frames of at most 16,384 bytes, and ends the stream.
fn send_block(frames: &mut FrameConnection<'_>, stream: u32, block: &[u8]) {
    let pieces: Vec<_> = block.chunks(16_384).collect();
    for (index, piece) in pieces.iter().enumerate() {
        let (kind, flags) = if index == 0 {
            (HEADERS, END_STREAM)
        } else {
            (CONTINUATION, 0)
        };
        let is_last = index + 1 == pieces.len();
        let end = if is_last { END_HEADERS } else { 0 };
        frames.send(kind, flags | end, stream, piece);
    }
}

/// The limit counted encoded bytes and 32 more for each field, and none of these heads had a chance.
#[test]
fn heads_have_the_limits_of_http1() {
    let keeping: BuilderChange = |http| http.expect_header("a".parse().expect("valid input"));
    let changes: [BuilderChange; 2] = [|http| http, keeping];
    for (fields, bytes, accepted) in [
        (1, 65_536, true),
        (1, 65_537, false),
        (256, 256, true),
        (257, 200, false),
    ] {
        for change in changes {
            let block = head_of(fields, bytes);
            let server = answering(move |frames, stream| send_block(frames, stream, &block));
            let http = change(http2(&server)).build();
            // Reused connections accept as much as fresh ones.
            let report = run(http.expect("valid options"), 4);
            if accepted {
                assert_eq!(report.hits.ok, 4, "{fields}: {:?}", report.failures);
            } else {
                assert_eq!(
                    only_failure(&report),
                    ("answer_head_too_large", 4),
                    "{fields}"
                );
                assert!(report.advice["answer_head_too_large"].contains("256 headers"));
            }
            assert_eq!(server.connections(), 1);
        }
    }
}

#[test]
fn a_hundred_interim_answers_are_accepted() {
    let server = answering(|frames, stream| {
        for _ in 0..100 {
            frames.send(HEADERS, END_HEADERS, stream, INTERIM);
        }
        frames.ok(stream);
    });
    let report = run(http2(&server).build().expect("valid options"), 15);
    assert_eq!(report.hits.ok, 15, "{:?}", report.failures);
}

#[test]
fn more_interim_answers_fail_their_hit_and_not_the_connection() {
    let server = answering(|frames, stream| {
        for _ in 0..101 {
            frames.send(HEADERS, END_HEADERS, stream, INTERIM);
        }
        if let Some(next) = frames.request() {
            frames.ok(next);
        }
    });
    let report = run_closed_loop(http2(&server).build().expect("valid options"), 1, 10);
    assert_eq!(report.hits.ok, 5);
    assert_eq!(report.failures["too_many_interim_answers"], 5);
    assert_eq!(server.connections(), 1);
}

#[test]
fn endless_interim_answers_end_the_connection() {
    let server = frames::serve(&[], |frames| {
        if let Some(stream) = frames.request() {
            while frames.send(HEADERS, END_HEADERS, stream, INTERIM) {}
        }
    });
    let report = run(http2(&server).build().expect("valid options"), 1);
    assert_eq!(only_failure(&report), ("too_many_interim_answers", 1));
}

#[test]
fn an_upgrade_that_the_hit_did_not_ask_for_is_a_failure() {
    let server = answering(|frames, stream| {
        frames.send(HEADERS, END_HEADERS, stream, b"\x08\x03101");
    });
    let report = run(http2(&server).build().expect("valid options"), 3);
    assert_eq!(only_failure(&report), ("unexpected_upgrade", 3));
    assert!(report.advice.contains_key("unexpected_upgrade"));
}

#[test]
fn trailers_end_an_answer() {
    let server = answering(|frames, stream| {
        frames.send(HEADERS, END_HEADERS, stream, &[OK]);
        frames.send(DATA, 0, stream, b"body");
        frames.send(HEADERS, frames::WHOLE, stream, b"\x00\x0bgrpc-status\x010");
    });
    let http = http2(&server).expect_body("body").build();
    let report = run(http.expect("valid options"), 5);
    assert_eq!(report.hits.ok, 5, "{:?}", report.failures);
    assert_eq!(count(&report, "body_bytes"), 5 * 4);
}

#[test]
fn a_reset_after_a_complete_answer_changes_nothing() {
    let server = answering(|frames, stream| {
        let answer = frames::frame(HEADERS, frames::WHOLE, stream, &[OK]);
        let reset = frames::frame(RST_STREAM, 0, stream, &2_u32.to_be_bytes());
        frames.send_raw(&[answer, reset].concat());
    });
    let report = run_closed_loop(http2(&server).build().expect("valid options"), 1, 3_000);
    assert_eq!(report.hits.ok, 3_000, "{:?}", report.failures);
    assert_eq!(server.connections(), 1);
}
