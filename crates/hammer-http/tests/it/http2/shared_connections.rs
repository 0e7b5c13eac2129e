//! Shared connections against an independent server with its own counts.

use hammer_core::testing::check_conformance;
use hammer_core::{Rate, Run, Schedule};
use hammer_http::{ConfigureNetwork, Http, HttpBuilder, HttpVersion};
use hammer_target::{ServerCertificate, TargetBehavior, TargetServer};

use super::{count, run_closed_loop};

fn http2(target: &TargetServer) -> HttpBuilder {
    Http::builder(&target.url()).http_version(HttpVersion::Http2)
}

fn over_tls(behavior: TargetBehavior) -> (TargetServer, HttpBuilder) {
    let certificate = ServerCertificate::self_signed(["127.0.0.1"]).expect("a name");
    let pem = certificate.pem().to_owned();
    let target = TargetServer::builder().tls(certificate).spawn(behavior);
    let target = target.expect("a free port");
    let http = Http::builder(&target.url()).cacert_pem(pem);
    (target, http)
}

#[test]
fn the_report_matches_the_counts_of_the_target() {
    let target =
        TargetServer::spawn(TargetBehavior::default().body_bytes(100)).expect("a free port");
    let schedule = Schedule::constant(Rate::per_second(1000)).with_hit_count(500);
    let http = http2(&target).connections(4).build();
    let run = Run::new(http.expect("valid options"), schedule)
        .threads(2)
        .max_in_flight(32);
    let report = run.execute().expect("a finished run");
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
    // Preface, settings, window updates and GOAWAY belong to no hit.
    let overhead = counts.request_bytes - report.bytes.sent;
    assert!(
        (4 * 50..4 * 200).contains(&overhead),
        "{overhead} bytes of overhead"
    );
}

#[test]
fn over_tls_the_target_chooses_http2() {
    for version in [HttpVersion::Auto, HttpVersion::Http2] {
        let (target, http) = over_tls(TargetBehavior::default().body_bytes(20_000));
        let report = run_closed_loop(
            http.http_version(version).build().expect("valid options"),
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
fn over_tls_http1_is_used_if_requested() {
    let (target, http) = over_tls(TargetBehavior::default());
    let http = http.http_version(HttpVersion::Http1).build();
    let report = run_closed_loop(http.expect("valid options"), 4, 100);
    assert_eq!(report.hits.ok, 100, "{:?}", report.failures);
    assert_eq!(target.shutdown().counts.connections, 4);
}

#[test]
fn large_bodies_are_sent_and_received() {
    let target =
        TargetServer::spawn(TargetBehavior::default().body_bytes(3_000_000)).expect("a free port");
    let http = http2(&target).method("POST").body(vec![b'x'; 1_000_000]);
    // Windows smaller than a response, so that each response needs window updates.
    let http = http
        .stream_window(100_000)
        .connection_window(200_000)
        .build();
    let report = run_closed_loop(http.expect("valid options"), 4, 12);
    assert_eq!(report.hits.ok, 12, "{:?}", report.failures);
    assert_eq!(target.shutdown().counts.body_bytes, 12_000_000);
    assert!(report.phases_us["body"].count >= 12);
}

#[test]
fn without_keepalive_each_hit_has_a_connection() {
    let target = TargetServer::spawn(TargetBehavior::default()).expect("a free port");
    let report = run_closed_loop(
        http2(&target)
            .keepalive(false)
            .build()
            .expect("valid options"),
        3,
        30,
    );
    assert_eq!(report.hits.ok, 30, "{:?}", report.failures);
    assert_eq!(target.shutdown().counts.connections, 30);
}

#[test]
fn a_retired_connection_is_replaced() {
    let target = TargetServer::spawn(TargetBehavior::default()).expect("a free port");
    let http = http2(&target).connection_hits(10).build();
    let report = run_closed_loop(http.expect("valid options"), 4, 100);
    assert_eq!(report.hits.ok, 100, "{:?}", report.failures);
    assert_eq!(target.shutdown().counts.connections, 10);
    assert_eq!(count(&report, "connections_retired"), 10);
    assert_eq!(count(&report, "connections_closed_by_target"), 0);
}

#[test]
fn goaways_of_the_target_lose_no_hit() {
    let behavior = TargetBehavior::default()
        .close_after(7)
        .expect("a count above 0");
    let target = TargetServer::spawn(behavior).expect("a free port");
    let report = run_closed_loop(http2(&target).build().expect("valid options"), 8, 1_000);
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
fn hits_dropped_by_the_target_are_failures_on_a_live_connection() {
    let behavior = TargetBehavior::default()
        .fail_share(0.1)
        .expect("a valid share");
    let target = TargetServer::spawn(behavior).expect("a free port");
    let report = run_closed_loop(http2(&target).build().expect("valid options"), 8, 100);
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
        "no hit is sent twice"
    );
}

#[test]
fn the_raw_target_speaks_http2() {
    for body_bytes in [0, 2, 40_000] {
        let target = TargetServer::spawn_raw(body_bytes).expect("a free port");
        let http = http2(&target).connections(2).stream_window(65_535).build();
        let report = run_closed_loop(http.expect("valid options"), 32, 3_000);
        assert_eq!(report.hits.ok, 3_000, "{:?}", report.failures);
        let counts = target.shutdown().counts;
        assert_eq!((counts.requests, counts.connections), (3_000, 2));
    }
}

#[test]
fn the_hammer_conforms_to_its_contract() {
    for keepalive in [true, false] {
        let target = TargetServer::spawn(TargetBehavior::default()).expect("a free port");
        let http = http2(&target).keepalive(keepalive).build();
        check_conformance(http.expect("valid options")).expect("a conforming hammer");
    }
}
