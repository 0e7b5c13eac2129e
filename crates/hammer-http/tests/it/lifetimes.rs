use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hammer_core::{Rate, Run, Schedule};
use hammer_http::Http;

use crate::run;
use crate::scripted_server::{OK_RESPONSE, ScriptedServer};

#[test]
fn a_connection_retires_after_its_last_hit() {
    let ends = Arc::new(AtomicU64::new(0));
    let seen = ends.clone();
    let server = ScriptedServer::serve(move |peer| {
        while peer.request() && peer.send(OK_RESPONSE) {}
        // Checks for a clean end; a reset is an error.
        if peer.stream.read(&mut [0]).is_ok_and(|bytes| bytes == 0) {
            seen.fetch_add(1, Ordering::SeqCst);
        }
    });
    let http = Http::builder(&server.url()).connection_hits(2);
    let report = run(http.build().expect("valid options"), 6);
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
fn a_connection_retires_after_its_lifetime() {
    let server = ScriptedServer::answering(OK_RESPONSE);
    let http = Http::builder(&server.url()).connection_lifetime(Duration::from_nanos(1));
    let report = run(http.build().expect("valid options"), 5);
    assert_eq!(report.hits.ok, 5, "{:?}", report.failures);
    // The first connection was opened ahead and was too old for the first hit. Each other connection
    // was too old for its second hit.
    assert_eq!(report.counts["connections_retired"], 6);
    assert_eq!(report.counts["connections_opened"], 6);
    assert_eq!(server.connections(), 6);
    let http = Http::builder(&server.url()).connection_lifetime(Duration::from_secs(3600));
    let report = run(http.build().expect("valid options"), 5);
    assert_eq!(report.counts["connections_opened"], 1);
    assert!(!report.counts.contains_key("connections_retired"));
}

#[test]
fn connections_closed_by_the_target_are_counted() {
    // Closed after a response, announced in a response, and instead of a response.
    let closing: &[u8] = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
    for server in [
        ScriptedServer::answering_once(OK_RESPONSE),
        ScriptedServer::answering_once(closing),
        ScriptedServer::answering_once(b""),
    ] {
        let http = Http::builder(&server.url()).build().expect("valid options");
        let report = run(http, 3);
        let opened = report.counts["connections_opened"];
        assert_eq!(opened, server.connections());
        // A hit that was sent while the target closed the connection failed and opened none.
        assert!((2..=3).contains(&opened), "{opened}");
        let closed = report.counts["connections_closed_by_target"];
        // The last connection may close before or after the end of the run.
        assert!((opened - 1..=opened).contains(&closed), "{closed}");
    }
}

#[test]
fn connections_closed_by_the_slot_are_not_counted_as_closed_by_the_target() {
    let server = ScriptedServer::answering(OK_RESPONSE);
    let http = Http::builder(&server.url()).keepalive(false).build();
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(4);
    let run = Run::new(http.expect("valid options"), schedule).threads(1);
    let report = run.execute().expect("a finished run");
    assert_eq!(report.counts["connections_opened"], 4);
    let closed = report.counts.get("connections_closed_by_target");
    assert_eq!(closed, None, "{:?}", report.counts);
}
