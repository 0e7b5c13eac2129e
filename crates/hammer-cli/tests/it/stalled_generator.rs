//! Runs whose generator stands still: the process is stopped, or a thread is blocked.

#[cfg(target_os = "linux")]
use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hammer_target::{TargetBehavior, TargetServer};
use rustix::process::Signal;

use crate::command::{json, stderr, wait_until};
use crate::signals::{send, start};
#[cfg(target_os = "linux")]
use crate::silent_target::SilentTarget;

/// Runs one of these tests at a time, since each needs a core.
fn take_turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn a_stopped_generator_catches_up_without_a_burst_of_connections() {
    let _turn = take_turn();
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let child = start(&[
        "http", &url, "-r", "2000", "-z", "5s", "-c", "2000", "-o", "json=-", "-q",
    ]);
    wait_until("hits arrive", || target.counts().requests > 1000);
    send(&child, Signal::STOP);
    let stopped = Instant::now();
    // Longer than the 2 s expected below, because the signal may arrive late.
    wait_until("two seconds have passed", || {
        stopped.elapsed() >= Duration::from_millis(2200)
    });
    send(&child, Signal::CONT);
    let output = child.wait_with_output().unwrap();
    let report = json(&output);
    assert_eq!(report["hits"]["ok"], 10_000, "{report}");
    assert_eq!(target.counts().requests, 10_000);
    assert_ne!(report["verdict"]["status"], "valid");
    let reasons = report["verdict"]["reasons"].to_string();
    assert!(reasons.contains("generator stalled for 2"), "{reasons}");
    // The first reason gave the advice to add threads.
    let first = report["verdict"]["reasons"][0].to_string();
    assert!(first.contains("the machine was suspended"), "{reasons}");
    let connections = target.shutdown().counts.connections;
    assert!(connections < 200, "{connections} connections");
}

/// Hits that were due while the process was stopped were not even counted, in 7 of 12 runs, and those
/// that were left made the run only suspect.
#[test]
fn all_hits_that_were_due_are_scheduled_when_a_stopped_process_is_ended() {
    let _turn = take_turn();
    for signals in [[Signal::INT, Signal::CONT], [Signal::CONT, Signal::INT]] {
        let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
        let url = target.url();
        let child = start(&["http", &url, "-r", "100", "-z", "1h", "-q", "-o", "json"]);
        wait_until("hits arrive", || target.counts().requests >= 80);
        send(&child, Signal::STOP);
        let stopped = Instant::now();
        wait_until("1.2 seconds have passed", || {
            stopped.elapsed() >= Duration::from_millis(1200)
        });
        for signal in signals {
            send(&child, signal);
        }
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
        let report = json(&output);
        let hits = report["hits"].as_object().unwrap();
        let count = |name: &str| hits[name].as_u64().unwrap();
        // 80 hits before the stop, and 120 that were due during it. The signal may arrive late.
        assert!(count("scheduled") >= 195, "{signals:?}: {report}");
        let ended: u64 = hits
            .keys()
            .filter(|name| *name != "scheduled")
            .map(|name| count(name))
            .sum();
        assert_eq!(ended, count("scheduled"), "{report}");
        assert_eq!(count("ok"), target.shutdown().counts.requests, "{report}");
        assert_eq!(
            report["verdict"]["status"], "invalid",
            "{signals:?}: {report}"
        );
    }
}

/// Returns the CPU time of a process in clock ticks, which are 10 ms (proc_pid_stat(5)).
#[cfg(target_os = "linux")]
fn cpu_ticks(child: &Child) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    // The name of the program is in parentheses; the 12th and 13th fields after it are utime and stime.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let times = fields.split_whitespace().skip(11).take(2);
    times.map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

/// A second signal ended the wait for hits, but not for a thread that was blocked. The run ended when
/// the hits that blocked it were done, or never.
#[cfg(target_os = "linux")]
#[test]
fn a_second_signal_ends_a_run_whose_thread_is_blocked() {
    let _turn = take_turn();
    let target = SilentTarget::spawn();
    let url = target.url("http");
    let folder = tempfile::tempdir().unwrap();
    let body = folder.path().join("body");
    let mut lines = String::new();
    for line in 0..800_000_u64 {
        lines.push_str(&format!(
            "line {line} of {{{{seq}}}}: {}\n",
            line * 7919 % 100_003
        ));
    }
    std::fs::write(&body, lines).unwrap();
    let body = format!("@{}", body.display());
    let child = start(&[
        "http",
        &url,
        "-r",
        "8",
        "-z",
        "1h",
        "-t",
        "1h",
        "-o",
        "json",
        "--threads",
        "1",
        "--arrivals",
        "burst",
        "--compress-request",
        "br",
        "-d",
        &body,
    ]);
    wait_until("all sessions are open", || target.connections() >= 8);
    // The thread makes the bodies of a burst one after the other, each of which takes seconds.
    let ticks = cpu_ticks(&child);
    wait_until("the thread is busy", || cpu_ticks(&child) >= ticks + 50);
    // Two signals of one kind can become one.
    send(&child, Signal::INT);
    send(&child, Signal::TERM);
    let output = child.wait_with_output().unwrap();
    let code = output.status.code().unwrap();
    assert!(matches!(code, 130 | 143), "{code}: {}", stderr(&output));
    let report = json(&output);
    assert_eq!(report["generator"]["unresponsive"], 1, "{report}");
    assert!(report["hits"]["abandoned"].as_u64() >= Some(8), "{report}");
    assert_eq!(report["verdict"]["status"], "invalid", "{report}");
    let codes = report["verdict"]["codes"].as_array().unwrap();
    assert!(codes.contains(&"unresponsive_thread".into()), "{report}");
}
