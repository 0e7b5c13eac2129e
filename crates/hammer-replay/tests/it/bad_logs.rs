//! Malformed logs: errors name the problem and the place, and no files are left over.

use std::fs;
use std::io::Write;

use hammer_replay::ErrorKind;
use hammer_replay::compile::TimelineBuilder;

use crate::fixture::{LogFolder, builder_for};

const LINE: &str =
    "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET /a HTTP/1.1\" 200 1 \"-\" \"-\"\n";

fn gzip(text: &str) -> Vec<u8> {
    let mut compressed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    compressed
        .write_all(text.as_bytes())
        .expect("writing to memory");
    compressed.finish().expect("writing to memory")
}

#[test]
fn errors_name_the_problem_and_the_place() {
    let folder = LogFolder::new();
    let lines: String = (0..5_000)
        .map(|n| LINE.replace("/a", &format!("/{}", n * 7_919)))
        .collect();
    let compressed = gzip(&lines);
    let zst = zstd::encode_all(lines.as_bytes(), 1).expect("writing to memory");
    let empty_gzip = gzip("");
    let table: [(&str, &[u8], &str); 8] = [
        ("empty", b"", "the log is empty"),
        (
            "binary",
            b"GET / \0\x01\x02",
            "expected text, found a zero byte at offset 6",
        ),
        (
            "cut.gz",
            &compressed[..compressed.len() / 2],
            "its gzip data is truncated after line ",
        ),
        (
            "cut.zst",
            &zst[..zst.len() / 2],
            "its zstd data is truncated after line ",
        ),
        (
            "broken.gz",
            &[&compressed, b"nonsense, and more of it".as_slice()].concat(),
            "its gzip data is corrupt after line 5000",
        ),
        ("nothing.gz", &empty_gzip, "its gzip data is empty"),
        (
            "wrong",
            b"no log\nat all\n",
            "no known format matches any of its first lines",
        ),
        (
            "half",
            &[LINE.as_bytes(), b"no log\n"].concat(),
            "no known format matches 90 % of its first lines:\n  combined      50.0 %  1 of 2 lines",
        ),
    ];
    for (name, bytes, expected) in table {
        let path = folder.write_log(name, bytes);
        let error = folder
            .build(&TimelineBuilder::new([&path]))
            .err()
            .expect(name);
        let message = error.to_string();
        assert!(message.contains(expected), "{name}: {message}");
        assert!(message.contains(name), "{name}: {message}");
        fs::remove_file(path).expect("the file exists");
        assert_eq!(folder.files(), [""; 0], "{name}");
    }
    let dir = folder.dir.path().to_owned();
    let error = folder
        .build(&TimelineBuilder::new([&dir]))
        .err()
        .expect("a directory is not a log");
    assert!(error.to_string().contains("found a directory"), "{error}");
    let error = folder
        .build(&TimelineBuilder::new([dir.join("none")]))
        .err();
    assert_eq!(
        error.expect("the file does not exist").kind(),
        ErrorKind::Log
    );
}

#[test]
fn a_log_in_another_format_is_an_error() {
    let folder = LogFolder::new();
    let path = folder.write_log("some.log", LINE.repeat(3));
    let error = folder
        .build(&builder_for(&path, "caddy"))
        .err()
        .expect("no line matches");
    let message = error.to_string();
    assert_eq!(
        message,
        "find a request in some.log: lines skipped: not in this format (3)"
    );
    assert_eq!(folder.files(), ["some.log"]);
}

#[test]
fn a_failed_build_keeps_the_old_timeline() {
    let folder = LogFolder::new();
    fs::write(folder.output(), "old").expect("a file");
    let compressed = gzip(&LINE.repeat(100_000));
    let path = folder.write_log("cut.gz", &compressed[..compressed.len() - 8]);
    assert!(
        folder
            .build(&TimelineBuilder::new([path]).window_bytes(4_096))
            .is_err()
    );
    assert_eq!(
        fs::read_to_string(folder.output()).expect("the file exists"),
        "old"
    );
    assert_eq!(folder.files(), ["cut.gz", "out.jsonl"]);
}

#[test]
fn a_timeline_never_replaces_one_of_its_logs() {
    let folder = LogFolder::new();
    let path = folder.write_log("a.log", LINE);
    let same = path.with_file_name(".").join("a.log");
    let error = TimelineBuilder::new([&path])
        .write(&same)
        .expect_err("the output is the log");
    assert!(error.to_string().contains("another name"), "{error}");
    assert_eq!(fs::read_to_string(&path).expect("the file exists"), LINE);
}

#[test]
fn strict_fails_at_the_first_skipped_line() {
    let folder = LogFolder::new();
    let connect = LINE.replace("GET /a", "CONNECT a:443");
    let path = folder.write_log("some.log", [LINE, "\n", &connect, LINE].concat());
    let error = folder
        .build(&builder_for(&path, "combined").strict(true))
        .err();
    let error = error.expect("CONNECT is skipped");
    assert_eq!(error.kind(), ErrorKind::Strict);
    assert!(
        error.to_string().ends_with("some.log:3: CONNECT request"),
        "{error}"
    );
}

#[test]
fn each_line_is_a_row_or_counted_by_its_reason() {
    let folder = LogFolder::new();
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
        // A complete line of the common format.
        LINE.replace(" \"-\" \"-\"", ""),
        LINE[..60].to_owned(),
    ];
    let path = folder.write_log("some.log", lines.concat());
    let summary = folder
        .build(&builder_for(&path, "combined"))
        .expect("a row")
        .summary;
    let skipped: Vec<_> = summary
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
    assert_eq!((summary.lines, summary.trailer.rows), (13, 1));
    assert_eq!(summary.trailer.skipped["cut"], 1);
}

/// Regression: JSON escapes made rows longer than the reader accepts.
#[test]
fn a_row_never_exceeds_the_maximum_length() {
    let folder = LogFolder::new();
    let target = "/\\x01".repeat(150_000);
    let path = folder.write_log("some.log", [&LINE.replace("/a", &target), LINE].concat());
    let summary = folder
        .build(&builder_for(&path, "combined"))
        .expect("a row")
        .summary;
    assert_eq!(
        (summary.trailer.rows, summary.trailer.skipped["long"]),
        (1, 1)
    );
}

#[test]
fn a_log_without_requests_gives_a_timeline_without_rows() {
    let folder = LogFolder::new();
    let path = folder.write_log("some.log", LINE.replace("GET /a", "CONNECT a:443"));
    let timeline = folder
        .build(&TimelineBuilder::new([path]))
        .expect("the format matches");
    assert_eq!(timeline.summary.trailer.rows, 0);
    assert_eq!(timeline.rows(), [] as [serde_json::Value; 0]);
}
