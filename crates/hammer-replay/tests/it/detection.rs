//! Detection of formats: no log is taken for one of another format, and messages show what does not match.

use hammer_replay::ErrorKind;
use hammer_replay::compile::TimelineBuilder;
use hammer_replay::log::SkipReason;

use crate::fixture::LogFolder;

fn detection_error(log: &str) -> String {
    let folder = LogFolder::new();
    let path = folder.write_log("some.log", log);
    let error = folder.build(&TimelineBuilder::new([&path])).err();
    let error = error.unwrap_or_else(|| panic!("detected: {log}"));
    assert_eq!(error.kind(), ErrorKind::Format, "{error}");
    error.to_string()
}

/// A log with the keys `timestamp` and `url` was taken for vegeta's, and each POST in it for GET.
#[test]
fn a_json_log_is_in_a_known_format_only_with_all_of_its_keys() {
    for (line, columns) in [
        (
            r#"{"timestamp":"2026-06-05T10:00:00Z","url":"/cart","request_method":"POST","response_status":500}"#,
            "'time=timestamp method=request_method url=url status=response_status'",
        ),
        (
            r#"{"timestamp":"2026-06-05T10:00:00Z","method":"POST","url":"/cart","status":500}"#,
            "'time=timestamp method=method url=url status=status'",
        ),
        (
            r#"{"start_time":"2026-06-05T10:00:00Z","verb":"POST","path":"/cart","response_code":500}"#,
            "'time=start_time method=verb target=path status=response_code'",
        ),
        (
            r#"{"ts":1772359200.5,"request":{"uri":"/a","verb":"PUT"},"status":200}"#,
            "'time=ts method=request.verb target=request.uri status=status'",
        ),
        (
            r#"{"time":"2026-06-05T10:00:00Z","path":"/cart","status":500}"#,
            "'time=time target=path status=status'; without a method, requests are GET",
        ),
    ] {
        let error = detection_error(&format!("{line}\n{line}\n"));
        let expected = format!("(try `format` json and `columns` {columns})");
        assert!(error.contains(&expected), "{error}");
        let is_explained = [
            "line 1 has no key '",
            "line 1 does not match any known format:",
        ];
        assert!(is_explained.iter().any(|it| error.contains(it)), "{error}");
        assert!(error.contains(line), "{error}");
        assert!(!error.contains("100.0 %"), "{error}");
    }
}

/// Comments counted as lines that match the formats of the W3C.
#[test]
fn comments_do_not_count_for_or_against_a_format() {
    let comments = "# a comment\n".repeat(30);
    let error = detection_error(&format!("{comments}no log\nat all\n"));
    assert!(error.contains("no known format matches any"), "{error}");
    assert!(
        error.contains("line 31 ") && error.contains("\n  no log"),
        "{error}"
    );
    assert!(!error.contains('%'), "{error}");

    let line = "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET /a HTTP/1.1\" 200 1\n";
    let folder = LogFolder::new();
    let path = folder.write_log("some.log", format!("{comments}{line}{line}"));
    let timeline = folder
        .build(&TimelineBuilder::new([&path]))
        .expect("common");
    assert_eq!(timeline.summary.sources[0].format, "common");
    assert_eq!(timeline.summary.trailer.rows, 2);
}

/// The lines of HAProxy's start made small logs unreadable.
#[test]
fn messages_of_a_server_do_not_hide_its_format() {
    let requests =
        "192.0.2.1:4711 [01/Mar/2026:10:00:00.125] web~ shop/node1 1/0/2/30/33 200 739 - - ---- \
                    1/1/1/0/0 0/0 \"GET /a HTTP/1.1\"\n"
            .repeat(14);
    let start = "Proxy web started.\nProxy shop started.\n[NOTICE] (1) : New worker (8) forked\n";
    let folder = LogFolder::new();
    let path = folder.write_log("some.log", format!("{start}{requests}"));
    let summary = folder
        .build(&TimelineBuilder::new([&path]).strict(true))
        .expect("HAProxy's log")
        .summary;
    assert_eq!(summary.sources[0].format, "haproxy");
    assert_eq!(summary.trailer.skipped.get("server_message"), Some(&3));
    let lines = summary.examples.values().next().expect("messages");
    assert_eq!(*lines, [(0, 1), (0, 2), (0, 3)]);

    // Lines of an unknown kind are named.
    let start = "starting\nstarting more\nready\n";
    let path = folder.write_log("some.log", format!("{start}{requests}"));
    let summary = folder
        .build(&TimelineBuilder::new([&path]))
        .expect("HAProxy's log")
        .summary;
    assert_eq!(summary.sources[0].format, "haproxy");
    assert_eq!(summary.trailer.skipped.get("malformed"), Some(&3));
    assert_eq!(
        summary.examples[&SkipReason::Malformed],
        [(0, 1), (0, 2), (0, 3)]
    );
    let error = detection_error(&format!("{}{requests}", "starting\n".repeat(5)));
    let expected = "expected a known format in 75 % of its first lines, found haproxy in 14 of 19, but not \
                    in lines 1, 2, 3, 4 and 5 (try `format` haproxy to skip these)";
    assert!(error.contains(expected), "{error}");
    assert!(
        error.contains("line 1 matches haproxy up to")
            || error.contains("line 1 does not match haproxy"),
        "{error}"
    );
    // Many lines are not taken for a small log with a few messages.
    let error = detection_error(&format!(
        "{}{}",
        "starting\n".repeat(30),
        requests.repeat(12)
    ));
    assert!(
        error.contains("in 90 %") && error.contains("lines 1, 2, 3, 4, 5 and more"),
        "{error}"
    );
}

