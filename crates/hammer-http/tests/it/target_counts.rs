use std::time::Duration;

use hammer_core::testing::check_conformance;
use hammer_core::{Rate, Run, Schedule, Shape};
use hammer_http::Http;
use hammer_target::{PeriodicStall, TargetBehavior, TargetServer};

fn http(target: &TargetServer) -> Http {
    Http::builder(&target.url()).build().expect("valid options")
}

#[test]
fn the_report_matches_the_counts_of_the_target() {
    let target =
        TargetServer::spawn(TargetBehavior::default().body_bytes(100)).expect("a free port");
    let schedule = Schedule::constant(Rate::per_second(1000)).with_hit_count(500);
    let run = Run::new(http(&target), schedule)
        .threads(2)
        .max_in_flight(16);
    let report = run.execute().expect("a finished run");
    let counts = target.shutdown().counts;
    assert_eq!(
        (report.hits.ok, counts.requests, counts.answered),
        (500, 500, 500)
    );
    assert_eq!(report.bytes.sent, counts.request_bytes);
    assert_eq!(report.labels["200"], 500);
}

#[test]
fn closing_after_three_responses_loses_no_hit() {
    let behavior = TargetBehavior::default()
        .close_after(3)
        .expect("a count above 0");
    let target = TargetServer::spawn(behavior).expect("a free port");
    let schedule = Schedule::constant(Rate::per_second(500)).with_hit_count(100);
    let run = Run::new(http(&target), schedule)
        .threads(1)
        .max_in_flight(8);
    let report = run.execute().expect("a finished run");
    assert_eq!(
        (report.hits.ok, target.shutdown().counts.answered),
        (100, 100),
        "{:?}",
        report.failures
    );
}

#[test]
fn hits_dropped_by_the_target_are_failures() {
    let behavior = TargetBehavior::default()
        .fail_share(0.1)
        .expect("a valid share");
    let target = TargetServer::spawn(behavior).expect("a free port");
    let schedule = Schedule::constant(Rate::per_second(500)).with_hit_count(100);
    let run = Run::new(http(&target), schedule)
        .threads(1)
        .max_in_flight(8);
    let report = run.execute().expect("a finished run");
    assert_eq!(
        (report.hits.ok, report.hits.failed),
        (90, 10),
        "{:?}",
        report.failures
    );
    assert_eq!(
        target.shutdown().counts.requests,
        100,
        "no hit is sent twice"
    );
}

#[test]
fn the_hammer_conforms_to_its_contract() {
    for keepalive in [true, false] {
        let target = TargetServer::spawn(TargetBehavior::default()).expect("a free port");
        let http = Http::builder(&target.url()).keepalive(keepalive).build();
        check_conformance(http.expect("valid options")).expect("a conforming hammer");
    }
}

#[test]
fn both_sides_count_the_same_at_a_thousand_hits_per_second() {
    let target = TargetServer::spawn(TargetBehavior::default()).expect("a free port");
    let schedule = Schedule::constant(Rate::per_second(1000)).with_duration(Duration::from_secs(5));
    let report = Run::new(http(&target), schedule)
        .execute()
        .expect("a finished run");
    let truth = target.shutdown();
    assert_eq!(
        (report.hits.scheduled, report.hits.ok),
        (5000, 5000),
        "{:?}",
        report.failures
    );
    assert_eq!((truth.counts.requests, truth.counts.answered), (5000, 5000));
    assert_eq!(truth.counts.connections, report.generator.sessions_opened);
    assert_eq!(report.bytes.sent, truth.counts.request_bytes);
}

#[test]
fn a_stall_of_one_second_in_four_yields_the_exact_percentiles() {
    let stall = PeriodicStall::new(Duration::from_secs(1), Duration::from_secs(4));
    let behavior = TargetBehavior::default().stall(stall.expect("a stall below its period"));
    let target = TargetServer::spawn(behavior).expect("a free port");
    let schedule = Schedule::constant(Rate::per_second(1000)).with_duration(Duration::from_secs(8));
    let report = Run::new(http(&target), schedule)
        .max_in_flight(2000)
        .execute()
        .expect("a finished run");
    assert_eq!(report.hits.ok, 8000, "{:?}", report.failures);
    // A quarter of the hits waits, uniformly between 0 and 1 s. The q-quantile of the response is
    // therefore 1 s · (q − 3/4) / (1/4).
    for (name, found_us, exact_s) in [
        ("p90", report.response_us.p90, 0.60),
        ("p95", report.response_us.p95, 0.80),
        ("p99", report.response_us.p99, 0.96),
    ] {
        let error_s = found_us / 1e6 - exact_s;
        // A busy machine delays the generator and the target by about as much.
        let noise_s = 2.0 * report.lateness_us.p99 / 1e6;
        assert!(
            error_s.abs() < 0.05 * exact_s + noise_s,
            "{name} is {found_us} µs, {:.1} % off",
            error_s / exact_s * 100.0
        );
    }
}

#[test]
fn arrivals_of_a_ramp_follow_its_integral() {
    let target = TargetServer::spawn(TargetBehavior::default()).expect("a free port");
    let ramp: Shape = "100..1000/10s".parse().expect("a shape");
    let report = Run::new(http(&target), Schedule::new(ramp.clone()))
        .execute()
        .expect("a finished run");
    let truth = target.shutdown();
    assert_eq!(report.hits.ok, 5500, "{:?}", report.failures);
    assert!(truth.counts.requests.abs_diff(5500) <= 1);
    // A hit arrives between its due time and its response. The target counts from the first arrival,
    // which a busy machine delays by as much at most.
    let delay = Duration::from_secs_f64(report.response_us.max * 1.01 / 1e6);
    let mut arrived = 0;
    for (second, found) in (1..=10).zip(truth.arrivals_per_second()) {
        arrived += found;
        let end = Duration::from_secs(second);
        let least = ramp.hits_before(end.saturating_sub(delay));
        let most = ramp.hits_before(end + delay) + 1;
        let expected = least..=most;
        assert!(
            expected.contains(&arrived),
            "{arrived} hits until second {second}, expected {expected:?}"
        );
    }
}
