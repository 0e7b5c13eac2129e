//! Tests of the verdict, and of warnings about limits.

use std::env;
use std::io::{self, Write};
#[cfg(unix)]
use std::process::Command;
use std::time::Duration;

use hammer_target::{TargetBehavior, TargetServer};

use crate::command::{hammer, json, output, report, stderr, stdout};
use crate::throttle::CpuThrottle;

#[test]
fn a_throttled_generator_is_invalid() {
    let Some(throttle) = CpuThrottle::find() else {
        assert!(
            env::var_os("HAMMER_REQUIRE_SERVERS").is_none(),
            "no way to throttle a process"
        );
        // The test harness hides `eprintln!` of passing tests, but not writes to stderr.
        let _ = writeln!(
            io::stderr(),
            "SKIPPED: no way to throttle a process, so nothing was tested here"
        );
        return;
    };
    // More hits than a tenth of a core can send.
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let load = ["http", &url, "-r", "10k", "-z", "2", "--drain", "1s"];
    let command = hammer(&[&load[..], &["-q", "-o", "json", "--require-valid"]].concat());
    let output = throttle.output(&command).unwrap();
    assert_eq!(output.status.code(), Some(98), "{}", stderr(&output));
    let report = json(&output);
    let verdict = &report["verdict"];
    assert_eq!(verdict["status"], "invalid", "{report}");
    let reasons = verdict["reasons"].as_array().unwrap();
    assert!(
        reasons[0].as_str().unwrap().contains("generator"),
        "{verdict}"
    );
}

#[test]
fn a_slow_target_with_an_idle_generator_is_valid() {
    let target =
        TargetServer::spawn(TargetBehavior::default().delay(Duration::from_millis(300))).unwrap();
    let mut verdict = String::new();
    // Other tests share the cores and may delay a thread, so the run gets three tries.
    for _ in 0..3 {
        let report = report(&["http", &target.url(), "-r", "50", "-z", "2"]);
        assert_eq!(report["hits"]["ok"], 100);
        assert!(report["response_us"]["min"].as_f64() >= Some(300_000.0));
        verdict = report["verdict"].to_string();
        if report["verdict"]["status"] == "valid" {
            return;
        }
    }
    panic!("not valid in three tries: {verdict}");
}

/// A run in which no hit was sent used to be valid.
#[test]
fn a_run_that_sent_nothing_is_invalid() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let load = [
        "http",
        &url,
        "-r",
        "50",
        "-n",
        "5",
        "--skip-late",
        "1ns",
        "-q",
        "-o",
        "json",
    ];
    for (flags, code) in [(&[][..], 0), (&["--require-valid"], 98)] {
        let output = output(&[&load[..], flags].concat());
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        let report = json(&output);
        assert_eq!(report["hits"]["unsent"], 5, "{report}");
        assert_eq!(report["verdict"]["status"], "invalid", "{report}");
        let codes = report["verdict"]["codes"].as_array().unwrap();
        assert!(codes.contains(&"nothing_sent".into()), "{report}");
        assert!(report["response_us"]["p99"].is_null(), "{report}");
    }
    assert_eq!(target.shutdown().counts.requests, 0);
}

#[test]
fn a_dead_port_is_not_an_error_but_the_verdict_says_that_it_was_not_reached() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    for load in [&["-r", "100", "-n", "20"][..], &["-r", "max", "-n", "20"]] {
        let load = [&["http", &url][..], load].concat();
        let output = hammer(&[&load[..], &["-q"]].concat()).output().unwrap();
        assert!(!stdout(&output).contains("valid  "), "{}", stdout(&output));
        let output = hammer(&[&load[..], &["-q", "-o", "json", "--require-valid"]].concat())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let report = json(&output);
        assert_eq!(report["hits"]["failed"], 20);
        assert_eq!(report["verdict"]["status"], "suspect");
        assert_eq!(report["verdict"]["codes"][0], "not_reached");
        let reason = report["verdict"]["reasons"][0].as_str().unwrap();
        let text = "The target was not reached by any of 20 hits (connect refused: 20)";
        assert!(reason.starts_with(text), "{reason}");
        assert!(report["response_us"]["p99"].is_null(), "{report}");
    }
}

/// Hits of a burst that waited for a slot were counted only if all slots had been in use before the
/// burst. Their waits were in response, and the run was valid.
#[test]
fn a_burst_beyond_the_slots_is_suspect() {
    let delay = Duration::from_millis(50);
    let target = TargetServer::spawn(TargetBehavior::default().delay(delay)).unwrap();
    let url = target.url();
    let load = ["http", &url, "-r", "200", "-n", "200", "-c", "20"];
    let report = report(&[&load[..], &["--arrivals", "burst"]].concat());
    assert_eq!(report["hits"]["ok"], 200, "{report}");
    // The first twenty get a slot, unless another thread's slots are all in use.
    let waited = report["generator"]["waited_at_limit"].as_u64().unwrap();
    assert!((170..=190).contains(&waited), "{report}");
    let codes = report["verdict"]["codes"].as_array().unwrap();
    assert!(codes.contains(&"slots_full".into()), "{report}");
}

#[cfg(unix)]
#[test]
fn limits_that_are_too_low_are_reported_before_the_run() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    // ulimit lowers both limits, because hammer raises the soft one to the hard one.
    let run = |flags: &[&str]| {
        let hammer = hammer(&[&["http", &url], flags].concat());
        let mut limited = Command::new("sh");
        limited.args(["-c", "ulimit -n 64 && exec \"$0\" \"$@\""]);
        limited.arg(hammer.get_program()).args(hammer.get_args());
        limited.output().unwrap()
    };
    let output = run(&["-r", "200", "-z", "1", "--threads", "1"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let warning = "warning: if the target is slow, up to 224 open files are needed, but";
    assert!(stderr(&output).contains(warning), "{}", stderr(&output));
    let dry = run(&["-r", "200", "-z", "1", "--threads", "1", "--dry-run"]);
    assert!(
        stdout(&dry).contains("up to 224 open files are needed"),
        "{}",
        stdout(&dry)
    );
    let quiet = run(&["-r", "200", "-z", "1", "-q"]);
    assert_eq!(stderr(&quiet), "");
    assert_eq!(stderr(&run(&["-c", "4", "-n", "1", "--threads", "1"])), "");
}
