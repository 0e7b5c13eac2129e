//! Tables of CPU time and memory.

use serde_json::json;

use super::*;

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
        assert_eq!(judged(&changes).status, Valid, "{pointer} did no harm");
    }
    let throttled = "/generator/host/throttled";
    let text = "The generator's control group ran out of CPU time in 50 %";
    for (share, status) in [
        (below(thresholds::THROTTLED_INVALID_SHARE), Suspect),
        (thresholds::THROTTLED_INVALID_SHARE, Invalid),
    ] {
        let changes = [&harm[..], &[(throttled, json!(share))]].concat();
        assert_eq!(judged(&changes).status, status, "{share}");
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
    check_threshold(&[], &worker("busy"), BUSY_SHARE, Valid, Suspect, text);
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
        10.0 * BUSY_SHARE,
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
        assert_eq!(judged(&changes).status, status, "{elapsed} s");
    }
}

#[test]
fn memory_is_judged_against_the_available_memory() {
    let limit = thresholds::MEMORY_SHARE * 1e9;
    let text = "The generator used 90 % of the 1,000 MB of memory";
    for (used, status) in [(limit as u64 - 1_000_000, Valid), (limit as u64, Suspect)] {
        let verdict = judged(&[("/generator/peak_rss_bytes", json!(used))]);
        assert_eq!(verdict.status, status);
        assert_eq!(
            verdict.reasons.iter().any(|r| r.contains(text)),
            status == Suspect
        );
    }
}

/// Two hits in a tenth of a second had no core for 150 % of the time, and one was busy for 99 %.
#[test]
fn a_thread_is_judged_by_a_tenth_of_a_second_of_work() {
    let closed = ("/loop", json!("closed"));
    let check = |elapsed: f64, busy: f64, no_core: f64| {
        let worker = json!({"busy": busy, "no_core": no_core, "blocked_max_us": 100.0});
        let workers = json!([worker]);
        let changes = [
            closed.clone(),
            ("/generator/workers", workers),
            ("/generator/threads", json!(1)),
            ("/elapsed_s", json!(elapsed)),
            ("/lateness_us/p50", json!(1e6)),
        ];
        judged(&changes).codes
    };
    assert_eq!(check(0.1, 0.01, 1.5), [""; 0]);
    assert_eq!(check(0.0001, 0.99, 0.0), [""; 0]);
    assert_eq!(check(1.0, 0.01, 0.88), ["no_core"]);
    assert_eq!(check(1.0, 0.0, below(0.1)), [""; 0]);
    assert_eq!(check(1.0, 0.0, 0.1), ["no_core"]);
    assert_eq!(check(1.0, 0.9, 0.0), ["overloaded_thread"]);
}

/// Bodies of 60 MB at one per second took twice as long beside other processes, and the run was
/// valid: the thread was without a core for a few percent of the time, and lateness was small.
#[test]
fn cores_lost_while_hits_take_cpu_time_are_found_at_any_rate() {
    let valid = [""; 0];
    for (cpu_ms, no_core_ms, response_ms, codes) in [
        (20.0, 20.0, 90.0, &["no_core"][..]),
        // A quarter of the time with work, and just below.
        (15.0, 7.0, 90.0, &["no_core"]),
        (15.0, 6.5, 90.0, &valid),
        // Work is a small part of response.
        (20.0, 20.0, 900.0, &valid),
        // Too little work to be judged by.
        (3.0, 3.0, 10.0, &valid),
    ] {
        let verdict = judged(&few_hits(cpu_ms, no_core_ms, response_ms));
        let case = format!("{cpu_ms} {no_core_ms} {response_ms}");
        assert_eq!(verdict.codes, codes, "{case}: {verdict:?}");
    }
    // Lost cores of the host count as well, although lateness is small.
    let mut stolen = few_hits(20.0, 0.0, 90.0);
    stolen.push(("/generator/host/stolen", json!(0.1)));
    assert_eq!(judged(&stolen).codes, ["stolen"]);
    let mut light = few_hits(20.0, 0.0, 900.0);
    light.push(("/generator/host/stolen", json!(0.1)));
    assert_eq!(judged(&light).codes, valid);
}
