//! Closed loops against targets that refuse connections, always or for a while.

use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::{Duration, Instant};

use hammer_target::{TargetBehavior, TargetServer};

use crate::command::{hammer, json, report, stderr, wait_until};

/// An address at which nothing listens.
fn dead_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// A closed loop counted as many refused connects as the CPU could make, and called them its rate:
/// 770,345/s.
#[test]
fn a_closed_loop_backs_off_from_a_dead_port() {
    let url = format!("http://{}/", dead_address());
    for flags in [&[][..], &["--http", "2"]] {
        let load = ["http", &url, "-r", "max", "-c", "4", "-z", "2s"];
        let report = report(&[&load[..], flags].concat());
        let failed = report["hits"]["failed"].as_u64().unwrap();
        // The rests of each slot double from 1 ms to 100 ms: at most 7 hits, and then 10 per second.
        assert!((4..=112).contains(&failed), "{flags:?}: {report}");
        assert_eq!(report["rate"]["achieved"], 0.0, "{flags:?}: {report}");
        assert_eq!(report["verdict"]["status"], "suspect", "{report}");
        assert_eq!(report["verdict"]["codes"][0], "not_reached", "{report}");
    }
}

/// While the target restarted, 212,701 of 281,710 hits were refused connects.
#[test]
fn a_closed_loop_backs_off_while_the_target_restarts() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let address = target.addr();
    let url = target.url();
    let child = hammer(&["http", &url, "-r", "max", "-c", "4", "-z", "4s", "-q"])
        .args(["-o", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until("hits arrive", || target.counts().requests > 100);
    let stopped = Instant::now();
    let before = target.shutdown().counts.requests;
    wait_until("a second has passed", || {
        stopped.elapsed() >= Duration::from_secs(1)
    });
    let restarted = TargetServer::builder()
        .listen(address)
        .spawn(TargetBehavior::default())
        .unwrap();
    let outage = stopped.elapsed();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = json(&output);
    let after = restarted.shutdown().counts.requests;
    assert!(after > 100, "{after} requests after the restart: {report}");
    let ok = report["hits"]["ok"].as_u64().unwrap();
    assert!(ok > after && ok <= before + after, "{report}");
    // Each slot loses its hit, then fails 7 times in 0.1 s, and then 10 times per second.
    let failed = report["hits"]["failed"].as_u64().unwrap();
    let rests = outage.as_millis() as u64 / 100;
    assert!(
        (1..=4 * (8 + rests)).contains(&failed),
        "{failed} failed in {outage:?}: {report}"
    );
}
