//! The live display under many keys, messages and resizes at the same time.

use std::time::Duration;

use hammer_target::{TargetBehavior, TargetServer};

use super::live_run::LiveRun;
use crate::servers::free_port;

/// A held key is one press: it must not end the wait for hits in flight.
#[test]
fn a_held_q_drains_like_a_single_one() {
    let behavior = TargetBehavior::default().delay(Duration::from_millis(500));
    let target = TargetServer::spawn(behavior).unwrap();
    let load = format!("http {} -r 50 -z 10m", target.url());
    let Some(run) = LiveRun::start(80, 24, &load) else {
        return;
    };
    run.terminal.hold("q", 100);
    let (report, screen) = run.wait_for_end(130);
    assert_eq!(report["hits"]["abandoned"], 0, "{report}");
    assert_eq!(report["hits"]["ok"], target.counts().requests, "{report}");
    assert_eq!(screen.matches("stopping: ").count(), 1, "{screen}");
}

/// Each hit fails and logs several lines, while keys and resizes arrive.
#[test]
fn keys_are_seen_under_a_flood_of_messages_and_resizes() {
    let Some(run) = LiveRun::new(100, 30) else {
        return;
    };
    let hammer = env!("CARGO_BIN_EXE_hammer");
    let load = format!("http http://127.0.0.1:{}/ -r 1000 -z 10m", free_port());
    run.run(
        &format!("env RUST_LOG=debug {hammer} {load} --live -o json"),
        "",
    );
    run.wait_until_shown();
    let tabs = [
        ("5", "memory "),
        ("6", "DEBUG "),
        ("2", " mean "),
        ("1", "last 10 s"),
    ];
    for (round, (digit, text)) in tabs.iter().cycle().take(12).enumerate() {
        let grown = u16::try_from(round % 5).unwrap();
        run.terminal.resize(90 + 10 * grown, 26 + 3 * grown);
        run.terminal.press(digit);
        run.terminal.resize(100, 30);
        run.terminal.wait_for(text);
    }
    run.terminal.press("Space");
    run.terminal.wait_for("FROZEN");
    run.terminal.press("Space");
    run.terminal
        .wait_until("a screen that goes on", |screen| !screen.contains("FROZEN"));
    run.terminal.press("q");
    let (report, _) = run.wait_for_end(130);
    assert_eq!(report["stopped"], true, "{report}");
}
