use std::env;
use std::io::{self, Write};
#[cfg(unix)]
use std::process::Command;
use std::time::Duration;

use hammer_target::{TargetBehavior, TargetServer};

use crate::command::{hammer, json, report, stderr, stdout};
use crate::throttle::CpuThrottle;

#[test]
fn a_generator_with_a_tenth_of_a_core_says_that_it_was_the_generator() {
    let Some(throttle) = CpuThrottle::find() else {
        assert!(
            env::var_os("HAMMER_REQUIRE_SERVERS").is_none(),
            "no way to throttle a process"
        );
        // Straight to stderr, past the test harness, which hides what passing tests print.
        let _ = writeln!(
            io::stderr(),
            "SKIPPED: no way to throttle a process, so nothing was tested here"
        );
        return;
    };
    // More than a tenth of a core can send.
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
fn a_slow_target_and_an_idle_generator_are_valid_however_bad_the_latencies_are() {
    let target =
        TargetServer::spawn(TargetBehavior::default().delay(Duration::from_millis(300))).unwrap();
    let mut verdict = String::new();
    // Other tests share the cores, and may stop a thread for long enough to be worth a reason.
    for _ in 0..3 {
        let report = report(&["http", &target.url(), "-r", "50", "-z", "2"]);
        assert_eq!(report["hits"]["ok"], 100);
        assert!(report["response_us"]["min"].as_f64() >= Some(300_000.0));
        verdict = report["verdict"].to_string();
        if report["verdict"]["status"] == "valid" {
            return;
        }
    }
    panic!("three times: {verdict}");
}

#[cfg(unix)]
#[test]
fn what_the_limits_can_not_carry_is_told_before_the_run() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    // The limit is raised to the hard one: ulimit lowers both.
    let run = |flags: &[&str]| {
        let hammer = hammer(&[&["http", &url], flags].concat());
        let mut limited = Command::new("sh");
        limited.args(["-c", "ulimit -n 64 && exec \"$0\" \"$@\""]);
        limited.arg(hammer.get_program()).args(hammer.get_args());
        limited.output().unwrap()
    };
    let far = run(&["-r", "200", "-z", "1", "--threads", "1"]);
    assert_eq!(far.status.code(), Some(0), "{}", stderr(&far));
    let warning = "warning: if the target is slow, up to 224 open files are needed, but";
    assert!(stderr(&far).contains(warning), "{}", stderr(&far));
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
