//! Opening of shared connections, also by targets that accept connections and stay mute.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hammer_core::{Rate, Run, Schedule};
use hammer_http::{ConfigureNetwork, Http};

use super::frames::{self, HEADERS};
use super::{count, http2, run_closed_loop};
use crate::scripted_server::ScriptedServer;

const TIMEOUT: Duration = Duration::from_millis(400);

/// When the hit that opened the connection timed out, the next hit in line opened another one, and had
/// only a moment left for it. A target thus saw a connection for nearly every hit.
#[test]
fn a_mute_target_gets_few_connections() {
    let server = ScriptedServer::serve(|peer| {
        while peer
            .stream
            .read(&mut [0; 1024])
            .is_ok_and(|bytes| bytes > 0)
        {}
    });
    let tls = format!("https://{}/", server.addr());
    for http in [http2(&server), Http::builder(&tls).insecure(true)] {
        let connections_before = server.connections();
        let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(100);
        let run = Run::new(http.build().expect("valid options"), schedule)
            .threads(1)
            .timeout(TIMEOUT);
        let report = run.execute().expect("a finished run");
        assert_eq!(report.hits.ok + report.hits.rejected, 0);
        let connections = server.connections() - connections_before;
        assert!(
            connections <= 12,
            "{connections} connections for 100 hits of 0.4 s in 1 s"
        );
        // Over TLS, none is open as long as the handshake lasts.
        let opened = count(&report, "connections_opened");
        assert_eq!(
            count(&report, "connections_dropped"),
            opened,
            "{opened} opened"
        );
    }
}

/// The hits of the first slot failed one after the other, because it opened all connections of the
/// worker each time, and waited for them.
#[test]
fn a_mute_connection_does_not_fail_the_hits_of_others() {
    let server = frames::serve_unless(|number| number > 0, &[], |frames| frames.ok_to_all());
    let http = http2(&server).connections(2).build();
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(20);
    let run = Run::new(http.expect("valid options"), schedule)
        .threads(1)
        .max_in_flight(1)
        .timeout(Duration::from_secs(1));
    let report = run.execute().expect("a finished run");
    assert_eq!(report.hits.ok, 20, "{:?}", report.failures);
}

#[test]
fn all_connections_are_open_before_the_first_hit() {
    let server = frames::serve(&[], |frames| frames.ok_to_all());
    let http = http2(&server).connections(8).build();
    let report = run_closed_loop(http.expect("valid options"), 1, 1);
    assert_eq!(report.hits.ok, 1, "{:?}", report.failures);
    assert_eq!(server.connections(), 8);
    assert_eq!(count(&report, "connections_opened"), 8);
}

/// A slot that joined a connection counted its traffic as traffic of the opening, although it belonged
/// to the hits in flight.
#[test]
fn a_slot_that_opens_late_loses_no_bytes_of_other_hits() {
    let sent = Arc::new(AtomicU64::new(0));
    let counted = sent.clone();
    // Answers once three hits are in flight, for which three slots open one after the other.
    let server = frames::serve(&[], move |frames| {
        let mut streams = vec![];
        while let Some(head) = frames.next_of(HEADERS) {
            counted.fetch_add(9 + head.payload.len() as u64, Ordering::SeqCst);
            streams.push(head.stream);
            if streams.len() == 3 {
                for stream in streams.drain(..) {
                    frames.ok(stream);
                }
            }
        }
    });
    let schedule = Schedule::constant(Rate::per_second(20)).with_hit_count(3);
    let http = http2(&server).connections(1).build();
    let run = Run::new(http.expect("valid options"), schedule).threads(1);
    let report = run.execute().expect("a finished run");
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
    let (reported, sent) = (report.bytes.sent, sent.load(Ordering::SeqCst));
    assert!(reported >= sent, "{reported} of {sent} bytes");
}
