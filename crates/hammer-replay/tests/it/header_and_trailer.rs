//! Headers and trailers of timelines.

use std::fs;
use std::io::Read;

use hammer_replay::compile::TimelineBuilder;
use hammer_replay::log::TimestampedRequestEvent;
use hammer_replay::timeline::ArrivalTimeDerivation;
use jiff::tz::{Offset, TimeZone};

use crate::fixture::{LogFolder, builder_for};

const END_AND_DURATION_FORMAT: &str = "nginx:$time_iso8601 $request_time \"$request\"";

#[test]
fn the_header_describes_the_times() {
    let folder = LogFolder::new();
    let path = folder.write_log(
        "some.log",
        "2026-03-01T10:00:02Z 1.500 \"GET / HTTP/1.1\"\n",
    );
    let end_us = 1_772_359_202_000_000_i64;
    for (time_base, earliest, expected) in [
        (
            None,
            end_us - 1_500_000,
            ArrivalTimeDerivation::EndMinusDuration,
        ),
        (
            Some(TimestampedRequestEvent::End),
            end_us - 1_500_000,
            ArrivalTimeDerivation::EndMinusDuration,
        ),
        (
            Some(TimestampedRequestEvent::Start),
            end_us,
            ArrivalTimeDerivation::Start,
        ),
    ] {
        let mut builder = builder_for(&path, END_AND_DURATION_FORMAT);
        if let Some(time_base) = time_base {
            builder = builder.time_base(time_base);
        }
        let timeline = folder.build(&builder).expect("a timeline");
        let late = timeline.arrivals()[0] - earliest;
        assert!((0..1_000_000).contains(&late), "{late} µs");
        let header = timeline.header();
        assert_eq!(
            header["time_base"],
            serde_json::to_value(expected).expect("a string")
        );
        assert_eq!(header["resolution_us"], 1_000_000);
        assert_eq!(
            (&header["spread"], &header["seed"]),
            (&"uniform".into(), &1.into())
        );
        assert_eq!(header["sources"][0]["name"], "some.log");
    }
}

#[test]
fn timestamps_without_a_zone_are_in_the_given_zone() {
    let folder = LogFolder::new();
    let path = folder.write_log(
        "some.log",
        "2026-03-01T10:00:02.5 1.500 \"GET / HTTP/1.1\"\n",
    );
    let in_zone = |zone| {
        let timeline = folder
            .build(&builder_for(&path, END_AND_DURATION_FORMAT).zone(zone))
            .expect("a timeline");
        timeline.arrivals()[0]
    };
    let east = TimeZone::fixed(Offset::constant(2));
    assert_eq!(in_zone(TimeZone::UTC) - in_zone(east), 7_200_000_000);
}

#[test]
fn contradictory_timestamps_are_counted() {
    let folder = LogFolder::new();
    let line = |end: &str| {
        format!(
            "http {end}T10:00:01.500000Z app/a/b 192.0.2.1:47 10.0.0.1:80 0.001 0.4 0.002 200 200 34 366 \
             \"GET http://a:80/ HTTP/1.1\" \"c\" - - arn:x \"R\" \"-\" \"-\" 0 2026-03-01T10:00:01.097000Z \"f\" \"-\"\n"
        )
    };
    let path = folder.write_log(
        "some.log",
        [line("2026-03-01"), line("2031-03-01")].concat(),
    );
    let timeline = folder
        .build(&TimelineBuilder::new([path]))
        .expect("a timeline");
    assert_eq!(timeline.summary.inconsistent_rows, 1);
}

#[test]
fn a_compressed_timeline_decompresses_to_the_plain_one() {
    let folder = LogFolder::new();
    let line = "2026-03-01T10:00:02Z 1.500 \"GET /a/rather/long/target HTTP/1.1\"\n";
    let path = folder.write_log("some.log", line.repeat(60_000));
    let plain = folder
        .build(&builder_for(&path, END_AND_DURATION_FORMAT))
        .expect("a timeline");
    let compressed = folder.dir.path().join("out.jsonl.zst");
    builder_for(&path, END_AND_DURATION_FORMAT)
        .write(&compressed)
        .expect("a timeline");
    let file = fs::File::open(compressed).expect("the file exists");
    let mut text = String::new();
    let mut decoder = zstd::stream::read::Decoder::new(file).expect("a decoder");
    decoder.read_to_string(&mut text).expect("valid frames");
    assert!(text.len() > 3 << 20, "several frames");
    assert_eq!(text, plain.text);
}

/// The header only reflects the first thousand lines.
#[test]
fn the_trailer_corrects_the_header() {
    let folder = LogFolder::new();
    let line = |n: u32, duration: &str, fraction: &str| {
        let seconds = 1_772_359_200 + n;
        format!("{seconds}{fraction} {duration} \"GET / HTTP/1.1\"\n")
    };
    let format = "nginx:$msec $request_time \"$request\"";
    let uniform: String = (0..1_500).map(|n| line(n, "0.001", ".001")).collect();
    let path = folder.write_log("alike", &uniform);
    let uniform_timeline = folder
        .build(&builder_for(&path, format))
        .expect("a timeline");
    let trailer = &uniform_timeline.summary.trailer;
    assert_eq!((trailer.time_base, trailer.resolution_us), (None, None));
    assert!(trailer.sources_time_base.is_empty());

    let path = folder.write_log("other", uniform + &line(2_000, "-", ""));
    let other = folder
        .build(&builder_for(&path, format))
        .expect("a timeline");
    assert_eq!(other.header()["time_base"], "end_minus_duration");
    assert_eq!(other.header()["resolution_us"], 1_000);
    let trailer = &other.summary.trailer;
    let mixed = Some(ArrivalTimeDerivation::Mixed);
    assert_eq!(
        (trailer.time_base, trailer.resolution_us),
        (mixed, Some(1_000_000))
    );
    assert_eq!(trailer.sources_time_base, [mixed]);
    assert_eq!(
        other.summary.sources[0].time_base,
        ArrivalTimeDerivation::Mixed
    );
    let last = other.text.lines().last().expect("a trailer");
    assert!(
        last.contains("\"time_base\":\"mixed\",\"resolution_us\":1000000"),
        "{last}"
    );
}
