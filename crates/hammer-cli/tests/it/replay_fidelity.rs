//! The report of a replay accounts for every row.

use std::fs;
use std::net::TcpListener;

use serde_json::Value;

use crate::command::{report, repository};
use crate::http::ok;
use crate::outputs::close;
use crate::replay::{TimelineFixture, row};

fn timeline() -> TimelineFixture {
    let rows: Vec<_> = (0..40_u64)
        .map(|n| {
            let method = if n % 4 == 3 { "PUT" } else { "GET" };
            let status = 200 + n % 2;
            let rest = format!(
                r#""u":"/{}","h":"a","m":"{method}","s":{status},"d":900"#,
                n % 3
            );
            row(n * 1_000, &rest)
        })
        .collect();
    TimelineFixture::from_rows(&rows)
}

/// The sum of all numbers in a value.
fn sum(value: &Value) -> u64 {
    match value {
        Value::Object(all) => all.values().map(sum).sum(),
        number => number.as_u64().unwrap_or_default(),
    }
}

/// Checks that all counts add up, and returns the part of the report about the replay.
fn assert_adds_up(report: &Value) -> &Value {
    let replay = &report["replay"];
    let of = |key: &str| sum(&replay[key]);
    assert_eq!(of("planned"), of("sent") + of("unsent") + of("skipped"));
    assert_eq!(of("statuses"), of("sent"), "{}", replay["statuses"]);
    let hits = &report["hits"];
    let failed = sum(&hits["failed"]) + sum(&hits["timed_out"]) + sum(&hits["abandoned"]);
    assert_eq!(
        of("sent"),
        sum(&hits["ok"]) + sum(&hits["rejected"]) + failed
    );
    replay
}

#[test]
fn refused_connections_are_in_the_matrix() {
    let timeline = timeline();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let report = report(&["replay", timeline.path(), "--endpoint", &url]);
    let replay = assert_adds_up(&report);
    assert_eq!(
        (&replay["planned"], &replay["sent"]),
        (&40.into(), &30.into())
    );
    assert_eq!(replay["statuses"]["200"]["connect_refused"], 20);
    assert_eq!(replay["statuses"]["201"]["connect_refused"], 10);
}

#[test]
fn timeouts_are_in_the_matrix() {
    let timeline = timeline();
    // The system accepts connections in its backlog, but nothing answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let args = ["replay", timeline.path(), "--endpoint", &url];
    let short = ["--timeout", "30ms", "--drain", "10ms", "-c", "4"];
    let report = report(&[&args[..], &short].concat());
    let replay = assert_adds_up(&report);
    assert!(sum(&report["hits"]["timed_out"]) > 0);
    assert!(replay["statuses"]["200"]["timeout"].as_u64() > Some(0));
}

/// Regression test: hits due at a whole second were counted as sent in the second before.
#[test]
fn hits_are_counted_in_the_second_in_which_they_are_due() {
    let rows: Vec<_> = (0..30_u64)
        .map(|n| row(n / 10 * 1_000_000, r#""u":"/","h":"a""#))
        .collect();
    let timeline = TimelineFixture::from_rows(&rows);
    let server = ok();
    let report = report(&["replay", timeline.path(), "--endpoint", &server.url]);
    let seconds = report["replay"]["seconds"].as_array().unwrap();
    let counts: Vec<_> = seconds
        .iter()
        .map(|slice| (slice["planned"].as_u64(), slice["sent"].as_u64()))
        .collect();
    assert_eq!(counts[..3], [(Some(10), Some(10)); 3], "{seconds:?}");
}

#[test]
fn the_replay_report_matches_its_schema_exactly() {
    let timeline = timeline();
    let server = ok();
    let report = report(&["replay", timeline.path(), "--endpoint", &server.url]);
    let replay = assert_adds_up(&report);
    assert_eq!(replay["routes"].as_array().map(Vec::len), Some(3));
    let schema = fs::read(repository("docs/schemas/report.schema.json")).unwrap();
    let mut schema: Value = serde_json::from_slice(&schema).unwrap();
    close(&mut schema);
    let schema = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = schema.iter_errors(&report).map(|e| e.to_string()).collect();
    assert_eq!(errors, [""; 0], "{report}");
    let reference = fs::read_to_string(repository("docs/REPLAY.md")).unwrap();
    for key in replay.as_object().unwrap().keys() {
        assert!(
            reference.contains(&format!("| `{key}` |")),
            "docs/REPLAY.md lacks {key}"
        );
    }
}
