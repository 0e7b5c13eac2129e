//! Plain and compressed logs, in one file or several.

use std::io::Write;

use hammer_replay::compile::{ClockShift, TimelineBuilder};

use crate::fixture::{LogFolder, builder_for};

fn line(second: u64, target: &str) -> String {
    format!(
        "{}.{:03} \"GET {target} HTTP/1.1\"\n",
        1_772_359_200 + second / 1_000,
        second % 1_000
    )
}

const FORMAT: &str = "nginx:$msec \"$request\"";

#[test]
fn compressed_logs_give_the_same_timeline() {
    let folder = LogFolder::new();
    let text: String = (0..2_000).map(|n| line(n * 13, &format!("/{n}"))).collect();
    let (one, other) = text.split_at(line(0, "/0").len() * 7);
    let gzip = |text: &str| {
        let mut compressed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        compressed
            .write_all(text.as_bytes())
            .expect("writing to memory");
        compressed.finish().expect("writing to memory")
    };
    let zstd = |text: &str| zstd::encode_all(text.as_bytes(), 1).expect("writing to memory");
    let bzip2 = |text: &str| {
        let mut compressed = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        compressed
            .write_all(text.as_bytes())
            .expect("writing to memory");
        compressed.finish().expect("writing to memory")
    };
    let plain = folder.write_log("plain", &text);
    let expected = folder
        .build(&builder_for(&plain, FORMAT))
        .expect("a timeline");
    assert_eq!(expected.summary.trailer.rows, 2_000);
    let table: [(&str, Vec<u8>); 4] = [
        ("members.gz", [gzip(one), gzip(other)].concat()),
        ("frames.zst", [zstd(one), zstd(other)].concat()),
        ("streams.bz2", [bzip2(one), bzip2(other)].concat()),
        ("no-extension", gzip(&text)),
    ];
    for (name, bytes) in table {
        let path = folder.write_log(name, bytes);
        let timeline = folder.build(&builder_for(&path, FORMAT)).expect(name);
        assert_eq!(timeline.tails(), expected.tails(), "{name}");
        assert_eq!(timeline.arrivals(), expected.arrivals(), "{name}");
    }
}

#[test]
fn logs_of_several_nodes_and_days_are_merged() {
    let folder = LogFolder::new();
    let logs: Vec<_> = (0..30_u64)
        .map(|log| {
            // Three nodes, each with logs of ten consecutive days.
            let (node, day) = (log % 3, log / 3);
            let lines = (0..900).map(|n| line(day * 90_000 + n * 100 + node, &format!("/{node}")));
            folder.write_log(&format!("node{node}.{day}"), lines.collect::<String>())
        })
        .rev()
        .collect();
    let format = hammer_replay::log::LogFormat::parse(FORMAT, None).expect("a format");
    // The window holds only a part of one log.
    let builder = TimelineBuilder::new(&logs)
        .format(format)
        .window_bytes(1 << 19);
    let timeline = folder.build(&builder).expect("a timeline");
    let arrivals = timeline.arrivals();
    assert!(arrivals.is_sorted() && arrivals.len() == 27_000);
    assert_eq!(
        timeline.summary.late_rows, 0,
        "logs are read in the order of time"
    );
    let nodes: Vec<_> = timeline.tails()[..4].to_vec();
    assert_eq!(
        nodes,
        [
            "\"u\":\"/0\"}",
            "\"u\":\"/1\"}",
            "\"u\":\"/2\"}",
            "\"u\":\"/0\"}"
        ]
    );
    let sources = timeline.header()["sources"].as_array().map(Vec::len);
    assert_eq!(sources, Some(30));
    assert_eq!(timeline.summary.trailer.sources_xxh64.len(), 30);
}

#[test]
fn shifts_correct_wrong_clocks() {
    let folder = LogFolder::new();
    let one = folder.write_log("one.log", line(1_000, "/one"));
    let other = folder.write_log("other.log", line(1_000, "/other"));
    let format = hammer_replay::log::LogFormat::parse(FORMAT, None).expect("a format");
    for (micros, first, gap_us) in [(120_000, "/one", 120_000), (-250_000, "/other", 250_000)] {
        let shift = ClockShift {
            log: "other.log".into(),
            micros,
        };
        let builder = TimelineBuilder::new([&one, &other])
            .format(format.clone())
            .shifts(vec![shift]);
        let timeline = folder.build(&builder).expect("a timeline");
        let rows = timeline.rows();
        assert_eq!(
            (rows[0]["u"].as_str(), rows[1]["t"].as_i64()),
            (Some(first), Some(gap_us))
        );
        assert_eq!(timeline.header()["sources"][1]["shift_us"], micros);
    }
}

/// Regression: only the first mebibyte of a HAR was probed, which contained no complete entry.
#[test]
fn a_har_can_have_long_entries_in_one_line() {
    let folder = LogFolder::new();
    let entry = |n: u32| {
        let body = "x".repeat(3 << 19);
        format!(
            "{{\"startedDateTime\":\"2026-03-01T10:00:0{n}.000Z\",\"time\":5,\"request\":{{\"method\":\"GET\",\
             \"url\":\"https://shop.example/{n}\"}},\"response\":{{\"status\":200,\"content\":{{\"text\":\"{body}\"}}}}}}"
        )
    };
    let entries = [entry(1), entry(2), entry(3)].join(",");
    let har = format!("{{\"log\":{{\"version\":\"1.2\",\"entries\":[{entries}]}}}}");
    let path = folder.write_log("one.har", har);
    let timeline = folder
        .build(&TimelineBuilder::new([path]))
        .expect("a timeline");
    assert_eq!(timeline.summary.trailer.rows, 3);
}
