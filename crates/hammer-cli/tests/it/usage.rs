//! Tests of `hammer http` and `hammer run` with the flags of a load.

use hammer_target::{TargetBehavior, TargetServer};

use crate::command::{output, report, stderr, stdout};

#[test]
fn the_report_matches_the_counts_of_the_target() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let report = report(&["http", &target.url(), "-r", "200", "-z", "0.5s", "-c", "8"]);
    assert_eq!(report["hits"]["scheduled"], 100);
    assert_eq!(report["hits"]["ok"], 100);
    assert_eq!(report["labels"]["200"], 100);
    assert_eq!(target.shutdown().counts.requests, 100);
}

#[test]
fn run_accepts_endpoint_tps_and_duration() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let args = ["run", "--endpoint", &url, "--tps", "50", "--duration", "1"];
    let report = report(&[&args[..], &["--method", "PUT", "--payload", "abc"]].concat());
    assert_eq!(report["hits"]["ok"], 50);
    assert_eq!(report["rate"]["requested"], 50.0);
    assert_eq!(target.shutdown().counts.body_bytes, 150);
}

#[test]
fn run_accepts_headers_as_json_and_the_name_of_a_hammer() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let args = [
        "run",
        "--endpoint",
        &url,
        "--hammer",
        "http",
        "-n",
        "3",
        "-r",
        "100",
    ];
    let plain = report(&args)["bytes"]["sent"].as_u64().unwrap();
    let with = report(&[&args[..], &["--headers", r#"{"k":"v"}"#]].concat());
    // Each hit has one more line: "k: v" and its line end.
    assert_eq!(with["bytes"]["sent"].as_u64().unwrap(), plain + 3 * 6);
}

#[test]
fn flags_of_a_load_set_the_number_of_hits() {
    let target = TargetServer::spawn(TargetBehavior::default().status(503).unwrap()).unwrap();
    let url = target.url();
    for (flags, scheduled) in [
        ("-n 7 -r 1k", 7),
        ("--hits 7 --rate 6000/m --threads 1", 7),
        ("-n 7 -r max -c 2", 7),
        ("-r 10..50/500ms", 15),
        ("-r 100/50ms,spike(20,100,100ms)/200ms --seed 3", 17),
        ("-r steps(20..40,2,250ms) --arrivals uniform", 15),
        (
            "-r sine(40,40,500ms)/500ms --arrivals burst --skip-late 1s",
            20,
        ),
        ("-r 100/s/2s -z 100ms --warmup 100ms", 10),
        ("-n 100 -z 100ms -r 50 -t 2s --drain 1s --seed 9", 5),
        (
            "-n 2 -r 100 -d x --no-keepalive --host example.test -H A:b -X PUT",
            2,
        ),
    ] {
        let flags: Vec<_> = flags.split(' ').collect();
        let report = report(&[&["http", url.as_str()], &flags[..]].concat());
        assert_eq!(report["hits"]["scheduled"], scheduled, "{flags:?}");
        assert_eq!(report["hits"]["rejected"], scheduled, "{flags:?}");
        assert_eq!(report["labels"]["503"], scheduled, "{flags:?}");
    }
}

#[test]
fn hits_at_a_closed_port_fail_at_the_requested_rate() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    target.shutdown();
    let output = output(&["http", &url, "-r", "100", "-z", "1", "-q"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("100 failed"), "{text}");
    assert!(
        text.contains("connect refused: 100   nothing listens there"),
        "{text}"
    );
}

#[test]
fn help_comes_in_groups_with_a_line_for_each_flag() {
    let long = stdout(&output(&["http", "--help"]));
    for group in ["Load:", "HTTP:", "Expectations:", "Output:", "Thresholds:"] {
        assert!(long.lines().any(|line| line == group), "{group}: {long}");
    }
    let help = stdout(&output(&["http", "-h"]));
    for line in help
        .lines()
        .filter(|line| line.trim_start().starts_with('-'))
    {
        assert!(line.contains("  ") && line.chars().count() <= 100, "{line}");
        assert!(
            line.trim()
                .split("  ")
                .filter(|part| !part.is_empty())
                .count()
                >= 2,
            "{line}"
        );
    }
    assert_eq!(output(&[]).status.code(), Some(2));
}
