//! Tables of reasons, with figures on both sides of each threshold.

use serde_json::{Value, json};

use super::thresholds;
use super::{VerdictStatus, judge};
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
            "waited_at_limit": 0, "unsent": {}, "schedule_late_us": summary(50.0),
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
        let verdict = judge(&report(&changes));
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

#[test]
fn a_quiet_run_is_valid_and_so_is_one_without_figures() {
    assert_eq!(judge(&report(&[])).reasons, [""; 0]);
    let unknown = [
        ("/generator/workers", json!([])),
        ("/generator/host", json!({})),
    ];
    assert_eq!(judge(&report(&unknown)).status, Valid);
}

#[test]
fn a_slow_target_does_not_affect_the_verdict() {
    let slow = report(&[
        (RESPONSE, summary(9e6)),
        ("/service_us", summary(9e6)),
        ("/lateness_us", summary(9e6)),
        ("/generator/peak_backlog", json!(100_000)),
    ]);
    assert_eq!(judge(&slow).status, Valid);
}

#[test]
fn lateness_is_judged_by_itself_and_against_response() {
    let (late, response) = (&format!("{LATE}/p99")[..], &format!("{RESPONSE}/p99")[..]);
    let text = "ms late at p99 and did not keep the schedule.";
    // Lateness is negligible against the first response, but not against the second.
    let slow = [(response, json!(9e6))];
    check_threshold(
        &slow,
        late,
        thresholds::LATE_P99_INVALID_US,
        Valid,
        Invalid,
        text,
    );
    let text = "The generator was 2.0 ms late at p99, which adds to response. ";
    check_threshold(&[], late, thresholds::LATE_P99_US, Valid, Suspect, text);
    let slower = [(
        response,
        json!(thresholds::LATE_P99_US * 5.0 / thresholds::LATE_P99_SHARE),
    )];
    let text = "late at p99, which adds";
    check_threshold(
        &slower,
        late,
        thresholds::LATE_P99_US * 5.0,
        Valid,
        Suspect,
        text,
    );
    let median = &format!("{RESPONSE}/p50")[..];
    let half = [(
        median,
        json!(thresholds::LATE_P50_US / thresholds::LATE_P50_SHARE),
    )];
    let typical = &format!("{LATE}/p50")[..];
    let text = "late at p50, half of response or more";
    check_threshold(
        &half,
        typical,
        thresholds::LATE_P50_US,
        Valid,
        Invalid,
        text,
    );
    let longer = [(median, json!(1e5))];
    let half_late = 1e5 * thresholds::LATE_P50_SHARE;
    check_threshold(
        &longer,
        typical,
        half_late,
        Valid,
        Invalid,
        "50.0 ms late at p50",
    );
}

#[test]
fn an_overloaded_thread_makes_waits_for_slots_invalid() {
    let waits = [
        ("/lateness_us/p50", json!(9e5)),
        ("/response_us/p50", json!(1e6)),
        ("/generator/waited_at_limit", json!(10_000)),
    ];
    let text = "Thread 1 of the generator had work for 90 % of the time, and hits started 900.0 ms";
    let no_core = [&waits[..], &[("/generator/workers/1/busy", json!(0.0))]].concat();
    for (also, figure) in [(&waits[..], "busy"), (&no_core[..], "no_core")] {
        // The other figure has its quiet value, 0.1 %, or none.
        let rest = if figure == "busy" { 0.001 } else { 0.0 };
        let pointer = format!("{WORKER}/{figure}");
        check_threshold(
            also,
            &pointer,
            thresholds::BUSY_SHARE - rest,
            Suspect,
            Invalid,
            text,
        );
    }
    let busy = ("/generator/workers/1/busy", json!(1.0));
    for (late, response, status) in [
        (
            thresholds::LATE_P50_US,
            thresholds::LATE_P50_US / thresholds::LATE_P50_SHARE,
            Invalid,
        ),
        (
            below(thresholds::LATE_P50_US),
            thresholds::LATE_P50_US,
            Suspect,
        ),
        (below(1e5), 1e5 / thresholds::LATE_P50_SHARE, Suspect),
    ] {
        let changes = [
            busy.clone(),
            ("/lateness_us/p50", json!(late)),
            ("/response_us/p50", json!(response)),
        ];
        assert_eq!(
            judge(&report(&changes)).status,
            status,
            "{late} of {response}"
        );
    }
}

