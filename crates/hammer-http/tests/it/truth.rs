use hammer_core::testing::conformance;
use hammer_core::{Rate, Run, Schedule};
use hammer_http::Http;
use hammer_target::{Knobs, Target};

fn http(target: &Target) -> Http {
    Http::builder(&target.url())
        .build()
        .expect("is well formed")
}

#[test]
fn the_target_saw_what_the_report_says() {
    let target = Target::spawn(Knobs::default().body_bytes(100)).expect("a free port");
    let schedule = Schedule::constant(Rate::per_second(1000)).hits(500);
    let run = Run::new(http(&target), schedule)
        .threads(2)
        .max_in_flight(16);
    let report = run.execute(|_| ()).expect("the run is well formed");
    let counts = target.shutdown().counts;
    assert_eq!(
        (report.hits.ok, counts.requests, counts.answered),
        (500, 500, 500)
    );
    assert_eq!(report.bytes.sent, counts.request_bytes);
    assert_eq!(report.labels["200"], 500);
}

#[test]
fn a_target_that_closes_after_three_answers_loses_nothing() {
    let knobs = Knobs::default().close_after(3).expect("is above 0");
    let target = Target::spawn(knobs).expect("a free port");
    let schedule = Schedule::constant(Rate::per_second(500)).hits(100);
    let run = Run::new(http(&target), schedule)
        .threads(1)
        .max_in_flight(8);
    let report = run.execute(|_| ()).expect("the run is well formed");
    assert_eq!(
        (report.hits.ok, target.shutdown().counts.answered),
        (100, 100),
        "{:?}",
        report.failures
    );
}

#[test]
fn hits_that_the_target_drops_are_failures() {
    let knobs = Knobs::default().fail_share(0.1).expect("is a share");
    let target = Target::spawn(knobs).expect("a free port");
    let schedule = Schedule::constant(Rate::per_second(500)).hits(100);
    let run = Run::new(http(&target), schedule)
        .threads(1)
        .max_in_flight(8);
    let report = run.execute(|_| ()).expect("the run is well formed");
    assert_eq!(
        (report.hits.ok, report.hits.failed),
        (90, 10),
        "{:?}",
        report.failures
    );
    assert_eq!(target.shutdown().counts.requests, 100, "none is sent twice");
}

#[test]
fn keeps_the_contract() {
    for keepalive in [true, false] {
        let target = Target::spawn(Knobs::default()).expect("a free port");
        let http = Http::builder(&target.url()).keepalive(keepalive).build();
        conformance(http.expect("is well formed")).expect("it conforms");
    }
}
