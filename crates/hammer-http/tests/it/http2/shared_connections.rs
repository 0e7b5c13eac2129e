//! Connections that slots share, against a server of another make that counts for itself.

use hammer_core::testing::check_conformance;
use hammer_core::{Rate, Run, Schedule};
use hammer_http::{ConfigureNetwork, Http, HttpBuilder, HttpVersion};
use hammer_target::{ServerCertificate, TargetBehavior, TargetServer};

use super::{count, run_closed_loop};

fn http2(target: &TargetServer) -> HttpBuilder {
    Http::builder(&target.url()).http_version(HttpVersion::Http2)
}

fn over_tls(knobs: TargetBehavior) -> (TargetServer, HttpBuilder) {
    let certificate = ServerCertificate::self_signed(["127.0.0.1"]).expect("a name");
    let pem = certificate.pem().to_owned();
    let target = TargetServer::builder().tls(certificate).spawn(knobs);
    let target = target.expect("a free port");
    let http = Http::builder(&target.url()).cacert_pem(pem);
    (target, http)
}

#[test]
fn the_target_saw_what_the_report_says() {
    let target =
        TargetServer::spawn(TargetBehavior::default().body_bytes(100)).expect("a free port");
    let schedule = Schedule::constant(Rate::per_second(1000)).with_hit_count(500);
    let http = http2(&target).connections(4).build();
    let run = Run::new(http.expect("is well formed"), schedule)
        .threads(2)
        .max_in_flight(32);
    let report = run.execute(|_| ()).expect("the run is well formed");
    let counts = target.shutdown().counts;
    assert_eq!(
        (report.hits.ok, counts.requests, counts.answered),
        (500, 500, 500),
        "{:?}",
        report.failures
    );
    assert_eq!(
        (counts.connections, count(&report, "connections_opened")),
        (4, 4)
    );
    assert_eq!(report.labels["200"], 500);
    // What opens and closes a connection is no hit's: preface, settings, windows, goodbye.
    let aside = counts.request_bytes - report.bytes.sent;
    assert!((4 * 50..4 * 200).contains(&aside), "{aside} bytes aside");
}

#[test]
fn over_tls_the_target_chooses_http2() {
    for version in [HttpVersion::Auto, HttpVersion::Http2] {
        let (target, http) = over_tls(TargetBehavior::default().body_bytes(20_000));
        let report = run_closed_loop(
            http.http_version(version).build().expect("is well formed"),
            32,
            2_000,
        );
        assert_eq!(report.hits.ok, 2_000, "{:?}", report.failures);
        assert!(report.bytes.received > 2_000 * 20_000);
        assert_eq!(report.facts["alpn"]["h2"], 1);
        assert_eq!(target.shutdown().counts.connections, 1);
    }
}

#[test]
fn over_tls_it_is_http1_if_that_is_asked_for() {
    let (target, http) = over_tls(TargetBehavior::default());
    let http = http.http_version(HttpVersion::Http1).build();
    let report = run_closed_loop(http.expect("is well formed"), 4, 100);
    assert_eq!(report.hits.ok, 100, "{:?}", report.failures);
    assert_eq!(target.shutdown().counts.connections, 4);
}

#[test]
fn large_bodies_go_both_ways() {
    let target =
        TargetServer::spawn(TargetBehavior::default().body_bytes(3_000_000)).expect("a free port");
    let http = http2(&target).method("POST").body(vec![b'x'; 1_000_000]);
    // Smaller than an answer, so that windows have to be given back in the middle of it.
    let http = http
        .stream_window(100_000)
        .connection_window(200_000)
        .build();
    let report = run_closed_loop(http.expect("is well formed"), 4, 12);
    assert_eq!(report.hits.ok, 12, "{:?}", report.failures);
    assert_eq!(target.shutdown().counts.body_bytes, 12_000_000);
    assert!(report.phases_us["body"].count >= 12);
}

#[test]
fn a_connection_for_each_hit() {
    let target = TargetServer::spawn(TargetBehavior::default()).expect("a free port");
    let report = run_closed_loop(
        http2(&target)
            .keepalive(false)
            .build()
            .expect("is well formed"),
        3,
        30,
    );
    assert_eq!(report.hits.ok, 30, "{:?}", report.failures);
    assert_eq!(target.shutdown().counts.connections, 30);
}

#[test]
fn a_connection_that_has_done_its_work_is_replaced() {
    let target = TargetServer::spawn(TargetBehavior::default()).expect("a free port");
    let http = http2(&target).connection_hits(10).build();
    let report = run_closed_loop(http.expect("is well formed"), 4, 100);
    assert_eq!(report.hits.ok, 100, "{:?}", report.failures);
    assert_eq!(target.shutdown().counts.connections, 10);
    assert_eq!(count(&report, "connections_retired"), 10);
    assert_eq!(count(&report, "connections_closed_by_target"), 0);
}

#[test]
fn a_target_that_says_goodbye_loses_nothing() {
    let knobs = TargetBehavior::default()
        .close_after(7)
        .expect("is above 0");
    let target = TargetServer::spawn(knobs).expect("a free port");
    let report = run_closed_loop(http2(&target).build().expect("is well formed"), 8, 1_000);
    let counts = target.shutdown().counts;
    assert_eq!(
        (report.hits.ok, counts.answered),
        (1_000, 1_000),
        "{:?}",
        report.failures
    );
    assert!(count(&report, "goaways") > 10, "{:?}", report.counts);
}

#[test]
fn hits_that_the_target_drops_are_failures_and_their_connection_lives() {
    let knobs = TargetBehavior::default()
        .fail_share(0.1)
        .expect("is a share");
    let target = TargetServer::spawn(knobs).expect("a free port");
    let report = run_closed_loop(http2(&target).build().expect("is well formed"), 8, 100);
    assert_eq!(
        (report.hits.ok, report.hits.failed),
        (90, 10),
        "{:?}",
        report.failures
    );
    assert_eq!(report.failures["stream_reset_internal_error"], 10);
    let counts = target.shutdown().counts;
    assert_eq!(
        (counts.requests, counts.connections),
        (100, 1),
        "none is sent twice"
    );
}

#[test]
fn the_raw_target_speaks_it_as_well() {
    for body_bytes in [0, 2, 40_000] {
        let target = TargetServer::spawn_raw(body_bytes).expect("a free port");
        let http = http2(&target).connections(2).stream_window(65_535).build();
        let report = run_closed_loop(http.expect("is well formed"), 32, 3_000);
        assert_eq!(report.hits.ok, 3_000, "{:?}", report.failures);
        let counts = target.shutdown().counts;
        assert_eq!((counts.requests, counts.connections), (3_000, 2));
    }
}

#[test]
fn keeps_the_contract() {
    for keepalive in [true, false] {
        let target = TargetServer::spawn(TargetBehavior::default()).expect("a free port");
        let http = http2(&target).keepalive(keepalive).build();
        check_conformance(http.expect("is well formed")).expect("it conforms");
    }
}
