//! Tables of reasons, with figures on both sides of each threshold.

mod answers;
mod codes;
mod cores;
mod costly_hits;
mod lateness;
mod unsent;

use serde_json::{Value, json};

use super::evidence::Evidence;
use super::finding::FindingCode;
use super::judge::judge;
use super::thresholds;
use super::{Verdict, VerdictStatus};
use crate::host::thread_usage::BUSY_SHARE;
use crate::report::report::Report;

fn summary(all: f64) -> Value {
    json!({"count": 1000, "min": all, "mean": all, "p50": all, "p90": all, "p95": all, "p99": all,
           "p99_9": all, "p99_99": all, "max": all})
}

/// Makes a report of ten quiet seconds with `changes`: JSON pointers and their new values.
fn report(changes: &[(&str, Value)]) -> Report {
    let worker = json!({"cpu_s": 0.5, "busy": 0.05, "saturated": 0.0, "no_core": 0.001,
                        "preempted": 1, "blocked_max_us": 900.0, "blocked_while": null});
    let mut report = json!({
        "schema": "hammer.report/1", "hammer": "test", "target": "", "seed": 1,
        "verdict": {"status": "valid", "reasons": []}, "loop": "open",
        "rate": {"requested": 1000.0, "achieved": 1000.0}, "duration_s": 10.0, "elapsed_s": 10.0,
        "stopped": false,
        "hits": {"scheduled": 10_000, "ok": 10_000, "rejected": 0, "failed": 0, "timed_out": 0,
                 "abandoned": 0, "unsent": 0},
        "response_us": summary(1000.0), "service_us": summary(900.0),
        "lateness_us": summary(100.0), "phases_us": {}, "labels": {}, "failures": {}, "advice": {},
        "bytes": {"sent": 0, "received": 0},
        "generator": {
            "threads": 2, "max_in_flight": 64, "cpu_s": 1.0, "peak_rss_bytes": 50_000_000,
            "slots_opened": 1, "sessions_opened": 1, "peak_in_flight": 64, "peak_backlog": 7,
            "waited_at_limit": 0, "unsent": {}, "stopped_late": 0, "spin": false, "schedule_late_us": summary(50.0),
            "log_dropped": 0, "workers": [worker, worker],
            "host": {"stolen": 0.0, "throttled": 0.0, "memory_bytes": 1_000_000_000},
        },
        "timeline": [],
    });
    for (pointer, value) in changes {
        *report.pointer_mut(pointer).expect(pointer) = value.clone();
    }
    serde_json::from_value(report).expect("a valid report")
}

/// A run of ten hits in ten seconds, each with `cpu_ms` of CPU time and `no_core_ms` without a core.
fn few_hits(cpu_ms: f64, no_core_ms: f64, response_ms: f64) -> Vec<(&'static str, Value)> {
    let idle = thresholds::IDLE_SHARE;
    let worker = json!({
        "busy": idle + cpu_ms / 1e3, "no_core": no_core_ms / 1e3, "blocked_max_us": 100.0,
    });
    vec![
        ("/generator/workers", json!([worker])),
        ("/generator/threads", json!(1)),
        ("/hits/scheduled", json!(10)),
        ("/hits/ok", json!(10)),
        (RESPONSE, summary(response_ms * 1e3)),
    ]
}

/// Judges a report of ten quiet seconds with `changes`.
fn judged(changes: &[(&str, Value)]) -> Verdict {
    judge(&Evidence::from(&report(changes)))
}

const LATE: &str = "/generator/schedule_late_us";
const RESPONSE: &str = "/response_us";
const WORKER: &str = "/generator/workers/1";

fn below(threshold: f64) -> f64 {
    threshold * 0.999
}

/// Checks a figure on both sides of its threshold, in a report with the changes `also`.
fn check_threshold(
    also: &[(&str, Value)],
    pointer: &str,
    threshold: f64,
    under: VerdictStatus,
    over: VerdictStatus,
    text: &str,
) {
    for (figure, status) in [(below(threshold), under), (threshold, over)] {
        let changes = [also, &[(pointer, json!(figure))]].concat();
        let verdict = judged(&changes);
        assert_eq!(verdict.status, status, "{pointer} {figure}: {verdict:?}");
        let found = verdict.reasons.iter().any(|reason| reason.contains(text));
        assert_eq!(
            found,
            figure >= threshold,
            "{pointer} {figure}: {verdict:?}"
        );
    }
}

use VerdictStatus::{Invalid, Suspect, Valid};