#[test]
fn lost_cores_matter_if_they_affected_the_latencies() {
    let worker = |figure: &str| format!("{WORKER}/{figure}");
    let harm = [(
        &format!("{RESPONSE}/p99")[..],
        json!(50.0 / thresholds::LATE_P99_SHARE),
    )];
    let none = [(
        &format!("{RESPONSE}/p99")[..],
        json!(51.0 / thresholds::LATE_P99_SHARE),
    )];
    let closed = [&none[..], &[("/loop", json!("closed"))]].concat();
    for (pointer, threshold, text) in [
        (
            worker("no_core"),
            thresholds::NO_CORE_SHARE,
            "Thread 1 of the generator was ready to run but had no core for 10 %",
        ),
        (
            "/generator/host/stolen".to_owned(),
            thresholds::STOLEN_SHARE,
            "The host gave 2.0 % of the CPU time",
        ),
        (
            "/generator/host/throttled".to_owned(),
            thresholds::THROTTLED_SHARE,
            "ran out of CPU time in 5.0 % of its periods",
        ),
    ] {
        check_threshold(&harm, &pointer, threshold, Valid, Suspect, text);
        check_threshold(&closed, &pointer, threshold, Valid, Suspect, text);
        let changes = [&none[..], &[(&pointer[..], json!(threshold))]].concat();
        assert_eq!(
            judge(&report(&changes)).status,
            Valid,
            "{pointer} did no harm"
        );
    }
    let throttled = "/generator/host/throttled";
    let text = "The generator's control group ran out of CPU time in 50 %";
    for (share, status) in [
        (below(thresholds::THROTTLED_INVALID_SHARE), Suspect),
        (thresholds::THROTTLED_INVALID_SHARE, Invalid),
    ] {
        let changes = [&harm[..], &[(throttled, json!(share))]].concat();
        assert_eq!(judge(&report(&changes)).status, status, "{share}");
    }
    check_threshold(
        &none,
        throttled,
        thresholds::THROTTLED_INVALID_SHARE,
        Valid,
        Invalid,
        text,
    );
}

#[test]
fn one_busy_thread_among_idle_ones_is_found() {
    let worker = |figure: &str| format!("{WORKER}/{figure}");
    let text = "Thread 1 of the generator was busy for 90 % of the time and may be";
    check_threshold(
        &[],
        &worker("busy"),
        thresholds::BUSY_SHARE,
        Valid,
        Suspect,
        text,
    );
    let text = "Thread 1 of the generator was saturated in 10 % of the seconds";
    check_threshold(
        &[],
        &worker("saturated"),
        thresholds::SATURATED_SECONDS_SHARE,
        Valid,
        Suspect,
        text,
    );
    let unmeasured = [
        ("/generator/workers", json!([])),
        ("/generator/threads", json!(1)),
    ];
    let text = "The generator's threads were busy for 90 %";
    check_threshold(
        &unmeasured,
        "/generator/cpu_s",
        10.0 * thresholds::BUSY_SHARE,
        Valid,
        Suspect,
        text,
    );
    let busy = (&worker("busy")[..], json!(1.0));
    for (elapsed, status) in [
        (below(thresholds::MIN_BUSY_RUN_S), Valid),
        (thresholds::MIN_BUSY_RUN_S, Suspect),
    ] {
        let changes = [busy.clone(), ("/elapsed_s", json!(elapsed))];
        assert_eq!(judge(&report(&changes)).status, status, "{elapsed} s");
    }
}

#[test]
fn a_stall_is_reported_with_the_activity_of_the_thread() {
    let blocked = format!("{WORKER}/blocked_max_us");
    let stalled = "Thread 1 of the generator stalled for 200.0 ms";
    for (cause, text) in [
        (json!("asleep"), "Its hammer blocked the thread"),
        (json!("busy"), "Do less within a hit"),
        (json!("no_core"), "Other processes ran on its cores"),
        (Value::Null, "The cause is unknown"),
    ] {
        let also = [(&format!("{WORKER}/blocked_while")[..], cause)];
        check_threshold(
            &also,
            &blocked,
            thresholds::STALL_US,
            Valid,
            Suspect,
            stalled,
        );
        check_threshold(&also, &blocked, thresholds::STALL_US, Valid, Suspect, text);
    }
    let text = "The generator stalled for 200.0 ms";
    check_threshold(
        &[],
        &format!("{LATE}/max"),
        thresholds::STALL_US,
        Valid,
        Suspect,
        text,
    );
}

#[test]
fn lateness_is_explained_by_the_figures() {
    for (pointer, figure, text) in [
        (
            "/generator/host/throttled",
            json!(thresholds::THROTTLED_SHARE),
            "Raise that limit",
        ),
        (
            "/generator/workers/0/no_core",
            json!(thresholds::NO_CORE_SHARE),
            "Other processes ran on its cores",
        ),
        (
            "/generator/host/stolen",
            json!(thresholds::STOLEN_SHARE),
            "The host gave its cores to others",
        ),
        (
            "/generator/workers/0/busy",
            json!(thresholds::BUSY_SHARE),
            "Add --threads or machines",
        ),
        (
            "/generator/workers/0/saturated",
            json!(thresholds::SATURATED_SECONDS_SHARE),
            "Add --threads or machines",
        ),
        (
            "/generator/workers/0/blocked_while",
            json!("asleep"),
            "blocked the thread",
        ),
        ("/seed", json!(1), "The cause is unknown"),
    ] {
        let late = (LATE, summary(thresholds::LATE_P99_INVALID_US));
        let worst = ("/generator/workers/0/blocked_max_us", json!(1000.0));
        let verdict = judge(&report(&[late, worst, (pointer, figure)]));
        assert!(verdict.reasons[0].contains(text), "{pointer}: {verdict:?}");
        assert_eq!(verdict.status, Invalid, "the worst comes first");
    }
}

