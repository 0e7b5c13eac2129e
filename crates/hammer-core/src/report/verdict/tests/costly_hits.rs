//! Tables of hits that are mostly work of the generator.

use serde_json::json;

use super::*;

const VALID: [&str; 0] = [];

/// A summary of `count` durations of `ms` each.
fn phase(count: u64, ms: f64) -> Value {
    let mut phase = summary(ms * 1e3);
    phase["count"] = json!(count);
    phase
}

/// A run of 30 hits in ten seconds, on 32 threads that poll, with these phases.
fn phases(phases: &Value, response_ms: f64) -> Vec<(&'static str, Value)> {
    let worker = json!({"cpu_s": 10.0, "no_core": 0.0, "blocked_max_us": 100.0});
    vec![
        ("/generator/workers", json!(vec![worker; 32])),
        ("/generator/threads", json!(32)),
        ("/generator/spin", json!(true)),
        ("/hits/scheduled", json!(30)),
        ("/hits/ok", json!(30)),
        ("/phases_us", phases.clone()),
        (RESPONSE, phase(30, response_ms)),
    ]
}

/// Compressing a body took 36 of 45 ms, at a low rate on many threads, and the run was valid.
#[test]
fn phases_that_are_a_large_part_of_response_are_named_at_any_rate() {
    let prepare = |ms: f64| json!({"prepare": phase(30, ms)});
    let both = json!({"prepare": phase(30, 10.0), "decode": phase(30, 10.0)});
    for (phases_us, response_ms, codes) in [
        (prepare(36.0), 45.0, &["costly_hits"][..]),
        (prepare(4.9), 5.0, &["costly_hits"]),
        (prepare(1.0), 3.9, &["costly_hits"]),
        (prepare(1.0), 4.1, &VALID),
        // Most of the response of a target that is fast.
        (prepare(0.9), 1.0, &VALID),
        (prepare(0.05), 0.06, &VALID),
        (both, 79.0, &["costly_hits"]),
        // Hits that failed were prepared as well, and the first two had nothing to decode.
        (
            json!({"prepare": phase(60, 9.0), "decode": phase(28, 12.0)}),
            80.0,
            &["costly_hits"],
        ),
        // Few hits need it.
        (json!({"decode": phase(3, 100.0)}), 50.0, &VALID),
        // One hit that lost its core is too little to be judged by.
        (json!({"prepare": phase(1, 19.0)}), 1.0, &VALID),
        (
            json!({"first_byte": phase(30, 36.0), "prepare": phase(0, 0.0)}),
            45.0,
            &VALID,
        ),
    ] {
        let verdict = judged(&phases(&phases_us, response_ms));
        let case = format!("{phases_us} {response_ms}");
        assert_eq!(verdict.codes, codes, "{case}: {verdict:?}");
        assert!(verdict.status <= Suspect);
    }
    let verdict = judged(&phases(&prepare(36.0), 45.0));
    let text = "The generator spent 36.0 ms per hit on preparing requests and decoding answers, 80 % of response at p50";
    assert!(verdict.reasons[0].starts_with(text), "{verdict:?}");
}

/// With threads that poll, the CPU time of hits is unknown, and lost cores were not judged by it.
#[test]
fn phases_tell_that_lost_cores_stretch_hits() {
    let mut run = phases(&json!({"prepare": phase(30, 20.0)}), 90.0);
    run.push(("/generator/host/stolen", json!(0.1)));
    assert_eq!(judged(&run).codes, ["stolen"]);
    let mut light = phases(&json!({"prepare": phase(30, 0.9)}), 90.0);
    light.push(("/generator/host/stolen", json!(0.1)));
    assert_eq!(judged(&light).codes, VALID);
}

/// Compressing a body took most of a hit, which read as the target's time to its first byte.
#[test]
fn cpu_time_that_is_a_large_part_of_response_is_named() {
    for (cpu_ms, response_ms, codes) in [
        (36.0, 40.0, &["costly_hits"][..]),
        (20.0, 79.9, &["costly_hits"]),
        (20.0, 80.1, &VALID),
        // 9.9 ms of CPU time in 10 s is too little to be judged by.
        (9.9, 12.0, &VALID),
    ] {
        let verdict = judged(&few_hits(cpu_ms, 0.0, response_ms));
        assert_eq!(verdict.codes, codes, "{cpu_ms} {response_ms}: {verdict:?}");
        assert!(verdict.status <= Suspect);
    }
    let text = "The generator spent 36.0 ms of CPU time per hit, 90 % of response at p50";
    let verdict = judged(&few_hits(36.0, 0.0, 40.0));
    assert!(verdict.reasons[0].starts_with(text), "{verdict:?}");
}

/// 4.9 of 5 ms were valid, because some hits need that much in any client.
#[test]
fn cpu_time_that_any_client_may_need_is_named_from_half_of_response() {
    // 1,000 hits in ten seconds, on two threads.
    let check = |cpu_ms: f64, response_ms: f64| {
        let busy = thresholds::IDLE_SHARE + cpu_ms * 1_000.0 / 20_000.0;
        judged(&[
            ("/generator/workers/0/busy", json!(busy)),
            ("/generator/workers/1/busy", json!(busy)),
            ("/hits/scheduled", json!(1_000)),
            ("/hits/ok", json!(1_000)),
            (RESPONSE, summary(response_ms * 1e3)),
        ])
        .codes
    };
    assert_eq!(check(4.9, 5.0), ["costly_hits"]);
    assert_eq!(check(1.5, 2.9), ["costly_hits"]);
    // A TLS handshake for each hit, to a target that takes as long.
    assert_eq!(check(1.5, 3.1), VALID);
    assert_eq!(check(0.9, 1.0), VALID);
    // A fast target in a closed loop: all time of the generator is CPU time, 80 µs per hit.
    let fast = [
        ("/loop", json!("closed")),
        ("/generator/workers/0/busy", json!(0.8)),
        ("/hits/scheduled", json!(100_000)),
        ("/hits/ok", json!(100_000)),
        (RESPONSE, summary(100.0)),
    ];
    assert_eq!(judged(&fast).codes, VALID);
}
