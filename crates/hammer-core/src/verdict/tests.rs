//! What is said of which report: each reason, and both sides of each threshold.

use serde_json::{Value, json};

use super::thresholds as bounds;
use super::{VerdictStatus, judge};
use crate::Report;

fn summary(all: f64) -> Value {
    json!({"count": 1000, "min": all, "mean": all, "p50": all, "p90": all, "p95": all, "p99": all,
           "p99_9": all, "p99_99": all, "max": all})
}

/// A report of ten quiet seconds with `changes`: JSON pointers and what is there instead.
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
    serde_json::from_value(report).expect("it has the shape of a report")
}

const LATE: &str = "/generator/schedule_late_us";
const RESPONSE: &str = "/response_us";
const WORKER: &str = "/generator/workers/1";

fn below(threshold: f64) -> f64 {
    threshold * 0.999
}

/// Checks a figure on both sides of its threshold, in a report with `also`.
fn check_threshold(
    also: &[(&str, Value)],
    pointer: &str,
    threshold: f64,
    under: VerdictStatus,
    over: VerdictStatus,
    says: &str,
) {
    for (figure, status) in [(below(threshold), under), (threshold, over)] {
        let changes = [also, &[(pointer, json!(figure))]].concat();
        let verdict = judge(&report(&changes));
        assert_eq!(verdict.status, status, "{pointer} {figure}: {verdict:?}");
        let said = verdict.reasons.iter().any(|reason| reason.contains(says));
        assert_eq!(said, figure >= threshold, "{pointer} {figure}: {verdict:?}");
    }
}

use VerdictStatus::{Invalid, Suspect, Valid};

#[test]
fn a_quiet_run_is_valid_and_so_is_one_of_which_nothing_is_known() {
    assert_eq!(judge(&report(&[])).reasons, [""; 0]);
    let unknown = [
        ("/generator/workers", json!([])),
        ("/generator/host", json!({})),
    ];
    assert_eq!(judge(&report(&unknown)).status, Valid);
}

#[test]
fn a_slow_target_is_no_fault_of_the_generator() {
    let slow = report(&[
        (RESPONSE, summary(9e6)),
        ("/service_us", summary(9e6)),
        ("/lateness_us", summary(9e6)),
        ("/generator/peak_backlog", json!(100_000)),
    ]);
    assert_eq!(judge(&slow).status, Valid);
}

#[test]
fn lateness_counts_as_such_and_against_the_response() {
    let (late, response) = (&format!("{LATE}/p99")[..], &format!("{RESPONSE}/p99")[..]);
    let lost = "ms late at p99, so the schedule was not kept";
    // A response beside which no lateness matters, and one beside which it does.
    let slow = [(response, json!(9e6))];
    check_threshold(
        &slow,
        late,
        bounds::LATE_P99_INVALID_US,
        Valid,
        Invalid,
        lost,
    );
    let says = "the generator turned to hits 2.0 ms late at p99: ";
    check_threshold(&[], late, bounds::LATE_P99_US, Valid, Suspect, says);
    let slower = [(
        response,
        json!(bounds::LATE_P99_US * 5.0 / bounds::LATE_P99_SHARE),
    )];
    let says = "late at p99: ";
    check_threshold(
        &slower,
        late,
        bounds::LATE_P99_US * 5.0,
        Valid,
        Suspect,
        says,
    );
    let median = &format!("{RESPONSE}/p50")[..];
    let half = [(median, json!(bounds::LATE_P50_US / bounds::LATE_P50_SHARE))];
    let typical = &format!("{LATE}/p50")[..];
    let says = "late at p50, half of";
    check_threshold(&half, typical, bounds::LATE_P50_US, Valid, Invalid, says);
    let longer = [(median, json!(1e5))];
    let most = 1e5 * bounds::LATE_P50_SHARE;
    check_threshold(
        &longer,
        typical,
        most,
        Valid,
        Invalid,
        "50.0 ms late at p50",
    );
}

