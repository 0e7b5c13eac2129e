//! A run is a plan of one load: both have the same outputs, messages and conditions.

use std::fs;
use std::time::Duration;

use hammer_target::{TargetBehavior, TargetServer};

use crate::command::{json, output, stderr};
use crate::plans::run;

#[test]
fn the_outputs_of_a_single_load_do_not_have_its_name() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let load = format!(
        "[[load]]\nname = 'browse'\ntarget = '{}'\nrate = 100\nhits = 5\n",
        target.url()
    );
    for (plan, named) in [
        (load.clone(), false),
        (load.clone() + "offset = '1ms'\n", true),
        (load.clone() + &load.replace("browse", "order"), true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let [hits, junit] = ["hits.csv", "junit.xml"].map(|name| folder.path().join(name));
        let [to_hits, to_junit] = [
            format!("hits={}", hits.display()),
            format!("junit={}", junit.display()),
        ];
        let flags = ["-q", "-o", "json", "-o", &to_hits, "-o", &to_junit];
        let output = run("plan.toml", &plan, &flags, &[]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let report = json(&output);
        assert_eq!(report.get("loads").is_some(), named, "{plan}");
        assert_eq!(report.get("loads").is_none(), report["hammer"] == "http");
        let (hits, junit) = (fs::read_to_string(hits), fs::read_to_string(junit));
        let header = hits.unwrap().lines().next().unwrap().to_owned();
        assert_eq!(header.ends_with(",load"), named, "{header}");
        let junit = junit.unwrap();
        assert_eq!(
            junit.contains("<testsuite name=\"browse\""),
            named,
            "{junit}"
        );
    }
}

#[test]
fn each_load_of_a_plan_announces_its_warm_up() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let load = |name: &str, warmup: &str| {
        format!(
            "[[load]]\nname = '{name}'\ntarget = '{url}'\nrate = 100\nhits = 5\n\
             warmup = '{warmup}'\n"
        )
    };
    let several = load("browse", "100ms") + &load("order", "200ms");
    for (plan, expected) in [
        (load("browse", "100ms"), &["warming up for 100ms"][..]),
        (
            several,
            &[
                "browse: warming up for 100ms",
                "order: warming up for 200ms",
            ],
        ),
    ] {
        let output = run("plan.toml", &plan, &[], &[]);
        let messages = stderr(&output);
        assert_eq!(output.status.code(), Some(0), "{messages}");
        for line in expected {
            assert!(messages.lines().any(|found| found == *line), "{messages}");
        }
    }
}

/// Hits that end after the last one was due must not end a run that has already ended.
#[test]
fn conditions_are_not_checked_while_the_last_hits_are_in_flight() {
    let slow = TargetBehavior::default().delay(Duration::from_millis(2500));
    let target = TargetServer::spawn(slow).unwrap();
    let url = target.url();
    let flags = [
        "-q",
        "-o",
        "json",
        "--abort-on",
        "hits > 0",
        "--abort-after",
        "1500ms",
    ];
    let load = format!("[[load]]\ntarget = '{url}'\nrate = 20\nduration = 1\n");
    let single = output(&[&["http", &url, "-r", "20", "-z", "1"], &flags[..]].concat());
    let several = run("plan.toml", &load.repeat(2), &flags, &[]);
    for output in [single, several] {
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let report = json(&output);
        assert!(report["aborted"].is_null(), "{}", report["aborted"]);
        assert!(report["elapsed_s"].as_f64().unwrap() > 2.0);
    }
}
