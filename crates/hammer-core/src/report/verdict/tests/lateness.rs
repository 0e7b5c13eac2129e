//! Tables of lateness and stalls.

use serde_json::json;

use super::*;

#[test]
fn a_quiet_run_is_valid_and_so_is_one_without_figures() {
    assert_eq!(judged(&[]).reasons, [""; 0]);
    let unknown = [
        ("/generator/workers", json!([])),
        ("/generator/host", json!({})),
    ];
    assert_eq!(judged(&unknown).status, Valid);
}

#[test]
fn a_slow_target_does_not_affect_the_verdict() {
    let slow = judged(&[
        (RESPONSE, summary(9e6)),
        ("/service_us", summary(9e6)),
        ("/lateness_us", summary(9e6)),
        ("/generator/peak_backlog", json!(100_000)),
    ]);
    assert_eq!(slow.status, Valid);
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
        json!(thresholds::LATE_P50_INVALID_US / thresholds::LATE_P50_SHARE),
    )];
    let typical = &format!("{LATE}/p50")[..];
    let text = "late at p50, half of response or more, so the numbers describe the generator.";
    check_threshold(
        &half,
        typical,
        thresholds::LATE_P50_INVALID_US,
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

/// A lateness of 0.9 ms in a response of 1 ms was valid.
#[test]
fn lateness_that_is_half_of_a_fast_response_is_suspect() {
    let median = &format!("{RESPONSE}/p50")[..];
    let typical = &format!("{LATE}/p50")[..];
    let half = [(
        median,
        json!(thresholds::LATE_P50_US / thresholds::LATE_P50_SHARE),
    )];
    let text = "The generator was 0.2 ms late at p50, half of response or more, which adds to";
    check_threshold(
        &half,
        typical,
        thresholds::LATE_P50_US,
        Valid,
        Suspect,
        text,
    );
    let check = |late: f64, response: f64| {
        let verdict = judged(&[(typical, json!(late)), (median, json!(response))]);
        (verdict.status, verdict.codes.len())
    };
    assert_eq!(check(900.0, 1_000.0), (Suspect, 1));
    assert_eq!(check(900.0, 1_801.0), (Valid, 0));
    // A worker that wakes for each hit of a very fast target.
    assert_eq!(check(40.0, 60.0), (Valid, 0));
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
        check_threshold(also, &pointer, BUSY_SHARE - rest, Suspect, Invalid, text);
    }
    let busy = ("/generator/workers/1/busy", json!(1.0));
    for (late, response, status) in [
        (
            thresholds::LATE_P50_INVALID_US,
            thresholds::LATE_P50_INVALID_US / thresholds::LATE_P50_SHARE,
            Invalid,
        ),
        (
            below(thresholds::LATE_P50_INVALID_US),
            thresholds::LATE_P50_INVALID_US,
            Suspect,
        ),
        (below(1e5), 1e5 / thresholds::LATE_P50_SHARE, Suspect),
    ] {
        let changes = [
            busy.clone(),
            ("/lateness_us/p50", json!(late)),
            ("/response_us/p50", json!(response)),
        ];
        assert_eq!(judged(&changes).status, status, "{late} of {response}");
    }
}

#[test]
fn a_stall_is_reported_with_the_activity_of_the_thread() {
    let blocked = format!("{WORKER}/blocked_max_us");
    let stalled = "Thread 1 of the generator stalled for 200.0 ms";
    for (cause, text) in [
        (json!("asleep"), "The thread slept in a blocking call"),
        (json!("busy"), "Use more `threads` or smaller hits"),
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
            json!(BUSY_SHARE),
            "Use more `threads` or machines",
        ),
        (
            "/generator/workers/0/saturated",
            json!(thresholds::SATURATED_SECONDS_SHARE),
            "Use more `threads` or machines",
        ),
        (
            "/generator/workers/0/blocked_while",
            json!("asleep"),
            "slept in a blocking call",
        ),
        ("/seed", json!(1), "The cause is unknown"),
    ] {
        let late = (LATE, summary(thresholds::LATE_P99_INVALID_US));
        let worst = ("/generator/workers/0/blocked_max_us", json!(1000.0));
        let verdict = judged(&[late, worst, (pointer, figure)]);
        assert!(verdict.reasons[0].contains(text), "{pointer}: {verdict:?}");
        assert_eq!(verdict.status, Invalid, "the worst comes first");
    }
}

/// A process that was stopped catches up afterwards; the advice was to add threads.
#[test]
fn the_cause_that_was_seen_comes_first() {
    let stopped = |cause: Value, late_us: f64| {
        judged(&[
            (LATE, summary(late_us)),
            ("/generator/workers/1/blocked_max_us", json!(2_000_000.0)),
            ("/generator/workers/1/blocked_while", cause),
            ("/generator/workers/1/saturated", json!(0.3)),
        ])
    };
    for (cause, late_us, advice) in [
        (
            json!("asleep"),
            1_900_000.0,
            "or the process or the machine was suspended",
        ),
        (json!("no_core"), 1_900_000.0, "Other processes ran"),
        // A stall of 2 s does not make hits 9 s late.
        (json!("asleep"), 9_000_000.0, "had too much work"),
        (Value::Null, 1_900_000.0, "had too much work"),
    ] {
        let verdict = stopped(cause.clone(), late_us);
        let first = &verdict.reasons[0];
        assert!(first.contains(advice), "{cause} {late_us}: {verdict:?}");
    }
    let codes = stopped(json!("asleep"), 1_900_000.0).codes;
    assert_eq!(codes, ["late_p99", "stall"], "it was not too busy");
    let codes = stopped(Value::Null, 1_900_000.0).codes;
    assert_eq!(codes, ["late_p99", "stall", "saturated_thread"]);
    let longer = judged(&[
        ("/generator/workers/1/blocked_max_us", json!(2_000_000.0)),
        ("/generator/workers/1/blocked_while", json!("asleep")),
        ("/generator/workers/1/saturated", json!(0.31)),
    ]);
    assert_eq!(longer.codes, ["stall", "saturated_thread"]);
}
