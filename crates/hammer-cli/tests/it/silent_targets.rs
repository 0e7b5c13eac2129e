//! Runs against targets that accept connections and never answer.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::command::{hammer, json, report, stderr};
use crate::silent_target::SilentTarget;

/// Flags of a run whose sessions never open, for each protocol.
const SESSIONS: [(&str, &[&str]); 3] = [
    ("https", &["-k", "--http", "1.1"]),
    ("https", &["-k", "--http", "2"]),
    ("http", &["--http", "2"]),
];

fn count(report: &Value, name: &str) -> u64 {
    report["hits"][name].as_u64().unwrap()
}

/// Runs a load at a silent target. Returns the report and the number of connections.
///
/// Hits must start within 10 ms. Other tests share the cores and may delay a thread, so a run has five
/// tries.
fn run_on_time(scheme: &str, flags: &[&str]) -> (Value, u64) {
    for _ in 0..5 {
        let target = SilentTarget::spawn();
        let url = target.url(scheme);
        let command = ["http", &url, "--threads", "2"];
        let report = report(&[&command[..], flags].concat());
        if report["lateness_us"]["p99"].as_f64() < Some(10_000.0) {
            return (report, target.connections());
        }
    }
    panic!("late in five tries: {scheme} {flags:?}");
}

/// Hits waited for sessions to open, and were a second late. Each wait opened more sessions: the
/// target saw 600 connections for 400 hits, and the run was valid.
#[test]
fn hits_start_on_time_while_no_session_opens() {
    for (scheme, flags) in SESSIONS {
        let load = ["-r", "100", "-z", "2s", "-t", "1s"];
        let (report, connections) = run_on_time(scheme, &[&load[..], flags].concat());
        assert_eq!(count(&report, "scheduled"), 200, "{report}");
        assert_eq!(count(&report, "ok"), 0, "{report}");
        let codes = report["verdict"]["codes"].as_array().unwrap();
        assert!(codes.contains(&"no_answers".into()), "{flags:?}: {report}");
        assert!(
            connections <= 220,
            "{flags:?}: {connections} connections for 200 hits"
        );
    }
}

/// Four hits opened 66 connections, and "1.9/s achieved" of 10/s was valid.
#[test]
fn a_few_hits_open_a_few_connections() {
    for (scheme, flags) in SESSIONS {
        let load = ["-r", "10", "-n", "4", "-t", "1s"];
        let (report, connections) = run_on_time(scheme, &[&load[..], flags].concat());
        assert_eq!(count(&report, "scheduled"), 4, "{report}");
        assert_eq!(count(&report, "ok"), 0, "{report}");
        assert!(report["rate"]["achieved"].as_f64() > Some(5.0), "{report}");
        assert_ne!(report["verdict"]["status"], "valid", "{report}");
        // Before the clock starts, each slot of the start opens one; the hits use them.
        assert!(connections <= 16, "{flags:?}: {connections} connections");
    }
}

/// By default, the drain was as long as a timeout, so the last hits were abandoned shortly before
/// theirs.
#[test]
fn every_hit_has_its_whole_timeout() {
    let target = SilentTarget::spawn();
    let url = target.url("http");
    let report = report(&["http", &url, "-r", "5", "-n", "5", "-t", "500ms"]);
    assert_eq!(count(&report, "timed_out"), 5, "{report}");
    assert_eq!(count(&report, "abandoned"), 0, "{report}");
}

/// A run of 0.4 s waited for its sessions for a whole timeout before the clock started.
#[test]
fn the_clock_starts_although_no_session_opens() {
    let target = SilentTarget::spawn();
    let url = target.url("https");
    let load = ["http", &url, "-k", "-r", "10", "-n", "4", "-t", "60s"];
    let start = Instant::now();
    let output = hammer(&[&load[..], &["--drain", "100ms", "-q", "-o", "json"]].concat())
        .output()
        .unwrap();
    let elapsed = start.elapsed();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = json(&output);
    assert_eq!(count(&report, "scheduled"), 4, "{report}");
    // The limit is 3 s; the bound has room for a busy machine, and is far from the timeout.
    assert!(elapsed < Duration::from_secs(20), "{elapsed:?}");
    assert_ne!(report["verdict"]["status"], "valid", "{report}");
}
