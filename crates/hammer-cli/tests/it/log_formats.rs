//! Tests of the formats of logs: messages name flags, and the summary names the lines that were skipped.

use std::fs;

use crate::command::{output, stderr, stdout};
use crate::http::ok;

const LINE: &str =
    "192.0.2.7 - - [24/Nov/2026:09:00:00 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"-\"\n";

/// Builds a timeline of `log` on standard output.
fn build(log: &str, flags: &[&str]) -> std::process::Output {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some.log");
    fs::write(&path, log).unwrap();
    let args = ["timeline", "build", path.to_str().unwrap(), "-o", "-"];
    output(&[&args[..], flags].concat())
}

/// A log that resembles that of vegeta was replayed with a wrong method.
#[test]
fn an_unknown_json_log_is_refused_with_flags_that_read_it() {
    let log = "{\"timestamp\":\"2026-06-05T10:00:00Z\",\"url\":\"/cart\",\"request_method\":\"POST\",\"response_status\":500}\n";
    let refused = build(log, &[]);
    assert_eq!(refused.status.code(), Some(1));
    let message = stderr(&refused);
    let columns = "time=timestamp method=request_method url=url status=response_status";
    let remedy = format!("(try --format json and --columns '{columns}')\n\nline 1 ");
    assert!(message.contains(&remedy), "{message}");
    assert!(message.contains(log), "{message}");
    let built = build(log, &["--format", "json", "--columns", columns]);
    assert_eq!(built.status.code(), Some(0), "{}", stderr(&built));
    let row = "\"m\":\"POST\",\"u\":\"/cart\",\"s\":500}";
    assert!(stdout(&built).contains(row), "{}", stdout(&built));
    // The suggestion of the message of a replay is the same.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some.log");
    fs::write(&path, log).unwrap();
    let server = ok();
    let played = output(&["replay", path.to_str().unwrap(), "--endpoint", &server.url]);
    assert_eq!(played.status.code(), Some(1));
    assert!(stderr(&played).contains(&remedy), "{}", stderr(&played));
    assert!(server.requests().is_empty());
}

/// Rows on standard output wait for the end, and all of them were called late.
#[test]
fn rows_on_stdout_are_not_late() {
    let log = LINE.to_owned() + &LINE.replace("09:00", "08:00");
    let built = build(&log, &[]);
    let summary = stderr(&built);
    assert!(summary.contains("reordered   1 rows"), "{summary}");
    assert!(!summary.contains("late"), "{summary}");
}

/// A log of requests for a proxy gave a timeline without rows, and success.
#[test]
fn a_log_without_rows_fails_and_names_the_flag_that_helps() {
    let proxied = LINE
        .replace("GET /a", "GET http://shop.example/a")
        .replace("\"-\" \"-\"", "\"-\" \"-\" 7");
    let refused = build(&proxied, &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(stdout(&refused), "");
    let expected = "find a request in some.log: lines skipped: absolute URL, as for a proxy (1) (try \
                    --absolute with the host)";
    assert!(stderr(&refused).contains(expected), "{}", stderr(&refused));
    for (host, code) in [
        ("shop.example", 0),
        ("any", 0),
        ("a.example,shop.example", 0),
        ("a.example", 1),
        ("http://shop.example", 2),
        ("", 2),
    ] {
        let built = build(&proxied, &["--absolute", host]);
        assert_eq!(
            built.status.code(),
            Some(code),
            "{host}: {}",
            stderr(&built)
        );
        let row = "\"u\":\"/a\",\"h\":\"shop.example\"";
        assert_eq!(stdout(&built).contains(row), code == 0, "{host}");
    }
    let untimed = "INFO:     127.0.0.1:54321 - \"GET / HTTP/1.1\" 200 OK\n";
    let refused = build(untimed, &[]);
    assert!(
        stderr(&refused).contains("(try --untimed-rate"),
        "{}",
        stderr(&refused)
    );
    assert_eq!(
        build(untimed, &["--untimed-rate", "5"]).status.code(),
        Some(0)
    );
}

/// The summary had the number of the first skipped line only, and small logs needed the format.
#[test]
fn the_summary_names_the_lines_that_do_not_belong() {
    let start = "starting\n\nready\n";
    let summary = stderr(&build(&(start.to_owned() + &LINE.repeat(14)), &[]));
    assert!(summary.contains("detected as combined"), "{summary}");
    let skipped = "skipped     2: not in this format, at some.log:1, 3\n";
    assert!(summary.contains(skipped), "{summary}");
    let many = "\n".repeat(6) + LINE;
    let summary = stderr(&build(&many, &[]));
    let skipped = "skipped     6: empty, first at some.log:1\n";
    assert!(summary.contains(skipped), "{summary}");
    let refused = stderr(&build(&(start.to_owned() + LINE), &[]));
    let expected =
        "found combined in 1 of 3, but not in lines 1 and 3 (try --format combined to skip these)";
    assert!(refused.contains(expected), "{refused}");
}

/// All hosts of a forward proxy were kept without a word.
#[test]
fn hosts_in_the_urls_of_a_log_are_named_with_the_flag_that_selects_them() {
    let hosts = ["shop.example", "a.example", "b.example"];
    let line = |host: &str| LINE.replace("GET /a", &format!("POST http://{host}/a"));
    let log: String = hosts.iter().map(|host| line(host)).collect();
    let expected =
        "rows for 3 hosts, from the URLs in the log (--absolute HOST keeps those of one)";
    let all = stderr(&build(&log, &[]));
    assert!(
        all.contains(&format!("\nhosts       {expected}\n")),
        "{all}"
    );
    let one = stderr(&build(&log, &["--absolute", "a.example"]));
    assert!(!one.contains("\nhosts"), "{one}");
    assert!(one.contains("rows        1 of 3 lines"), "{one}");
    // A replay warns.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some.log");
    fs::write(&path, log.replace("POST", "GET")).unwrap();
    let path = path.to_str().unwrap();
    let plan = [
        "replay",
        path,
        "--endpoint",
        "http://127.0.0.1:9",
        "--dry-run",
    ];
    let shown = stdout(&output(&plan)).replace("\n              ", " ");
    assert!(shown.contains(expected), "{shown}");
}
