//! Tables of hits that were unsent or waited.

use serde_json::json;

use super::*;

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
        (
            "drain",
            Suspect,
            Suspect,
            "because the target had not let their slots open",
        ),
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
            let verdict = judged(&[("/generator/unsent", json!({cause: hits}))]);
            assert_eq!(verdict.status, status, "{hits} {cause}: {verdict:?}");
            let found = verdict
                .reasons
                .iter()
                .any(|reason| reason.starts_with(&hits.to_string()));
            assert_eq!(found, status != Valid, "{cause}: {verdict:?}");
        }
        let verdict = judged(&[("/generator/unsent", json!({cause: 1}))]);
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
    assert_eq!(judged(&[waited(limit)]).status, Valid);
    let verdict = judged(&[waited(limit + 1)]);
    assert_eq!(verdict.status, Suspect);
    let text =
        "11 hits waited because all 64 slots were in use; response includes that wait. Raise";
    assert!(verdict.reasons[0].starts_with(text), "{verdict:?}");
    let verdict = judged(&[waited(4939), ("/generator/max_in_flight", json!(2048))]);
    let text = "4,939 hits waited because all 2,048 slots were in use";
    assert!(verdict.reasons[0].starts_with(text), "{verdict:?}");
    let closed = ("/loop", json!("closed"));
    assert_eq!(judged(&[waited(10_000), closed]).status, Valid);
    // Skipped hits have a reason of their own, and one is enough.
    let skipped = |late: u64| ("/generator/unsent", json!({"late": late}));
    assert_eq!(judged(&[skipped(limit)]).status, Valid);
    let verdict = judged(&[waited(2 * limit + 1), skipped(limit + 1)]);
    assert_eq!(verdict.status, Suspect);
    assert_eq!(verdict.reasons.len(), 1, "{verdict:?}");
    let text = "11 hits were skipped because they could not start within `skip_late`";
    assert!(verdict.reasons[0].starts_with(text), "{verdict:?}");
    let late = (LATE, summary(thresholds::LATE_P99_INVALID_US));
    let verdict = judged(&[waited(limit + 1), late]);
    let reason = verdict.reasons.last().expect("a reason");
    assert!(
        reason.contains("the generator did not keep up"),
        "{verdict:?}"
    );
}

/// If a target accepted no connection, the advice was to raise the drain.
#[test]
fn slots_that_did_not_open_are_the_targets_doing_only_if_the_generator_kept_up() {
    let unsent = ("/generator/unsent", json!({"drain": 5_000}));
    let verdict = judged(std::slice::from_ref(&unsent));
    assert_eq!(verdict.status, Suspect);
    assert_eq!(verdict.codes, ["slots_not_opened"]);
    assert!(!verdict.reasons[0].contains("drain`"), "{verdict:?}");
    let late = (&format!("{LATE}/p99")[..], json!(thresholds::LATE_P99_US));
    let verdict = judged(&[unsent, late]);
    assert_eq!(verdict.codes, ["slots_not_opened", "late_p99"]);
    assert_eq!(verdict.status, Invalid);
    assert!(verdict.reasons[0].contains("Raise `drain`"), "{verdict:?}");
}

/// Hits that were due while the generator stood still vanished when it was stopped.
#[test]
fn hits_unsent_at_a_stop_are_judged_if_the_generator_stood_still() {
    let limit = (10_000.0 * thresholds::WAITED_SHARE) as u64;
    let stopped = ("/generator/unsent", json!({"stopped": 5_000}));
    assert_eq!(judged(std::slice::from_ref(&stopped)).status, Valid);
    let late = |hits: u64| ("/generator/stopped_late", json!(hits));
    assert_eq!(judged(&[stopped.clone(), late(limit)]).status, Valid);
    let verdict = judged(&[stopped.clone(), late(limit + 1)]);
    assert_eq!(verdict.codes, ["stopped_late"]);
    assert_eq!(verdict.status, Invalid);
    let text = "11 hits were due and not sent when the run was stopped";
    assert!(verdict.reasons[0].starts_with(text), "{verdict:?}");
    let all_along = (LATE, summary(thresholds::LATE_P99_INVALID_US));
    let verdict = judged(&[stopped, all_along]);
    assert_eq!(verdict.codes[..2], ["late_p99", "stopped_late"]);
    assert!(verdict.reasons[1].starts_with("5,000 hits"), "{verdict:?}");
}

/// A full backlog of a slow target was blamed on the generator because it used much memory, had
/// stalled for a moment an hour ago, or was busy without being late.
#[test]
fn problems_that_make_no_hit_late_are_not_why_hits_were_unsent() {
    for (pointer, figure, code) in [
        (
            "/generator/peak_rss_bytes",
            json!(990_000_000_u64),
            "memory",
        ),
        (
            "/generator/workers/1/blocked_max_us",
            json!(250_000.0),
            "stall",
        ),
        ("/generator/workers/1/busy", json!(0.91), "busy_thread"),
        (
            "/generator/workers/1/saturated",
            json!(0.2),
            "saturated_thread",
        ),
    ] {
        let problem = (pointer, figure);
        let stopped = ("/generator/unsent", json!({"stopped": 5_000}));
        let verdict = judged(&[stopped, problem.clone()]);
        assert_eq!(verdict.codes, [code], "{verdict:?}");
        let unsent = ("/generator/unsent", json!({"drain": 5_000}));
        let waited = ("/generator/waited_at_limit", json!(5_000));
        let verdict = judged(&[unsent, waited, problem]);
        assert_eq!(verdict.codes, [code, "slots_not_opened", "slots_full"]);
        assert_eq!(verdict.status, Suspect, "{verdict:?}");
        assert!(verdict.reasons[2].contains("Raise `max_in_flight`"));
    }
}

/// A tick said that the backlog was full with 0 hits.
#[test]
fn the_length_of_a_full_backlog_is_named_once_it_is_known() {
    let reason = |is_over: bool, peak: u64| {
        let report = report(&[
            ("/generator/unsent", json!({"backlog": 5})),
            ("/generator/peak_backlog", json!(peak)),
        ]);
        let mut evidence = Evidence::from(&report);
        evidence.is_over = is_over;
        judge(&evidence).reasons.remove(0)
    };
    let without = "5 hits were not sent because the backlog was full; latencies";
    for (is_over, peak, text) in [
        (true, 1_000, "because the backlog was full (1,000 hits); l"),
        (true, 0, without),
        (false, 0, without),
        (false, 7, without),
    ] {
        let reason = reason(is_over, peak);
        assert!(reason.contains(text), "{is_over} {peak}: {reason}");
    }
}
