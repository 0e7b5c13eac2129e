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
            "expected a known format in 75 % of its first lines, found combined in 1 of 2, but not in \
             line 2 (try `format` combined to skip these)\n\nline 2 matches combined up to column 4:\n  \
             no log\n     ^\n\n  combined        50.0 %  1 of 2 lines",
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
        "find a request in some.log: lines skipped: not in this format (3) (try another `format`)\n\n\
         line 1 does not match caddy:\n  \
         192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET /a HTTP/1.1\" 200 1 \"-\" \"-\""
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
        "[NOTICE] (1) : New worker forked\n".into(),
        "no log\n".into(),
        // A complete line of the common format becomes a row.
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
        ("server_message", 1),
        ("no_request", 1),
        ("tls", 1),
        ("absolute_form", 1),
        ("connect", 1),
        ("http_0_9", 1),
        ("cut", 1),
        ("long", 1),
        ("no_time", 1),
        ("malformed", 1),
    ];
    assert_eq!(skipped, expected);
    assert_eq!((summary.lines, summary.trailer.rows), (14, 2));
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

/// Logs whose lines were skipped for some reasons gave a timeline without rows.
#[test]
fn a_log_without_rows_is_an_error_for_every_reason() {
    let folder = LogFolder::new();
    let with = |request: &str| LINE.replace("GET /a HTTP/1.1", request);
    for (log, problem) in [
        (with("CONNECT a:443 HTTP/1.1"), "CONNECT request (1)"),
        (with("-"), "no request (1)"),
        (with(r"\x16\x03\x01"), "TLS handshake (1)"),
        (with("GET /"), "HTTP/0.9 request (1)"),
        (
            with("GET ftp://a.example/ HTTP/1.1"),
            "absolute URL, as for a proxy (1) (try `absolute_targets` with the host)",
        ),
        (
            with("GET ftp://a.example/ HTTP/1.1") + &with("CONNECT a:443 HTTP/1.1"),
            "CONNECT request (1) (try `absolute_targets` with the host)",
        ),
        (
            "192.0.2.1:4711 [01/Mar/2026:10:00:00.126] web/1: SSL handshake failure\n".to_owned(),
            "TLS handshake (1)",
        ),
        (
            "INFO:     127.0.0.1:54321 - \"GET / HTTP/1.1\" 200 OK\n".to_owned(),
            "no valid time (1) (try `untimed_rate` if the lines have no time)",
        ),
    ] {
        let path = folder.write_log("some.log", &log);
        let error = folder
            .build(&TimelineBuilder::new([&path]))
            .err()
            .expect(&log);
        let message = error.to_string();
        assert_eq!(error.kind(), ErrorKind::Log, "{message}");
        assert!(message.contains(problem), "{log}: {message}");
        assert_eq!(folder.files(), ["some.log"]);
    }
    // Without any line of a format.
    for log in [
        "#Fields: date time cs-method\n",
        "[NOTICE] (1) : New worker forked\n\n",
    ] {
        let path = folder.write_log("some.log", log);
        let error = folder
            .build(&TimelineBuilder::new([&path]))
            .err()
            .expect(log);
        assert!(
            error.to_string().contains("only comments and messages"),
            "{error}"
        );
    }
}

/// Impossible times were malformed lines.
#[test]
fn an_impossible_time_is_reported_as_such_in_every_format() {
    let combined = "192.0.2.1 - - [TIME +0000] \"GET /a HTTP/1.1\" 200 1 \"-\" \"-\"";
    for (format, line, possible, impossible) in [
        (
            "combined",
            combined,
            "01/Mar/2026:10:00:00",
            "31/Feb/2026:10:00:00",
        ),
        (
            "combined",
            combined,
            "01/Mar/2026:10:00:00",
            "01/Mar/2026:25:00:00",
        ),
        (
            "combined",
            combined,
            "01/Mar/2026:10:00:00",
            "01/Mrz/2026:10:00:61",
        ),
        (
            "nginx:$time_iso8601 \"$request\"",
            "TIME \"GET / HTTP/1.1\"",
            "2026-03-01T10:00:00Z",
            "2026-02-30T10:00:00Z",
        ),
        (
            "apache:%{%d.%m.%Y %T}t \"%r\"",
            "TIME \"GET / HTTP/1.1\"",
            "01.03.2026 10:00:00",
            "01.13.2026 10:00:00",
        ),
        (
            "w3c",
            "#Fields: date time cs-method cs-uri-stem\nTIME GET /a",
            "2026-03-01 10:00:00",
            "2026-02-30 10:00:00",
        ),
        (
            "ltsv",
            "time:[TIME +0000]\treq:GET / HTTP/1.1",
            "01/Mar/2026:10:00:00",
            "31/Feb/2026:10:00:00",
        ),
        (
            "elb",
            "TIME lb 192.0.2.1:1 - -1 -1 -1 503 0 0 0 \"GET http://a:80/ HTTP/1.1\" \"-\" - -",
            "2026-03-01T10:00:00.5Z",
            "2026-03-01T24:00:00.5Z",
        ),
    ] {
        let folder = LogFolder::new();
        let lines = [
            line.replace("TIME", possible),
            line.replace("TIME", impossible),
        ];
        let path = folder.write_log("some.log", lines.join("\n"));
        let summary = folder
            .build(&builder_for(&path, format))
            .expect(format)
            .summary;
        assert_eq!(summary.trailer.rows, 1, "{format}");
        assert_eq!(
            summary.trailer.skipped.get("no_time"),
            Some(&1),
            "{format} {impossible}"
        );
    }
}
