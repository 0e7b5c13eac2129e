//! Uploads: credit late, in crumbs or none, and answers and GOAWAYs before their end.

use std::time::Duration;

use hammer_core::{Report, Run, Schedule};

use super::frames::{
    self, DATA, END_STREAM, FrameConnection, HEADERS, RST_STREAM, SETTINGS, WINDOW_UPDATE,
};
use super::{count, http2, run_closed_loop};
use crate::only_failure;
use crate::scripted_server::ScriptedServer;

const INITIAL_WINDOW_SIZE: u16 = 4;

/// Uploads bodies of this size.
fn upload(server: &ScriptedServer, body_bytes: usize, hits: u64) -> Report {
    let http = http2(server).method("POST").body(vec![7; body_bytes]);
    run_closed_loop(http.build().expect("valid options"), 1, hits)
}

fn credit(frames: &mut FrameConnection<'_>, stream: u32, bytes: u32) {
    frames.send(WINDOW_UPDATE, 0, stream, &bytes.to_be_bytes());
}

/// Reads a body to its end; calls `on_data` for each part, with its stream and size.
fn read_body(
    frames: &mut FrameConnection<'_>,
    mut on_data: impl FnMut(&mut FrameConnection<'_>, u32, u32),
) -> Option<usize> {
    let mut total = 0;
    loop {
        let data = frames.next_of(DATA)?;
        total += data.payload.len();
        if data.flags & END_STREAM != 0 {
            return Some(total);
        }
        on_data(frames, data.stream, data.payload.len() as u32);
    }
}

/// Such uploads failed as floods, with the advice that the target is hostile.
#[test]
fn credit_in_crumbs_is_accepted() {
    const BODY_BYTES: usize = 2_000_000;
    let server = frames::serve(&[(INITIAL_WINDOW_SIZE, 1 << 30)], |frames| {
        credit(frames, 0, 1 << 30);
        while let Some(head) = frames.next_of(HEADERS) {
            let read = read_body(frames, |frames, stream, bytes| {
                let crumb = |stream| frames::frame(WINDOW_UPDATE, 0, stream, &64_u32.to_be_bytes());
                let crumbs = [crumb(0), crumb(stream)].concat();
                frames.send_raw(&crumbs.repeat(bytes as usize / 64));
            });
            assert_eq!(read, Some(BODY_BYTES));
            frames.ok(head.stream);
        }
    });
    let report = upload(&server, BODY_BYTES, 3);
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
    assert_eq!(server.connections(), 1);
}

#[test]
fn late_credit_continues_an_upload() {
    let server = frames::serve(&[(INITIAL_WINDOW_SIZE, 0)], |frames| {
        while let Some(head) = frames.next_of(HEADERS) {
            // The client has nothing to send until this setting.
            frames.send(SETTINGS, 0, 0, &[0, INITIAL_WINDOW_SIZE as u8, 0, 0, 0, 1]);
            let read = read_body(frames, |frames, stream, _| credit(frames, stream, 99));
            assert_eq!(read, Some(100));
            frames.send(SETTINGS, 0, 0, &[0, INITIAL_WINDOW_SIZE as u8, 0, 0, 0, 0]);
            frames.ok(head.stream);
        }
    });
    let report = upload(&server, 100, 5);
    assert_eq!(report.hits.ok, 5, "{:?}", report.failures);
}

#[test]
fn an_upload_without_credit_times_out_and_harms_no_other_hit() {
    let server = frames::serve(&[(INITIAL_WINDOW_SIZE, 0)], |frames| {
        frames.wait_for_the_end();
    });
    let http = http2(&server).method("POST").body(vec![7; 100]).build();
    let run = Run::new(
        http.expect("valid options"),
        Schedule::closed_loop().with_hit_count(3),
    );
    let run = run
        .threads(1)
        .max_in_flight(1)
        .timeout(Duration::from_millis(50));
    let report = run.execute().expect("a finished run");
    assert_eq!(report.hits.timed_out, 3, "{:?}", report.failures);
    assert_eq!(server.connections(), 1);
}

/// RFC 9113, section 8.1: the answer counts, whatever the target does with the rest of the request.
#[test]
fn an_answer_before_the_end_of_an_upload_counts() {
    type End = fn(&mut FrameConnection<'_>, u32);
    let ends: [(&str, End); 3] = [
        ("nothing", |_, _| {}),
        ("RST_STREAM", |frames, stream| {
            frames.reset(stream, 0);
        }),
        ("GOAWAY", |frames, stream| {
            frames.goaway(stream, 0);
        }),
    ];
    for (name, end) in ends {
        let server = frames::serve(&[], move |frames| {
            while let Some(head) = frames.next_of(HEADERS) {
                // :status: 413.
                let answer = b"\x08\x03413";
                frames.send(HEADERS, frames::WHOLE, head.stream, answer);
                end(frames, head.stream);
                if frames.next_of(RST_STREAM).is_none() {
                    return;
                }
            }
        });
        let report = upload(&server, 10_000_000, 4);
        assert_eq!(report.hits.rejected, 4, "{name}: {:?}", report.failures);
        assert_eq!(report.labels["413"], 4, "{name}");
        assert_eq!(count(&report, "upload_cut_short"), 4, "{name}");
        let reasons = report.verdict.reasons.join("\n");
        assert!(reasons.contains("4 uploads were answered"), "{reasons}");
    }
}

#[test]
fn an_upload_that_was_sent_is_not_cut_short() {
    let server = frames::serve(&[], |frames| {
        while let Some(head) = frames.next_of(HEADERS) {
            read_body(frames, |_, _, _| {});
            frames.ok(head.stream);
        }
    });
    let report = upload(&server, 20_000, 2);
    assert_eq!(report.hits.ok, 2, "{:?}", report.failures);
    assert_eq!(count(&report, "upload_cut_short"), 0);
}

/// The answer was lost if the target closed the connection while the client was writing.
#[test]
fn an_answer_before_a_reset_of_the_connection_counts() {
    const CREDIT: &[(u16, u32)] = &[(INITIAL_WINDOW_SIZE, 1 << 30)];
    for settings in [&[], CREDIT] {
        let server = frames::serve(settings, |frames| {
            credit(frames, 0, 1 << 30);
            if let Some(head) = frames.next_of(HEADERS) {
                frames.send(HEADERS, frames::WHOLE, head.stream, b"\x08\x03413");
                // The unread body makes the system reset the connection.
            }
        });
        // A kept connection may take the next hit before its reset.
        let http = http2(&server).method("POST").body(vec![7; 10_000_000]);
        let http = http.keepalive(false).build().expect("valid options");
        let report = run_closed_loop(http, 1, 20);
        assert_eq!(report.hits.rejected, 20, "{:?}", report.failures);
        assert_eq!(report.labels["413"], 20);
        assert_eq!(count(&report, "upload_cut_short"), 20);
    }
}

/// RFC 9113, section 6.8: the target still reads the uploads on streams up to the last one.
#[test]
fn uploads_go_on_after_a_goaway() {
    const BODY_BYTES: usize = 100_000;
    let server = frames::serve(&[(INITIAL_WINDOW_SIZE, 1 << 20)], |frames| {
        // The first window of the connection is used up in the middle of the body.
        let Some(head) = frames.next_of(HEADERS) else {
            return;
        };
        let mut read = 0;
        while read < 65_535 {
            let Some(data) = frames.next_of(DATA) else {
                return;
            };
            read += data.payload.len();
        }
        frames.goaway(head.stream, 0);
        credit(frames, 0, 1 << 20);
        let rest = read_body(frames, |_, _, _| {});
        assert_eq!(rest, Some(BODY_BYTES - read));
        frames.ok(head.stream);
        frames.wait_for_the_end();
    });
    let report = upload(&server, BODY_BYTES, 3);
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
    assert_eq!((count(&report, "goaways"), server.connections()), (3, 3));
}

/// RFC 9113, section 8.7: such an upload was not processed, so it is sent again.
#[test]
fn an_upload_above_the_last_stream_of_a_goaway_moves() {
    let server = frames::serve(&[], |frames| {
        let Some(head) = frames.next_of(HEADERS) else {
            return;
        };
        if frames.number == 0 {
            frames.next_of(DATA);
            frames.goaway(0, 0);
            return frames.wait_for_the_end();
        }
        let mut window = 65_535;
        let read = read_body(frames, |frames, stream, bytes| {
            window -= i64::from(bytes);
            if window < 32_768 {
                window += 65_535;
                credit(frames, 0, 65_535);
                credit(frames, stream, 65_535);
            }
        });
        assert_eq!(read, Some(200_000));
        frames.ok(head.stream);
        frames.wait_for_the_end();
    });
    let report = upload(&server, 200_000, 1);
    assert_eq!(report.hits.ok, 1, "{:?}", report.failures);
    assert_eq!(count(&report, "streams_refused"), 1);
}

#[test]
fn an_upload_in_flight_fails_with_the_goaway() {
    let server = frames::serve(&[], |frames| {
        if let Some(head) = frames.next_of(HEADERS) {
            while frames
                .next_of(DATA)
                .is_some_and(|data| data.flags & END_STREAM == 0)
            {}
            frames.goaway(head.stream, 11);
        }
    });
    let report = upload(&server, 1_000, 2);
    assert_eq!(only_failure(&report), ("goaway_enhance_your_calm", 2));
}
