//! Tests of `hammer find`.

use std::fs;
use std::num::NonZeroUsize;
use std::time::Duration;

use hammer_target::{ServiceLaw, TargetBehavior, TargetServer, WorkerPool};
use rustix::process::Signal;
use serde_json::Value;

use crate::command::{hammer, json, output, stderr, stdout, wait_until};
use crate::recorded_runs::RecordedRuns;
use crate::signals::{send, start};

/// A target whose worker needs 20 ms for each request, so that it holds 50/s.
fn queue() -> TargetServer {
    let law = ServiceLaw::constant(Duration::from_millis(20));
    let pool = WorkerPool::new(NonZeroUsize::MIN, law, 1);
    TargetServer::spawn(TargetBehavior::default().workers(pool)).unwrap()
}

/// Flags of a short search. Its looks are too short for real answers.
const SHORT: [&str; 12] = [
    "--look",
    "2s",
    "--settle",
    "0",
    "--rest",
    "0",
    "--confirm",
    "3s",
    "--within",
    "20%",
    "--drain",
    "1s",
];

fn find<'a>(url: &'a str, flags: &[&'a str]) -> Vec<&'a str> {
    [&["find", "http", url], &SHORT[..], flags].concat()
}

/// The rates of looks with this outcome.
fn rates(report: &Value, outcome: &str) -> Vec<f64> {
    let looks = report["looks"].as_array().unwrap().iter();
    looks
        .filter(|look| look["outcome"] == outcome)
        .map(|look| look["rate"].as_f64().unwrap())
        .collect()
}

#[test]
fn the_answer_is_a_rate_that_was_confirmed() {
    let target = queue();
    let runs = RecordedRuns::new();
    let (folder, page) = (runs.path("looks"), runs.path("find.html"));
    let (keep, html) = (folder.to_str().unwrap(), format!("html={}", page.display()));
    let url = target.url();
    let flags = ["--slo", "p99 < 150ms", "--from", "10", "--keep", keep];
    let found = output(&find(
        &url,
        &[&flags[..], &["-o", "json", "-o", &html]].concat(),
    ));
    assert_eq!(found.status.code(), Some(0), "{}", stderr(&found));
    let report = json(&found);
    assert_eq!(report["schema"], "hammer.find/1");
    let answer = &report["answer"];
    assert_eq!(answer["status"], "confirmed", "{report}");
    let rate = answer["rate"].as_f64().unwrap();
    assert!(rate < 60.0, "the worker cannot serve that: {rate}");
    let confirmed = report["looks"].as_array().unwrap().iter().any(|look| {
        look["purpose"] == "confirm" && look["outcome"] == "held" && look["rate"] == answer["rate"]
    });
    assert!(confirmed, "{report}");
    let failed = rates(&report, "failed");
    assert!(failed.iter().all(|failed| *failed > rate), "{report}");
    assert_eq!(
        report["objectives"],
        serde_json::json!(["p99 < 150ms", "achieved >= 99%"])
    );
    // Each look has a run file, which other commands read.
    for look in report["looks"].as_array().unwrap() {
        let shown = output(&["report", look["run_file"].as_str().unwrap()]);
        assert_eq!(shown.status.code(), Some(0), "{}", stderr(&shown));
    }
    let page = fs::read_to_string(page).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<svg"));
}

/// Connections live on from look to look.
#[test]
fn looks_share_their_sessions() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let flags = [
        "--slo",
        "p99 < 10s",
        "--from",
        "50",
        "--to",
        "100",
        "-o",
        "json",
    ];
    let found = output(&find(&url, &[&flags[..], &["--threads", "1"]].concat()));
    let report = json(&found);
    assert_eq!(report["answer"]["status"], "at_least", "{report}");
    assert_eq!(report["answer"]["rate"], 100.0);
    assert_eq!(found.status.code(), Some(0));
    let looks = report["looks"].as_array().unwrap().len() as u64;
    let truth = target.shutdown().counts;
    assert!(looks >= 3, "{report}");
    assert!(truth.connections < looks * 16, "{truth:?}");
    let hits: u64 = (report["looks"].as_array().unwrap().iter())
        .map(|look| look["hits"].as_u64().unwrap())
        .sum();
    assert_eq!(truth.requests, hits);
}

#[test]
fn a_dead_target_never_holds_and_the_looks_end_early() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    drop(target);
    let flags = ["--slo", "p99 < 1s", "--from", "20", "-o", "json"];
    let found = output(&find(&url, &flags));
    assert_eq!(found.status.code(), Some(1), "{}", stderr(&found));
    let report = json(&found);
    assert_eq!(report["answer"]["status"], "never_held", "{report}");
    assert_eq!(report["answer"]["rate"], Value::Null);
    let mut looks = report["looks"].as_array().unwrap().iter();
    let failed = looks.find(|look| look["outcome"] == "failed").unwrap();
    assert!(failed["ended_early"].as_str().unwrap().contains("p99 < 1s"));
    assert!(failed["duration_s"].as_f64().unwrap() < 2.0, "{failed}");
}

#[test]
fn an_answer_below_the_required_rate_fails_the_build() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let flags = ["--slo", "p99 < 10s", "--from", "20", "--to", "20"];
    for (required, code) in [("20", 0), ("21", 99)] {
        let found = output(&find(
            &url,
            &[&flags[..], &["--at-least", required]].concat(),
        ));
        assert_eq!(found.status.code(), Some(code), "{}", stdout(&found));
    }
}

