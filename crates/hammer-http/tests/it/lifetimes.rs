use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hammer_core::{Rate, Run, Schedule};
use hammer_http::Http;

use crate::run;
use crate::scripted_server::ScriptedServer;

const OK_RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[test]
fn a_connection_retires_after_its_hits() {
    let ends = Arc::new(AtomicU64::new(0));
    let seen = ends.clone();
    let server = ScriptedServer::serve(move |peer| {
        while peer.request() && peer.send(OK_RESPONSE) {}
        // A reset would be an error.
        if peer.stream.read(&mut [0]).is_ok_and(|bytes| bytes == 0) {
            seen.fetch_add(1, Ordering::SeqCst);
        }
    });
    let http = Http::builder(&server.url()).connection_hits(2);
    let report = run(http.build().expect("is well formed"), 6);
    assert_eq!(report.hits.ok, 6, "{:?}", report.failures);
    assert_eq!(server.connections(), 3);
    assert_eq!(report.counts["connections_opened"], 3);
    assert_eq!(report.counts["connections_reused"], 3);
    assert_eq!(report.counts["connections_retired"], 3);
    assert!(!report.counts.contains_key("connections_closed_by_target"));
    while ends.load(Ordering::SeqCst) < 3 {
        std::thread::yield_now();
    }
}

#[test]
fn a_connection_retires_when_it_is_old() {
    let server = ScriptedServer::answering(OK_RESPONSE);
    let http = Http::builder(&server.url()).connection_lifetime(Duration::from_nanos(1));
    let report = run(http.build().expect("is well formed"), 5);
    assert_eq!(report.hits.ok, 5, "{:?}", report.failures);
    // The first was opened ahead, and was too old for the first hit; the others for the next one.
    assert_eq!(report.counts["connections_retired"], 6);
    assert_eq!(report.counts["connections_opened"], 6);
    assert_eq!(server.connections(), 6);
    let young = Http::builder(&server.url()).connection_lifetime(Duration::from_secs(3600));
    let report = run(young.build().expect("is well formed"), 5);
    assert_eq!(report.counts["connections_opened"], 1);
    assert!(!report.counts.contains_key("connections_retired"));
}

#[test]
fn connections_that_the_target_closed_are_counted() {
    // Between hits, or just as the next one begins; with its answer; and in place of an answer.
    let closing: &[u8] = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
    for server in [
        ScriptedServer::answering_once(OK_RESPONSE),
        ScriptedServer::answering_once(closing),
        ScriptedServer::answering_once(b""),
    ] {
        let http = Http::builder(&server.url())
            .build()
            .expect("is well formed");
        let report = run(http, 3);
        let opened = report.counts["connections_opened"];
        assert_eq!(opened, server.connections());
        // A hit that was sent when the end was on its way has failed, and opened none.
        assert!((2..=3).contains(&opened), "{opened}");
        let closed = report.counts["connections_closed_by_target"];
        // The end of the last one comes after the last hit, or with it.
        assert!((opened - 1..=opened).contains(&closed), "{closed}");
    }
}

#[test]
fn what_a_slot_closes_itself_was_not_closed_by_the_target() {
    let server = ScriptedServer::answering(OK_RESPONSE);
    let http = Http::builder(&server.url()).keepalive(false).build();
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(4);
    let run = Run::new(http.expect("is well formed"), schedule).threads(1);
    let report = run.execute(|_| ()).expect("the run is well formed");
    assert_eq!(report.counts["connections_opened"], 4);
    let closed = report.counts.get("connections_closed_by_target");
    assert_eq!(closed, None, "{:?}", report.counts);
}
