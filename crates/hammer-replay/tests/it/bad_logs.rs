//! What is no log, or not all of one: it says what and where, and leaves nothing behind.

use std::fs;
use std::io::Write;

use hammer_replay::ErrorKind;
use hammer_replay::compile::TimelineBuilder;

use crate::fixture::{LogFolder, builder_for};

const LINE: &str =
    "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET /a HTTP/1.1\" 200 1 \"-\" \"-\"\n";

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).expect("memory");
    packed.finish().expect("memory")
}

#[test]
fn says_what_and_where() {
    let place = LogFolder::new();
    let lines: String = (0..5_000)
        .map(|n| LINE.replace("/a", &format!("/{}", n * 7_919)))
        .collect();
    let packed = gzip(&lines);
    let zst = zstd::encode_all(lines.as_bytes(), 1).expect("memory");
    let empty_gzip = gzip("");
    let table: [(&str, &[u8], &str); 8] = [
        ("empty", b"", "it is empty"),
        (
            "binary",
            b"GET / \0\x01\x02",
            "it is no text: byte 6 is zero",
        ),
        (
            "cut.gz",
            &packed[..packed.len() / 2],
            "its gzip ends in the middle, after line ",
        ),
        (
            "cut.zst",
            &zst[..zst.len() / 2],
            "its zstd ends in the middle, after line ",
        ),
        (
            "broken.gz",
            &[&packed, b"nonsense, and more of it".as_slice()].concat(),
            "its gzip is broken, after line 5000",
        ),
        ("nothing.gz", &empty_gzip, "its gzip has nothing in it"),
        (
            "wrong",
            b"no log\nat all\n",
            "none that is known fits a single line",
        ),
        (
            "half",
            &[LINE.as_bytes(), b"no log\n"].concat(),
            "none fits 90 % of its first lines:\n  combined      50.0 %  1 of 2 lines",
        ),
    ];
    for (name, bytes, expected) in table {
        let path = place.write_log(name, bytes);
        let error = place
            .build(&TimelineBuilder::new([&path]))
            .err()
            .expect(name);
        let message = error.to_string();
        assert!(message.contains(expected), "{name}: {message}");
        assert!(message.contains(name), "{name}: {message}");
        fs::remove_file(path).expect("it is there");
        assert_eq!(place.files(), [""; 0], "{name}");
    }
    let folder = place.folder.path().to_owned();
    let error = place
        .build(&TimelineBuilder::new([&folder]))
        .err()
        .expect("a folder");
    assert!(error.to_string().contains("it is a directory"), "{error}");
    let error = place
        .build(&TimelineBuilder::new([folder.join("none")]))
        .err();
    assert_eq!(error.expect("no file").kind(), ErrorKind::Log);
}

#[test]
fn a_log_of_another_format_is_no_log() {
    let place = LogFolder::new();
    let path = place.write_log("some.log", LINE.repeat(3));
    let error = place
        .build(&builder_for(&path, "caddy"))
        .err()
        .expect("no hit");
    let message = error.to_string();
    assert_eq!(
        message,
        "find a hit in some.log: of its lines are 3 not of this format"
    );
    assert_eq!(place.files(), ["some.log"]);
}

/// The timeline that was there before stays as it was.
#[test]
fn a_build_that_fails_leaves_the_old_timeline() {
    let place = LogFolder::new();
    fs::write(place.output(), "old").expect("a file");
    let packed = gzip(&LINE.repeat(100_000));
    let path = place.write_log("cut.gz", &packed[..packed.len() - 8]);
    assert!(
        place
            .build(&TimelineBuilder::new([path]).window_bytes(4_096))
            .is_err()
    );
    assert_eq!(fs::read_to_string(place.output()).expect("it"), "old");
    assert_eq!(place.files(), ["cut.gz", "out.jsonl"]);
}

#[test]
fn a_log_is_not_replaced_by_its_own_timeline() {
    let place = LogFolder::new();
    let path = place.write_log("a.log", LINE);
    let same = path.with_file_name(".").join("a.log");
    let error = TimelineBuilder::new([&path])
        .write(&same)
        .expect_err("it is the log");
    assert!(error.to_string().contains("another name"), "{error}");
    assert_eq!(fs::read_to_string(&path).expect("it"), LINE);
}

#[test]
fn strict_fails_at_the_first_line_that_is_no_hit() {
    let place = LogFolder::new();
    let connect = LINE.replace("GET /a", "CONNECT a:443");
    let path = place.write_log("some.log", [LINE, "\n", &connect, LINE].concat());
    let error = place
        .build(&builder_for(&path, "combined").strict(true))
        .err();
    let error = error.expect("CONNECT is none");
    assert_eq!(error.kind(), ErrorKind::Strict);
    assert!(
        error.to_string().ends_with("some.log:3: CONNECT"),
        "{error}"
    );
}

#[test]
fn each_line_is_a_row_or_counted_by_its_reason() {
    let place = LogFolder::new();
    let with = |request: &str| LINE.replace("GET /a HTTP/1.1", request);
    let long = with(&format!("GET /{} HTTP/1.1", "x".repeat(2 << 20)));
    let lines = [
        LINE.to_owned(),
        "\n".into(),
        " \r\n".into(),
        with("-"),
        with(r"\x16\x03\x01\x02"),
        with("CONNECT a:443 HTTP/1.1"),
        with("GET http://a.example/ HTTP/1.1"),
        with("GET /"),
        long,
        LINE.replace("Mar", "Mrz"),
        "no log\n".into(),
        // Of the common format, and whole.
        LINE.replace(" \"-\" \"-\"", ""),
        LINE[..60].to_owned(),
    ];
    let path = place.write_log("some.log", lines.concat());
    let built = place
        .build(&builder_for(&path, "combined"))
        .expect("a row")
        .summary;
    let skipped: Vec<_> = built
        .skipped
        .iter()
        .map(|(skip, count)| (skip.name(), *count))
        .collect();
    let expected = [
        ("empty", 2),
        ("no_request", 1),
        ("tls", 1),
        ("absolute_form", 1),
        ("connect", 1),
        ("http_0_9", 1),
        ("cut", 1),
        ("long", 1),
        ("malformed", 3),
    ];
    assert_eq!(skipped, expected);
    assert_eq!((built.lines, built.trailer.rows), (13, 1));
    assert_eq!(built.trailer.skipped["cut"], 1);
}

/// Rows of bytes that JSON escapes were longer than what a timeline's reader takes.
#[test]
fn a_row_is_never_longer_than_a_timeline_may_have() {
    let place = LogFolder::new();
    let target = "/\\x01".repeat(150_000);
    let path = place.write_log("some.log", [&LINE.replace("/a", &target), LINE].concat());
    let built = place
        .build(&builder_for(&path, "combined"))
        .expect("a row")
        .summary;
    assert_eq!((built.trailer.rows, built.trailer.skipped["long"]), (1, 1));
}

/// Probes alone: a timeline of nothing, and the reasons.
#[test]
fn a_log_without_a_hit_is_a_timeline_without_a_row() {
    let place = LogFolder::new();
    let path = place.write_log("some.log", LINE.replace("GET /a", "CONNECT a:443"));
    let timeline = place
        .build(&TimelineBuilder::new([path]))
        .expect("it is a log");
    assert_eq!(timeline.summary.trailer.rows, 0);
    assert_eq!(timeline.rows(), [] as [serde_json::Value; 0]);
}