#[test]
fn memory_is_judged_against_the_available_memory() {
    let limit = thresholds::MEMORY_SHARE * 1e9;
    let text = "The generator used 90 % of the 1,000 MB of memory";
    for (used, status) in [(limit as u64 - 1_000_000, Valid), (limit as u64, Suspect)] {
        let verdict = judge(&report(&[("/generator/peak_rss_bytes", json!(used))]));
        assert_eq!(verdict.status, status);
        assert_eq!(
            verdict.reasons.iter().any(|r| r.contains(text)),
            status == Suspect
        );
    }
}

#[test]
fn unsent_hits_are_reported_by_cause() {
    let limit = (10_000.0 * thresholds::WAITED_SHARE) as u64;
    for (cause, few, many, text) in [
        (
            "backlog",
            Suspect,
            Invalid,
            "hit was not sent because the backlog was full (7 hits); latencies exclude them.",
        ),
        (
            "in_flight_bound",
            Suspect,
            Invalid,
            "because all 64 slots were in use",
        ),
        ("drain", Suspect, Invalid, "because the drain ended"),
        ("stopped", Valid, Valid, ""),
        (
            "files",
            Invalid,
            Invalid,
            "hit failed because the generator ran out of open files. Raise",
        ),
        ("ports", Invalid, Invalid, "ran out of local ports. Keep"),
        (
            "memory",
            Invalid,
            Invalid,
            "ran out of memory for connections. Lower",
        ),
    ] {
        for (hits, status) in [(limit, few), (limit + 1, many)] {
            let verdict = judge(&report(&[("/generator/unsent", json!({cause: hits}))]));
            assert_eq!(verdict.status, status, "{hits} {cause}: {verdict:?}");
            let found = verdict
                .reasons
                .iter()
                .any(|reason| reason.starts_with(&hits.to_string()));
            assert_eq!(found, status != Valid, "{cause}: {verdict:?}");
        }
        let verdict = judge(&report(&[("/generator/unsent", json!({cause: 1}))]));
        assert!(
            verdict.reasons.iter().all(|reason| reason.contains(text)),
            "{verdict:?}"
        );
    }
}

#[test]
fn waits_for_slots_are_the_targets_fault_only_if_the_generator_kept_up() {
    let limit = (10_000.0 * thresholds::WAITED_SHARE) as u64;
    let waited = |hits: u64| ("/generator/waited_at_limit", json!(hits));
    assert_eq!(judge(&report(&[waited(limit)])).status, Valid);
    let verdict = judge(&report(&[waited(limit + 1)]));
    assert_eq!(verdict.status, Suspect);
    let text =
        "11 hits waited because all 64 slots were in use; response includes that wait. Raise";
    assert!(verdict.reasons[0].starts_with(text), "{verdict:?}");
    let verdict = judge(&report(&[
        waited(4939),
        ("/generator/max_in_flight", json!(2048)),
    ]));
    let text = "4,939 hits waited because all 2,048 slots were in use";
    assert!(verdict.reasons[0].starts_with(text), "{verdict:?}");
    let closed = ("/loop", json!("closed"));
    assert_eq!(judge(&report(&[waited(10_000), closed])).status, Valid);
    // Skipped hits have a reason of their own, and one is enough.
    let skipped = |late: u64| ("/generator/unsent", json!({"late": late}));
    assert_eq!(judge(&report(&[skipped(limit)])).status, Valid);
    let verdict = judge(&report(&[waited(2 * limit + 1), skipped(limit + 1)]));
    assert_eq!(verdict.status, Suspect);
    assert_eq!(verdict.reasons.len(), 1, "{verdict:?}");
    let text = "11 hits were skipped because they could not start within --skip-late";
    assert!(verdict.reasons[0].starts_with(text), "{verdict:?}");
    let late = (LATE, summary(thresholds::LATE_P99_INVALID_US));
    let verdict = judge(&report(&[waited(limit + 1), late]));
    let reason = verdict.reasons.last().expect("a reason");
    assert!(
        reason.contains("the generator did not keep up"),
        "{verdict:?}"
    );
}

#[test]
fn without_answers_there_is_no_latency_to_affect() {
    let none = json!({"count": 0, "min": 0.0, "mean": 0.0, "p50": 0.0, "p90": 0.0, "p95": 0.0,
                      "p99": 0.0, "p99_9": 0.0, "p99_99": 0.0, "max": 0.0});
    let refused = [
        (RESPONSE, none),
        ("/hits/ok", json!(0)),
        ("/hits/failed", json!(10_000)),
    ];
    let late = (LATE, summary(thresholds::LATE_P50_US * 3.0));
    assert_eq!(judge(&report(std::slice::from_ref(&late))).status, Invalid);
    let verdict = judge(&report(&[&refused[..], &[late]].concat()));
    assert_eq!(verdict.reasons, [""; 0]);
    let too_late = (LATE, summary(thresholds::LATE_P99_INVALID_US));
    assert_eq!(
        judge(&report(&[&refused[..], &[too_late]].concat())).status,
        Invalid
    );
}