#[test]
fn a_thread_without_time_makes_the_wait_for_a_slot_its_own() {
    let waits = [
        ("/lateness_us/p50", json!(9e5)),
        ("/response_us/p50", json!(1e6)),
        ("/generator/waited_at_limit", json!(10_000)),
    ];
    let says = "thread 1 of the generator had work for 90 % of the time and hits started 900.0 ms";
    let no_core = [&waits[..], &[("/generator/workers/1/busy", json!(0.0))]].concat();
    for (also, figure) in [(&waits[..], "busy"), (&no_core[..], "no_core")] {
        // The other one of the two has its quiet figure, 0.1 %, or none.
        let rest = if figure == "busy" { 0.001 } else { 0.0 };
        let pointer = format!("{WORKER}/{figure}");
        check_threshold(
            also,
            &pointer,
            bounds::BUSY_SHARE - rest,
            Suspect,
            Invalid,
            says,
        );
    }
    let busy = ("/generator/workers/1/busy", json!(1.0));
    for (late, response, status) in [
        (
            bounds::LATE_P50_US,
            bounds::LATE_P50_US / bounds::LATE_P50_SHARE,
            Invalid,
        ),
        (below(bounds::LATE_P50_US), bounds::LATE_P50_US, Suspect),
        (below(1e5), 1e5 / bounds::LATE_P50_SHARE, Suspect),
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
fn what_takes_the_cores_away_matters_if_it_did_harm() {
    let worker = |figure: &str| format!("{WORKER}/{figure}");
    let harm = [(
        &format!("{RESPONSE}/p99")[..],
        json!(50.0 / bounds::LATE_P99_SHARE),
    )];
    let none = [(
        &format!("{RESPONSE}/p99")[..],
        json!(51.0 / bounds::LATE_P99_SHARE),
    )];
    let closed = [&none[..], &[("/loop", json!("closed"))]].concat();
    for (pointer, threshold, says) in [
        (
            worker("no_core"),
            bounds::NO_CORE_SHARE,
            "thread 1 of the generator was ready to run and had no core for 10 %",
        ),
        (
            "/generator/host/stolen".to_owned(),
            bounds::STOLEN_SHARE,
            "the host took 2.0 % of the cores' time",
        ),
        (
            "/generator/host/throttled".to_owned(),
            bounds::THROTTLED_SHARE,
            "processor time in 5.0 % of the periods",
        ),
    ] {
        check_threshold(&harm, &pointer, threshold, Valid, Suspect, says);
        check_threshold(&closed, &pointer, threshold, Valid, Suspect, says);
        let changes = [&none[..], &[(&pointer[..], json!(threshold))]].concat();
        assert_eq!(
            judge(&report(&changes)).status,
            Valid,
            "{pointer} did no harm"
        );
    }
    let throttled = "/generator/host/throttled";
    let says = "the generator's control group used up its processor time in 50 %";
    for (share, status) in [
        (below(bounds::THROTTLED_INVALID_SHARE), Suspect),
        (bounds::THROTTLED_INVALID_SHARE, Invalid),
    ] {
        let changes = [&harm[..], &[(throttled, json!(share))]].concat();
        assert_eq!(judge(&report(&changes)).status, status, "{share}");
    }
    check_threshold(
        &none,
        throttled,
        bounds::THROTTLED_INVALID_SHARE,
        Valid,
        Invalid,
        says,
    );
}

#[test]
fn one_busy_thread_among_idle_ones_is_seen() {
    let worker = |figure: &str| format!("{WORKER}/{figure}");
    let says = "thread 1 of the generator's 2 was busy for 90 % of the time";
    check_threshold(
        &[],
        &worker("busy"),
        bounds::BUSY_SHARE,
        Valid,
        Suspect,
        says,
    );
    let says = "thread 1 of the generator had no time left in 10 % of the seconds";
    check_threshold(
        &[],
        &worker("saturated"),
        bounds::SATURATED_SECONDS_SHARE,
        Valid,
        Suspect,
        says,
    );
    let untold = [
        ("/generator/workers", json!([])),
        ("/generator/threads", json!(1)),
    ];
    let says = "the generator's threads were busy for 90 %";
    check_threshold(
        &untold,
        "/generator/cpu_s",
        10.0 * bounds::BUSY_SHARE,
        Valid,
        Suspect,
        says,
    );
    let busy = (&worker("busy")[..], json!(1.0));
    for (elapsed, status) in [
        (below(bounds::MIN_BUSY_RUN_S), Valid),
        (bounds::MIN_BUSY_RUN_S, Suspect),
    ] {
        let changes = [busy.clone(), ("/elapsed_s", json!(elapsed))];
        assert_eq!(judge(&report(&changes)).status, status, "{elapsed} s");
    }
}

#[test]
fn a_loop_that_stood_still_is_told_with_what_the_thread_did() {
    let blocked = format!("{WORKER}/blocked_max_us");
    let stood = "thread 1 of the generator stood still for 200.0 ms";
    for (hold, says) in [
        (json!("asleep"), "its hammer blocks the thread"),
        (json!("busy"), "do less within a hit"),
        (json!("no_core"), "others ran on its cores"),
        (Value::Null, "shared its cores"),
    ] {
        let also = [(&format!("{WORKER}/blocked_while")[..], hold)];
        check_threshold(&also, &blocked, bounds::STALL_US, Valid, Suspect, stood);
        check_threshold(&also, &blocked, bounds::STALL_US, Valid, Suspect, says);
    }
    let says = "the generator stood still for 200.0 ms";
    check_threshold(
        &[],
        &format!("{LATE}/max"),
        bounds::STALL_US,
        Valid,
        Suspect,
        says,
    );
}

#[test]
fn lateness_is_blamed_on_what_the_figures_tell() {
    for (pointer, figure, says) in [
        (
            "/generator/host/throttled",
            json!(bounds::THROTTLED_SHARE),
            "raise that limit",
        ),
        (
            "/generator/workers/0/no_core",
            json!(bounds::NO_CORE_SHARE),
            "others ran on its cores",
        ),
        (
            "/generator/host/stolen",
            json!(bounds::STOLEN_SHARE),
            "the host took its cores away",
        ),
        (
            "/generator/workers/0/busy",
            json!(bounds::BUSY_SHARE),
            "add --threads or machines",
        ),
        (
            "/generator/workers/0/saturated",
            json!(bounds::SATURATED_SECONDS_SHARE),
            "add --threads or machines",
        ),
        (
            "/generator/workers/0/blocked_while",
            json!("asleep"),
            "blocks the thread",
        ),
        ("/seed", json!(1), "it shared its cores"),
    ] {
        let late = (LATE, summary(bounds::LATE_P99_INVALID_US));
        let worst = ("/generator/workers/0/blocked_max_us", json!(1000.0));
        let verdict = judge(&report(&[late, worst, (pointer, figure)]));
        assert!(verdict.reasons[0].contains(says), "{pointer}: {verdict:?}");
        assert_eq!(verdict.status, Invalid, "the worst comes first");
    }
}

#[test]
fn memory_is_weighed_against_what_there_is() {
    let most = bounds::MEMORY_SHARE * 1e9;
    let says = "the generator used 90 % of the 1000 MB of memory";
    for (used, status) in [(most as u64 - 1_000_000, Valid), (most as u64, Suspect)] {
        let verdict = judge(&report(&[("/generator/peak_rss_bytes", json!(used))]));
        assert_eq!(verdict.status, status);
        assert_eq!(
            verdict.reasons.iter().any(|r| r.contains(says)),
            status == Suspect
        );
    }
}

#[test]
fn hits_that_were_not_sent_are_told_by_cause() {
    let most = (10_000.0 * bounds::WAITED_SHARE) as u64;
    for (cause, few, many, says) in [
        (
            "backlog",
            Suspect,
            Invalid,
            "hits were never sent, since 7 waited already",
        ),
        (
            "in_flight_bound",
            Suspect,
            Invalid,
            "since all 64 slots were taken",
        ),
        ("drain", Suspect, Invalid, "since the drain ended"),
        ("stopped", Valid, Valid, ""),
        (
            "files",
            Invalid,
            Invalid,
            "hits failed because the generator ran out of open files: raise",
        ),
        ("ports", Invalid, Invalid, "ran out of local ports: keep"),
        (
            "memory",
            Invalid,
            Invalid,
            "ran out of memory for connections: the system",
        ),
    ] {
        for (hits, status) in [(most, few), (most + 1, many)] {
            let verdict = judge(&report(&[("/generator/unsent", json!({cause: hits}))]));
            assert_eq!(verdict.status, status, "{hits} {cause}: {verdict:?}");
            let told = verdict
                .reasons
                .iter()
                .any(|reason| reason.starts_with(&hits.to_string()));
            assert_eq!(told, status != Valid, "{cause}: {verdict:?}");
        }
        let verdict = judge(&report(&[("/generator/unsent", json!({cause: 1}))]));
        assert!(
            verdict.reasons.iter().all(|reason| reason.contains(says)),
            "{verdict:?}"
        );
    }
}

#[test]
fn waiting_for_a_slot_is_blamed_on_the_target_if_the_generator_kept_up() {
    let most = (10_000.0 * bounds::WAITED_SHARE) as u64;
    let waited = |hits: u64| ("/generator/waited_at_limit", json!(hits));
    assert_eq!(judge(&report(&[waited(most)])).status, Valid);
    let verdict = judge(&report(&[waited(most + 1)]));
    assert_eq!(verdict.status, Suspect);
    let says = "11 hits waited because all 64 slots were taken: the target was slower";
    assert!(verdict.reasons[0].starts_with(says), "{verdict:?}");
    let closed = ("/loop", json!("closed"));
    assert_eq!(judge(&report(&[waited(10_000), closed])).status, Valid);
    // Those that --skip-late left out have a reason of their own, and one is enough.
    let left_out = |late: u64| ("/generator/unsent", json!({"late": late}));
    assert_eq!(judge(&report(&[left_out(most)])).status, Valid);
    let verdict = judge(&report(&[waited(2 * most + 1), left_out(most + 1)]));
    assert_eq!(verdict.status, Suspect);
    assert_eq!(verdict.reasons.len(), 1, "{verdict:?}");
    let says = "11 hits were left out since they could not start within --skip-late";
    assert!(verdict.reasons[0].starts_with(says), "{verdict:?}");
    let late = (LATE, summary(bounds::LATE_P99_INVALID_US));
    let verdict = judge(&report(&[waited(most + 1), late]));
    let reason = verdict.reasons.last().expect("a reason");
    assert!(
        reason.contains("the generator did not keep up"),
        "{verdict:?}"
    );
}

#[test]
fn where_nothing_was_answered_there_is_no_latency_to_colour() {
    let none = json!({"count": 0, "min": 0.0, "mean": 0.0, "p50": 0.0, "p90": 0.0, "p95": 0.0,
                      "p99": 0.0, "p99_9": 0.0, "p99_99": 0.0, "max": 0.0});
    let refused = [
        (RESPONSE, none),
        ("/hits/ok", json!(0)),
        ("/hits/failed", json!(10_000)),
    ];
    let late = (LATE, summary(bounds::LATE_P50_US * 3.0));
    assert_eq!(judge(&report(std::slice::from_ref(&late))).status, Invalid);
    let verdict = judge(&report(&[&refused[..], &[late]].concat()));
    assert_eq!(verdict.reasons, [""; 0]);
    let lost = (LATE, summary(bounds::LATE_P99_INVALID_US));
    assert_eq!(
        judge(&report(&[&refused[..], &[lost]].concat())).status,
        Invalid
    );
}
