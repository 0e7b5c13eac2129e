//! Tests of `--assert` and `--abort-on`.

use std::fs;
use std::net::TcpListener;
use std::time::Duration;

use hammer_target::{TargetBehavior, TargetServer};

use crate::command::{json, output, stderr, stdout};
use crate::junit::suites;

/// The URL of a port that refuses connections.
fn refusing_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

/// A target so slow that a pause of the machine does not make a run invalid.
fn steady() -> TargetBehavior {
    TargetBehavior::default().delay(Duration::from_millis(100))
}

#[test]
fn thresholds_show_figures_and_set_the_exit_code() {
    let target = TargetServer::spawn(steady()).unwrap();
    let url = target.url();
    let args = ["http", &url, "-n", "50", "-r", "500", "-q"];
    let passing = ["--assert", "p99 < 10s", "--assert", "ok == 100%"];
    let passed = output(&[&args[..], &passing].concat());
    assert_eq!(passed.status.code(), Some(0), "{}", stderr(&passed));
    let text = stdout(&passed);
    assert!(
        text.contains("thresholds    pass   p99 < 10s    "),
        "{text}"
    );
    assert!(text.contains("pass   ok == 100%   100 %\n"), "{text}");

    let failing = ["--assert", "hits < 10", "-o", "json"];
    let failed = output(&[&args[..], &passing, &failing].concat());
    assert_eq!(failed.status.code(), Some(99), "{}", stderr(&failed));
    let report = json(&failed);
    let last = &report["thresholds"][2];
    assert_eq!(last["expression"], "hits < 10");
    assert_eq!(
        (&last["value"], &last["unit"]),
        (&50.0.into(), &"hits".into())
    );
    assert_eq!(
        (&last["passed"], &last["infinite"]),
        (&false.into(), &false.into())
    );
    assert_eq!(report["thresholds"][0]["passed"], true);
    assert!(report["aborted"].is_null());
}

#[test]
fn hits_without_an_answer_are_infinitely_slow() {
    let url = refusing_address();
    let output = output(&[
        "http",
        &url,
        "-n",
        "20",
        "-r",
        "200",
        "-q",
        "--assert",
        "p50 < 1h",
        "--assert",
        "errors == 0",
        "--assert",
        "failure.connect_refused == 20",
    ]);
    assert_eq!(output.status.code(), Some(99), "{}", stderr(&output));
    let text = stdout(&output);
    for line in [
        "thresholds    fail   p50 < 1h                        infinite: no response",
        "              fail   errors == 0                     20 hits",
        "              pass   failure.connect_refused == 20   20 hits",
    ] {
        assert!(text.lines().any(|shown| shown == line), "{line}\n{text}");
    }
}

#[test]
fn abort_on_ends_the_run_with_a_report() {
    let target = TargetServer::spawn(TargetBehavior::default().fail_share(1.0).unwrap()).unwrap();
    let refused = refusing_address();
    for url in [target.url(), refused] {
        let args = ["http", &url, "-r", "100", "-z", "1h", "-o", "json"];
        let output = output(
            &[
                &args[..],
                &["--abort-on", "p99 < 1ms", "--abort-on", "errors > 50%"],
            ]
            .concat(),
        );
        assert_eq!(output.status.code(), Some(99), "{}", stderr(&output));
        let report = json(&output);
        assert_eq!(report["aborted"]["expression"], "errors > 50%");
        assert_eq!(report["aborted"]["value"], 100.0, "{}", report["aborted"]);
        assert_eq!(report["aborted"]["t_s"], 1.0);
        assert_eq!(report["stopped"], true);
        let message = stderr(&output);
        assert_eq!(
            message,
            "aborting: errors > 50% after 1 s at 100/s (measured 100 %)\n"
        );
    }
}

