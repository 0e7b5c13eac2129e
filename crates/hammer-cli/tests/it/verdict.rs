use std::env;
use std::io::{self, Write};
use std::time::Duration;

use hammer_target::{Knobs, Target};

use crate::command::{hammer, json, output, report, stderr};
use crate::throttle::Throttle;

#[test]
fn a_generator_with_a_tenth_of_a_core_says_that_it_was_the_generator() {
    let Some(throttle) = Throttle::find() else {
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
    let target = Target::spawn(Knobs::default()).unwrap();
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
    let target = Target::spawn(Knobs::default().delay(Duration::from_millis(300))).unwrap();
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

#[test]
fn what_the_limits_can_not_carry_is_told_before_the_run() {
    let target = Target::spawn(Knobs::default()).unwrap();
    let url = target.url();
    let run = |flags: &[&str]| output(&[&["http", &url, "-n", "1"], flags].concat());
    let far = run(&["-r", "1M", "-c", "1000000000000", "-t", "1000h"]);
    assert_eq!(far.status.code(), Some(0), "{}", stderr(&far));
    let warning = "warning: if the target is slow, up to 1000000000000 local ports are needed and";
    assert!(stderr(&far).contains(warning), "{}", stderr(&far));
    let quiet = run(&["-r", "1M", "-c", "1000000000000", "-t", "1000h", "-q"]);
    assert_eq!(stderr(&quiet), "");
    assert_eq!(stderr(&run(&["-c", "4"])), "");
}