/// Caddy and others mix messages with requests in one JSON log.
#[test]
fn json_messages_of_a_server_do_not_hide_its_format() {
    let message = r#"{"level":"info","ts":1772359200.1,"msg":"serving initial configuration"}"#;
    let request = r#"{"level":"info","ts":1772359200.5,"msg":"handled request","request":{"method":"GET","host":"a","uri":"/a"},"duration":0.25,"size":9,"status":200}"#;
    let folder = LogFolder::new();
    let path = folder.write_log("some.log", [message, message, request].join("\n"));
    let summary = folder
        .build(&TimelineBuilder::new([&path]))
        .expect("Caddy's log")
        .summary;
    assert_eq!(summary.sources[0].format, "caddy");
    assert_eq!(summary.trailer.skipped.get("server_message"), Some(&2));
    assert_eq!(summary.trailer.rows, 1);
}

/// The columns of a log without known names are suggested.
#[test]
fn columns_are_suggested_for_csv() {
    let error = detection_error("TIMESTAMP,Tokens\r\n2023-11-16 18:17:03.9799600,4808\r\n");
    assert!(
        error.contains(
            "(try `format` csv and `columns` 'time=TIMESTAMP'; without a method and a target, requests are \
             GET /)"
        ),
        "{error}"
    );
}

/// Each line of a log of Docker became `GET /` with the columns that were suggested.
#[test]
fn no_columns_are_suggested_for_keys_without_a_target() {
    let line = r#"{"stream":"stdout","time":"2026-03-01T10:00:00Z","log":"started\n"}"#;
    let error = detection_error(&format!("{line}\n{line}\n"));
    assert!(!error.contains("`columns`"), "{error}");
    assert!(
        error.contains("(try `format` with the server's directive)"),
        "{error}"
    );
}

/// The message said that the log had no known format, and named one that did not fit.
#[test]
fn a_log_whose_times_are_all_impossible_is_reported_as_such() {
    for (format, lines) in [
        (
            "combined",
            [
                r#"192.0.2.1 - - [31/Feb/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 1 "-" "curl/8""#,
                r#"192.0.2.1 - - [01/Mar/2026:25:00:00 +0000] "GET /b HTTP/1.1" 200 1 "-" "curl/8""#,
            ],
        ),
        (
            "common",
            [
                r#"192.0.2.1 - - [31/Feb/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 1"#,
                r#"192.0.2.1 - - [01/Mar/2026:25:00:00 +0000] "GET /b HTTP/1.1" 200 1"#,
            ],
        ),
        (
            "haproxy",
            [
                r#"192.0.2.1:4711 [31/Feb/2026:10:00:00.125] web~ shop/a 1/0/2/30/33 200 9 - - ---- 1/1/1/0/0 0/0 "GET /a HTTP/1.1""#,
                r#"192.0.2.1:4711 [01/Mar/2026:25:00:00.125] web~ shop/a 1/0/2/30/33 200 9 - - ---- 1/1/1/0/0 0/0 "GET /b HTTP/1.1""#,
            ],
        ),
        (
            "caddy",
            [
                r#"{"ts":"2026-02-31T10:00:00Z","request":{"method":"GET","uri":"/a"},"status":200}"#,
                r#"{"ts":"2026-03-01T25:00:00Z","request":{"method":"GET","uri":"/b"},"status":200}"#,
            ],
        ),
        (
            "ltsv",
            [
                "time:2026-02-31T10:00:00Z\tmethod:GET\turi:/a",
                "time:2026-03-01T25:00:00Z\tmethod:GET\turi:/b",
            ],
        ),
    ] {
        let error = detection_error(&lines.join("\n"));
        let expected = format!(
            "some.log: no valid time in its first lines, which match {format} otherwise (try to correct the \
             times)\n\nline 1 has no valid time:\n  "
        );
        assert!(error.contains(&expected), "{error}");
        assert!(!error.contains("no known format"), "{error}");
    }
}