#[test]
fn abort_on_waits_for_abort_after() {
    let target =
        TargetServer::spawn(TargetBehavior::default().delay(Duration::from_millis(30))).unwrap();
    let url = target.url();
    let args = [
        "http",
        &url,
        "-r",
        "50",
        "-z",
        "1h",
        "-q",
        "--abort-on",
        "service.p75 > 20ms",
    ];
    let output = output(&[&args[..], &["--abort-after", "2s"]].concat());
    assert_eq!(output.status.code(), Some(99), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    let text = stdout(&output);
    assert!(
        text.contains("aborted       service.p75 > 20ms after 2 s at 50/s (measured 3"),
        "{text}"
    );
    assert!(text.contains(", then stopped, seed 1"), "{text}");
    // The run waits for hits in flight.
    assert!(!text.contains("abandoned"), "{text}");
}

#[test]
fn a_false_abort_on_changes_nothing() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let args = ["http", &url, "-r", "50", "-z", "1500ms", "-q", "-o", "json"];
    let output = output(
        &[
            &args[..],
            &[
                "--abort-on",
                "phase.tls.p50 > 1ns",
                "--abort-on",
                "errors > 0",
            ],
        ]
        .concat(),
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = json(&output);
    assert_eq!(
        (&report["stopped"], &report["hits"]["ok"]),
        (&false.into(), &75.into())
    );
}

/// JUnit had a failure or a pass on the numbers of an invalid run, and the exit code was 0 or 99.
#[test]
fn thresholds_of_an_invalid_run_are_not_judged() {
    let target =
        TargetServer::spawn(TargetBehavior::default().delay(Duration::from_secs(60))).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hammer.xml");
    let (url, junit) = (target.url(), format!("junit={}", path.display()));
    // A run with unsent hits is invalid.
    let args = [
        "http", &url, "-r", "100", "-z", "1", "-c", "1", "-t", "5s", "--drain", "1ms", "-q", "-o",
        &junit,
    ];
    for (flags, code, errors, skipped) in [
        (
            &[
                "--assert",
                "errors >= 0",
                "--assert",
                "errors == 0",
                "-o",
                "text",
            ][..],
            98,
            3,
            0,
        ),
        (
            &["--assert", "hits > 0", "--require-valid", "-o", "json"],
            98,
            2,
            0,
        ),
        (&["--require-valid"], 98, 1, 0),
        (&[], 0, 0, 1),
    ] {
        let output = output(&[&args[..], flags].concat());
        assert_eq!(
            output.status.code(),
            Some(code),
            "{flags:?}: {}",
            stderr(&output)
        );
        let text = stdout(&output);
        if flags.contains(&"text") {
            assert!(text.contains("\ninvalid "), "{text}");
            assert_eq!(text.matches("not judged   errors ").count(), 2, "{text}");
        }
        if flags.contains(&"json") {
            let checked = &json(&output)["thresholds"][0];
            assert_eq!(checked["judged"], false, "{checked}");
            assert_eq!(checked["passed"], false, "{checked}");
            assert!(checked["value"].is_number(), "{checked}");
        }
        let xml = fs::read_to_string(&path).unwrap();
        let counts = format!("failures=\"0\" errors=\"{errors}\" skipped=\"{skipped}\"");
        assert!(xml.contains(&counts), "{flags:?}: {xml}");
    }
}

/// Thresholds could not select a group, and the log of hits did not name it.
#[test]
fn thresholds_select_groups_that_the_log_of_hits_names() {
    let target = TargetServer::spawn(steady()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (dead, url) = (refusing_address(), target.url());
    let targets = format!("# name: items\nGET {url}items\n\n# name: a,b\nGET {dead}b\n");
    fs::write(path("targets.txt"), targets).unwrap();
    let (targets, log) = (path("targets.txt"), format!("hits={}", path("hits.csv")));
    let args = [
        "http",
        "--targets",
        &targets,
        "-r",
        "50",
        "-n",
        "20",
        "-q",
        "-o",
        "json",
        "-o",
    ];
    let thresholds = [
        "--assert",
        "[items] ok == 10",
        "--assert",
        "[a,b] failed == 100%",
        "--assert",
        "[a,b] p50 < 1s",
    ];
    let output_of = |thresholds: &[&str]| output(&[&args[..], &[&log], thresholds].concat());
    let failed = output_of(&thresholds);
    assert_eq!(failed.status.code(), Some(99), "{}", stderr(&failed));
    let report = json(&failed);
    let passed: Vec<_> = report["thresholds"].as_array().unwrap().iter().collect();
    let passed: Vec<_> = passed.iter().map(|it| it["passed"] == true).collect();
    assert_eq!(passed, [true, true, false], "{report}");
    let groups = report["groups"].as_array().unwrap();
    let sum: u64 = groups
        .iter()
        .filter_map(|it| it["scheduled"].as_u64())
        .sum();
    assert_eq!(sum, 20, "{report}");
    let log = fs::read_to_string(path("hits.csv")).unwrap();
    let ends = |end: &str| log.lines().filter(|line| line.ends_with(end)).count();
    assert_eq!((ends(",items"), ends(",\"a,b\"")), (10, 10), "{log}");
    let unknown = output_of(&["--assert", "[itmes] p99 < 1s"]);
    assert_eq!(unknown.status.code(), Some(2));
    let message = stderr(&unknown);
    assert!(message.contains("unknown group 'itmes'"), "{message}");
}

/// A condition on latencies was judged on the whole run so far, and on hits that had ended only.
#[test]
fn a_condition_over_a_window_ends_the_run_of_a_target_that_hangs() {
    let target =
        TargetServer::spawn(TargetBehavior::default().delay(Duration::from_secs(60))).unwrap();
    let url = target.url();
    let args = [
        "http", &url, "-r", "20", "-z", "1h", "--drain", "1ms", "-t", "60s", "-o", "json",
    ];
    let output = output(&[&args[..], &["--abort-on", "p50 > 300ms over 2s"]].concat());
    assert_eq!(output.status.code(), Some(99), "{}", stderr(&output));
    let report = json(&output);
    let aborted = &report["aborted"];
    assert_eq!(
        (&aborted["t_s"], &aborted["rate"]),
        (&2.0.into(), &20.0.into()),
        "{aborted}"
    );
    let message = stderr(&output);
    let expected = "aborting: p50 > 300ms over 2s after 2 s at 20/s (measured ";
    assert!(message.starts_with(expected), "{message}");
}

#[test]
fn junit_has_a_case_for_each_threshold() {
    let target = TargetServer::spawn(steady()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hammer.xml");
    let junit = format!("junit={}", path.display());
    let url = format!("{}?a=1&b='", target.url());
    let output = output(&[
        "http",
        &url,
        "-n",
        "10",
        "-r",
        "100",
        "-o",
        &junit,
        "--assert",
        "p99 < 10s",
        "--assert",
        "label.503 < 5",
        "--assert",
        "rate < 1",
    ]);
    assert_eq!(output.status.code(), Some(99), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("fail   rate < 1"),
        "{}",
        stdout(&output)
    );
    let xml = fs::read_to_string(path).unwrap();

    let [suite] = &suites(&xml)[..] else {
        panic!("{xml}")
    };
    assert_eq!(suite.name, format!("http {url}"));
    assert_eq!(
        suite.cases,
        ["verdict", "p99 < 10s", "label.503 < 5", "rate < 1"]
    );
    let [failure] = &suite.failures[..] else {
        panic!("{xml}")
    };
    assert!(failure.starts_with("rate < 1: "), "{failure}");
}

#[test]
fn thresholds_apply_to_single_stages() {
    let target = TargetServer::spawn(steady()).unwrap();
    let url = target.url();
    let args = ["http", &url, "-r", "20/500ms, 40/500ms", "-q", "-o", "json"];
    let passing = [
        "--assert",
        "[stage 1] hits == 10",
        "--assert",
        "[stage 40/500ms] hits == 20",
        "--assert",
        "[stage 2] p99 < 10s",
        "--assert",
        "[stage 2] achieved > 50%",
    ];
    let passed = output(&[&args[..], &passing].concat());
    assert_eq!(passed.status.code(), Some(0), "{}", stderr(&passed));
    let failing = ["--assert", "[stage 2] hits == 10"];
    let failed = output(&[&args[..], &passing, &failing].concat());
    assert_eq!(failed.status.code(), Some(99), "{}", stderr(&failed));
    let report = json(&failed);
    let thresholds = report["thresholds"].as_array().unwrap();
    let passed: Vec<_> = thresholds.iter().map(|it| it["passed"] == true).collect();
    assert_eq!(passed, [true, true, true, true, false], "{report}");
    assert_eq!(thresholds[4]["value"], 20.0, "{report}");

    for (expression, shown) in [
        (
            "[stage 3] hits > 0",
            "    [stage 3] hits > 0\n    ^^^^^^^^^ expected [stage 1] to [stage 2]\n",
        ),
        (
            "[stage 2] label.200 > 0",
            "    [stage 2] label.200 > 0\n              ^^^^^^^^^^^^^ expected response, service",
        ),
    ] {
        let output = output(&[&args[..], &["--assert", expression]].concat());
        assert_eq!(output.status.code(), Some(2), "{expression}");
        let message = stderr(&output);
        assert!(message.contains(shown), "{message}");
    }
}

#[test]
fn malformed_thresholds_show_their_place_and_nothing_is_sent() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    for (flags, shown) in [
        (
            &["--assert", "p99 < 250"][..],
            "error: invalid value 'p99 < 250' for '--assert <EXPR>': '250' has no unit\n\n    \
             p99 < 250\n          ^^^ expected 250ms\n",
        ),
        (
            &["--abort-on", "error > 50%"],
            "    error > 50%\n    ^^^^^ expected 'errors'\n",
        ),
        (&["--assert", "-5"], "    -5\n    ^^ expected p99, mean,"),
        (&["--assert", ""], "'--assert <EXPR>'"),
        (
            &["--assert", "[checkout] p99 < 1s"],
            "    [checkout] p99 < 1s\n    ^^^^^^^^^^ expected p99 < 1s\n",
        ),
        (
            &["-r", "max", "--assert", "achieved > 99%"],
            "    achieved > 99%\n    ^^^^^^^^ expected rate",
        ),
        (&["--abort-after", "10s"], "--abort-on"),
        (
            &["--abort-on", "errors > 1", "--abort-after", "0"],
            "longer than 0 (try 30s)",
        ),
    ] {
        let output = output(&[&["http", url.as_str()], flags].concat());
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{flags:?}: {message}");
        assert!(message.contains(shown), "{flags:?}: {message}");
        assert!(output.stdout.is_empty());
    }
    let counts = target.shutdown().counts;
    assert_eq!((counts.requests, counts.connections), (0, 0));
}