#[test]
fn a_curve_and_a_recovery_follow_the_answer() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let flags = [
        "--slo",
        "p99 < 10s",
        "--from",
        "20",
        "--to",
        "20",
        "--curve",
        "-o",
        "json",
    ];
    let report = json(&output(&find(&url, &flags)));
    let curve: Vec<_> = (report["curve"].as_array().unwrap().iter())
        .map(|look| look["rate"].as_f64().unwrap())
        .collect();
    let expected: Vec<_> = (1..=11).map(|tenth| f64::from(tenth) * 2.0).collect();
    assert_eq!(curve, expected);
    assert_eq!(report["recovery"], Value::Null);
}

#[test]
fn a_signal_ends_the_search_with_the_best_that_is_known() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let flags = [
        "--slo",
        "p99 < 10s",
        "--from",
        "20",
        "--to",
        "40",
        "-o",
        "json",
    ];
    let mut child = start(&[&["find", "http", &url, "--settle", "0"][..], &flags].concat());
    wait_until("a hit", || target.counts().requests > 0);
    send(&child, Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let report: Value = serde_json::from_reader(child.stdout.take().unwrap()).unwrap();
    assert_eq!(report["answer"]["status"], "not_confirmed", "{report}");
    assert_eq!(report["reason"], "stopped by a signal");
}

#[test]
fn a_plan_of_one_load_can_be_searched() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let runs = RecordedRuns::new();
    let load = format!("[[load]]\ntarget = '{}'\nrate = '7'\n", target.url());
    let plan = |name: &str, text: &str| {
        let path = runs.path(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (one, two) = (plan("one.toml", &load), plan("two.toml", &load.repeat(2)));
    let search = |plan: &str| {
        let flags = [
            "--slo",
            "p99 < 10s",
            "--from",
            "20",
            "--to",
            "20",
            "-o",
            "json",
        ];
        let lengths = [
            "--look",
            "1s",
            "--settle",
            "0",
            "--rest",
            "0",
            "--confirm",
            "1s",
        ];
        output(&[&["find", "run", plan], &lengths[..], &flags].concat())
    };
    let found = search(&one);
    assert_eq!(json(&found)["answer"]["rate"], 20.0, "{}", stderr(&found));
    let refused = search(&two);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("expected a plan with one load"));
}

#[test]
fn flags_that_make_no_search_are_refused_before_the_first_hit() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let slo = ["--slo", "p99 < 1s"];
    for (flags, message) in [
        (&["--rate", "5"][..], "--from and --to"),
        (&["--duration", "5s"], "--look and --confirm"),
        (&["--warmup", "5s"], "--settle"),
        (&["--once"], "try without '--once'"),
        (&["--to", "50"], "expected at least the first rate, 100/s"),
        (&["--confirm", "5s"], "at least the length of a look, 15s"),
        (
            &["--budget", "1m"],
            "expected time for a look and a confirmation",
        ),
        (&["--within", "0"], "a percentage above 0%"),
        (&["--slo", "p99 <= baseline + 5%"], "baseline"),
        (&["--slo", "failure.nonsense < 5"], "nonsense"),
        (&["--slo", "[stage 2] p99 < 1s"], "stage"),
        (&["-o", "hlog=x.hlog"], "unknown kind"),
        (&["--keep", "/proc/none"], "--keep"),
    ] {
        let found = output(&[&["find", "http", &url], &slo[..], flags].concat());
        assert_eq!(
            found.status.code(),
            Some(2),
            "{flags:?}: {}",
            stderr(&found)
        );
        let found = stderr(&found);
        assert!(found.contains(message), "{flags:?}: {found}");
    }
    assert_eq!(target.shutdown().counts.requests, 0);
    let unknown = output(&["find", "nonsense", "--slo", "p99 < 1s"]);
    assert!(stderr(&unknown).contains("expected one of http, mqtt, or run for a plan"));
}

/// A path of a target may have a secret of the environment.
#[test]
fn outputs_of_a_plan_have_no_secrets_of_the_environment() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let runs = RecordedRuns::new();
    let (plan, looks) = (runs.path("secret.toml"), runs.path("secret-looks"));
    let text = format!("[[load]]\ntarget = '{}${{API_TOKEN}}'\n", target.url());
    fs::write(&plan, text).unwrap();
    let flags = [
        "--slo",
        "p99 < 10s",
        "--from",
        "20",
        "--to",
        "20",
        "-o",
        "json",
    ];
    let lengths = [
        "--look",
        "1s",
        "--settle",
        "0",
        "--rest",
        "0",
        "--confirm",
        "1s",
    ];
    let found = hammer(&[&["find", "run"], &lengths[..], &flags].concat())
        .arg(&plan)
        .arg("--keep")
        .arg(&looks)
        .env("API_TOKEN", "s3cret-of-the-environment")
        .output()
        .unwrap();
    let report = json(&found);
    assert_eq!(report["answer"]["rate"], 20.0, "{}", stderr(&found));
    let first = report["looks"][0]["run_file"].as_str().unwrap();
    let kept = output(&["report", first, "-o", "json"]);
    for text in [stdout(&found), stderr(&found), stdout(&kept)] {
        assert!(!text.contains("s3cret"), "{text}");
    }
    assert!(report["target"].as_str().unwrap().contains("API_TOKEN"));
}
