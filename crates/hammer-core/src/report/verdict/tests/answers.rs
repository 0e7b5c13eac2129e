//! Tables of runs without answers.

use serde_json::json;

use super::*;

#[test]
fn without_answers_there_is_no_latency_to_affect() {
    let none = json!({"count": 0, "min": 0.0, "mean": 0.0, "p50": 0.0, "p90": 0.0, "p95": 0.0,
                      "p99": 0.0, "p99_9": 0.0, "p99_99": 0.0, "max": 0.0});
    let refused = [
        (RESPONSE, none),
        ("/hits/ok", json!(0)),
        ("/hits/failed", json!(10_000)),
    ];
    let late = (LATE, summary(thresholds::LATE_P50_INVALID_US * 3.0));
    assert_eq!(judged(std::slice::from_ref(&late)).status, Invalid);
    let verdict = judged(&[&refused[..], &[late]].concat());
    assert_eq!(verdict.codes, ["no_answers"]);
    let too_late = (LATE, summary(thresholds::LATE_P99_INVALID_US));
    assert_eq!(
        judged(&[&refused[..], &[too_late]].concat()).status,
        Invalid
    );
}

/// Nothing was measured, and the numbers were said to describe the target.
#[test]
fn a_run_that_sent_nothing_is_invalid() {
    let unsent = |cause: &str, hits: u64| {
        vec![
            ("/hits/scheduled", json!(hits)),
            ("/hits/ok", json!(0)),
            ("/hits/unsent", json!(hits)),
            ("/generator/unsent", json!({cause: hits})),
            (RESPONSE, json!({"count": 0})),
        ]
    };
    for (changes, text) in [
        (unsent("stopped", 0), "No hit was due before the run ended"),
        (
            unsent("stopped", 7),
            "7 hits were due, but none was sent, so nothing was measured. Let it run longer.",
        ),
        (
            unsent("late", 7),
            "so nothing was measured. Raise `skip_late`",
        ),
        (unsent("backlog", 7), "See the other reasons."),
    ] {
        let verdict = judged(&changes);
        assert_eq!(verdict.status, Invalid);
        assert_eq!(verdict.codes[0], "nothing_sent", "{verdict:?}");
        assert!(verdict.reasons[0].contains(text), "{verdict:?}");
    }
    let mut one = unsent("late", 7);
    one.push(("/hits/scheduled", json!(8)));
    one.push(("/hits/ok", json!(1)));
    assert_ne!(judged(&one).codes[0], "nothing_sent");
}

#[test]
fn a_run_without_answers_says_what_the_target_did_not_do() {
    let ended = |failed: u64, abandoned: u64, failures: Value| {
        vec![
            ("/hits/scheduled", json!(failed + abandoned)),
            ("/hits/ok", json!(0)),
            ("/hits/failed", json!(failed)),
            ("/hits/abandoned", json!(abandoned)),
            ("/failures", failures),
            (RESPONSE, json!({"count": 0})),
        ]
    };
    let refused = json!({"connect_refused": 400, "unreachable": 0});
    for (changes, code, text) in [
        (
            ended(400, 0, refused.clone()),
            "not_reached",
            "by any of 400 hits (connect refused: 400)",
        ),
        (
            ended(400, 1, refused),
            "no_answers",
            "none of 401 hits (connect refused: 400)",
        ),
        (
            ended(400, 0, json!({"timeout": 400})),
            "no_answers",
            "none of 400 hits (timeout: 400)",
        ),
        (ended(0, 20, json!({})), "no_answers", "none of 20 hits, so"),
    ] {
        let verdict = judged(&changes);
        assert_eq!(verdict.status, Suspect, "not the generator's fault");
        assert_eq!(verdict.codes, [code], "{verdict:?}");
        assert!(verdict.reasons[0].contains(text), "{verdict:?}");
    }
    let mut no_session = ended(400, 0, json!({"tls": 400}));
    no_session.push(("/generator/sessions_opened", json!(0)));
    assert_eq!(judged(&no_session).codes, ["not_reached"]);
}

/// A target that accepted connections was said not to be reached, and the reader was told to check its
/// address.
#[test]
fn a_target_with_unusable_connections_was_reached() {
    let untrusted = |hits: u64, connections: u64| {
        let mut report = report(&[
            ("/hits/scheduled", json!(hits)),
            ("/hits/ok", json!(0)),
            ("/hits/failed", json!(hits)),
            ("/failures", json!({"tls_untrusted": hits})),
            ("/advice", json!({"tls_untrusted": "trust its issuer"})),
            ("/generator/sessions_opened", json!(0)),
            (RESPONSE, json!({"count": 0})),
        ]);
        let address = json!({"address": "127.0.0.1:1", "scheduled": hits, "ok": 0, "rejected": 0,
                             "failed": hits, "timed_out": 0, "abandoned": 0, "unsent": 0,
                             "connections": connections});
        report.addresses = serde_json::from_value(json!([address])).expect("addresses");
        judge(&Evidence::from(&report))
    };
    for (hits, connections, code, what) in [
        (
            3,
            3,
            "no_answers",
            "Connections opened, but none could be used for 3 hits",
        ),
        (
            3,
            0,
            "not_reached",
            "The target was not reached by any of 3 hits",
        ),
        (
            1,
            0,
            "not_reached",
            "The target was not reached by the only hit",
        ),
    ] {
        let expected = format!(
            "{what} (tls untrusted: {hits}), so there are no latencies. See the advice for this \
             failure."
        );
        let verdict = untrusted(hits, connections);
        assert_eq!(verdict.codes, [code], "{verdict:?}");
        assert_eq!(verdict.reasons, [expected]);
    }
}

/// The cores were blamed for a target that answered nothing, because no lateness is below a tenth
/// of no response.
#[test]
fn without_answers_lost_cores_do_no_harm() {
    let mute = [
        ("/hits/ok", json!(0)),
        ("/hits/abandoned", json!(10_000)),
        (RESPONSE, json!({"count": 0})),
        ("/generator/host/stolen", json!(0.5)),
        ("/generator/workers/1/no_core", json!(0.5)),
    ];
    assert_eq!(judged(&mute).codes, ["no_answers"]);
}

#[test]
fn a_run_that_lasts_is_not_judged_by_what_may_still_come() {
    let report = report(&[
        ("/hits/scheduled", json!(3)),
        ("/hits/ok", json!(0)),
        (RESPONSE, json!({"count": 0})),
    ]);
    let mut evidence = Evidence::from(&report);
    assert_eq!(judge(&evidence).codes, ["no_answers"]);
    evidence.is_over = false;
    assert_eq!(judge(&evidence).status, Valid);
}

/// A dead target is pointed out before the end, but not in the first seconds.
#[test]
fn a_run_that_lasts_without_an_answer_is_suspect_after_three_seconds() {
    let report = report(&[
        ("/hits/scheduled", json!(30)),
        ("/hits/ok", json!(0)),
        ("/hits/failed", json!(29)),
        ("/failures", json!({"connect_refused": 29})),
        ("/advice", json!({})),
        (RESPONSE, json!({"count": 0})),
    ]);
    let mut evidence = Evidence::from(&report);
    evidence.is_over = false;
    for (elapsed_s, codes) in [(2.0, &[][..]), (3.0, &["not_reached"])] {
        evidence.elapsed_s = elapsed_s;
        assert_eq!(judge(&evidence).codes, codes, "{elapsed_s} s");
    }
    evidence.hits.ok = 1;
    assert_eq!(judge(&evidence).status, Valid);
}
