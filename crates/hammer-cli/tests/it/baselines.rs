//! Tests of `--baseline` and of thresholds relative to a baseline, with run files of this command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use hammer_target::{TargetBehavior, TargetServer};
use serde_json::Value;

use crate::command::{hammer, json as parsed, output, repository, stderr, stdout};
use crate::junit::suites;

/// A target that answers after `ms`, so that a pause of the machine changes little.
fn target(ms: u64) -> TargetServer {
    TargetServer::spawn(TargetBehavior::default().delay(Duration::from_millis(ms))).unwrap()
}

/// A folder with the run file of a run of 50 hits against a target that answers after 100 ms.
struct RecordedBaseline {
    folder: tempfile::TempDir,
    target: TargetServer,
}

impl RecordedBaseline {
    fn new() -> Self {
        let baseline = Self {
            folder: tempfile::tempdir().unwrap(),
            target: target(100),
        };
        baseline.record("base.json", &["-r", "100", "-n", "50"]);
        baseline
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a load and writes its run file.
    fn record(&self, name: &str, load: &[&str]) {
        let run = format!("run={}", self.path(name).display());
        let url = self.target.url();
        let args = [&["http", &url, "-q", "-o", &run][..], load].concat();
        let output = output(&args);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }

    /// Runs the load of the baseline against `target`, compared with the run file `name`.
    fn compare(&self, name: &str, target: &TargetServer, flags: &[&str]) -> Output {
        let (url, path) = (target.url(), self.path(name));
        let args = ["http", &url, "-q", "-r", "100", "-n", "50", "--baseline"];
        hammer(&args).arg(path).args(flags).output().unwrap()
    }
}

fn validate(report: &Value, schema: &str) {
    let schema = fs::read(repository(schema)).unwrap();
    let schema = serde_json::from_slice(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(report)
        .map(|e| e.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}\n{report}");
}

#[test]
fn bounds_follow_from_the_baseline_and_set_the_exit_code() {
    let baseline = RecordedBaseline::new();
    let passing = [
        "--assert",
        "p50 <= baseline + 50%",
        "--assert",
        "errors <= baseline",
    ];
    let same = baseline.compare("base.json", &baseline.target, &passing);
    assert_eq!(same.status.code(), Some(0), "{}", stderr(&same));
    let text = stdout(&same);
    let line = text.lines().find(|line| line.contains("p50 <= baseline"));
    let line = line.unwrap_or_else(|| panic!("{text}"));
    assert!(line.contains("pass   p50 <= baseline + 50%   1"), "{line}");
    let is_shown = line.contains(" ms (baseline 1") && line.contains(" ms, bound 1");
    assert!(is_shown && line.ends_with(" ms)"), "{line}");
    assert!(
        text.contains("pass   errors <= baseline      0 % (baseline 0 %, bound 0 %)"),
        "{text}"
    );

    let xml = baseline.path("hammer.xml");
    let junit = format!("junit={}", xml.display());
    let failing = [
        "--assert",
        "p50 <= baseline + 50%",
        "-o",
        "json",
        "-o",
        &junit,
    ];
    let slower = baseline.compare("base.json", &target(300), &failing);
    assert_eq!(slower.status.code(), Some(99), "{}", stderr(&slower));
    let report = parsed(&slower);
    validate(&report, "docs/schemas/report.schema.json");
    let checked = &report["thresholds"][0];
    let number = |key: &str| checked[key].as_f64().unwrap();
    assert!((100e3..180e3).contains(&number("baseline")), "{checked}");
    assert!(
        (number("bound") - 1.5 * number("baseline")).abs() < 1.0,
        "{checked}"
    );
    assert!(number("value") >= 300e3, "{checked}");
    assert_eq!(
        (&checked["passed"], &checked["judged"]),
        (&false.into(), &true.into())
    );
    let failures = suites(&fs::read_to_string(xml).unwrap())[0]
        .failures
        .clone();
    assert!(
        failures[0].contains("p50 <= baseline + 50%: "),
        "{failures:?}"
    );
    assert!(failures[0].contains(" ms (baseline 1"), "{failures:?}");
}

#[test]
fn a_condition_relative_to_the_baseline_ends_the_run() {
    let baseline = RecordedBaseline::new();
    baseline.record("long.json", &["-r", "20", "-n", "20"]);
    let (url, path) = (target(300).url(), baseline.path("long.json"));
    let condition = ["--abort-on", "p50 > baseline + 50%", "--baseline"];
    let args = [
        &["http", &url, "-r", "20", "-z", "30", "-o", "json"][..],
        &condition,
    ]
    .concat();
    let output = hammer(&args).arg(path).output().unwrap();
    assert_eq!(output.status.code(), Some(99), "{}", stderr(&output));
    let message = stderr(&output);
    assert!(
        message.contains("aborting: p50 > baseline + 50% after "),
        "{message}"
    );
    assert!(
        message.contains(", baseline 1") && message.contains(", bound 1"),
        "{message}"
    );
    let report = parsed(&output);
    validate(&report, "docs/schemas/report.schema.json");
    let aborted = &report["aborted"];
    assert!(
        aborted["bound"].as_f64() > aborted["baseline"].as_f64(),
        "{aborted}"
    );
}

/// Each run that must not be compared, with the reason. Nothing is sent.
#[test]
fn a_baseline_that_cannot_be_compared_with_is_refused() {
    let baseline = RecordedBaseline::new();
    baseline.record("staged.json", &["-r", "50/100ms, 100/200ms"]);
    baseline.record(
        "poisson.json",
        &["-r", "100", "-n", "50", "--arrivals", "poisson"],
    );
    baseline.record("warm.json", &["-r", "100", "-n", "50", "--warmup", "100ms"]);
    baseline.record("closed.json", &["-r", "max", "-n", "50", "-c", "2"]);
    baseline.record("users.json", &["-r", "100", "-n", "50", "--users", "5"]);
    let text = fs::read_to_string(baseline.path("base.json")).unwrap();
    let edit = |name: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from}: {text:.200}");
        fs::write(baseline.path(name), text.replace(from, to)).unwrap();
    };
    edit("other.json", "\"hammer\":\"http\"", "\"hammer\":\"mqtt\"");
    edit("stopped.json", "\"stopped\":false", "\"stopped\":true");
    edit("newer.json", "\"hammer.run/1\"", "\"hammer.run/9\"");
    let mut invalid: Value = serde_json::from_str(&text).unwrap();
    invalid["report"]["verdict"]["status"] = "invalid".into();
    invalid["report"]["verdict"]["reasons"] = vec!["it was late"].into();
    fs::write(baseline.path("invalid.json"), invalid.to_string()).unwrap();
    fs::write(baseline.path("cut.json"), &text[..text.len() / 2]).unwrap();

    let quiet = target(0);
    for (name, problem) in [
        ("missing.json", "No such file"),
        ("cut.json", "JSON"),
        ("newer.json", "hammer.run/9"),
        (
            "other.json",
            "different hammer: mqtt in the baseline, http in this run",
        ),
        (
            "staged.json",
            "different shape: 50/100ms, 100/200ms in the baseline, 100 in this run",
        ),
        (
            "poisson.json",
            "different arrival process: poisson in the baseline, even in this run",
        ),
        (
            "warm.json",
            "different warm-up: 0.1 s in the baseline, 0 s in this run",
        ),
        (
            "closed.json",
            "different loop: closed in the baseline, open in this run",
        ),
        (
            "users.json",
            "different loop: open, with a pool of users in the baseline, open in this run",
        ),
        (
            "stopped.json",
            "the baseline was stopped before its schedule ended",
        ),
        ("invalid.json", "the baseline is invalid: it was late"),
    ] {
        for flags in [&["--dry-run"][..], &[]] {
            let refused = baseline.compare(name, &quiet, flags);
            let message = stderr(&refused);
            assert_eq!(refused.status.code(), Some(2), "{name}: {message}");
            assert!(message.contains("' for '--baseline <RUN>': "), "{message}");
            assert!(
                message.contains(name) && message.contains(problem),
                "{message}"
            );
        }
    }
    assert_eq!(quiet.shutdown().counts.requests, 0);
}

#[test]
fn a_threshold_without_its_baseline_is_refused() {
    let baseline = RecordedBaseline::new();
    let quiet = target(0);
    let url = quiet.url();
    let load = ["http", &url, "-r", "100", "-n", "50"];
    for flag in ["--assert", "--abort-on"] {
        let refused = output(&[&load[..], &[flag, "p99 <= baseline + 5%"]].concat());
        let message = stderr(&refused);
        assert_eq!(refused.status.code(), Some(2), "{message}");
        let expected = format!(
            "error: invalid value 'p99 <= baseline + 5%' for '{flag} <EXPR>': missing --baseline, the run \
             to compare with\n\n    p99 <= baseline + 5%\n           ^^^^^^^^ expected a number, or a \
             baseline\n"
        );
        assert!(message.starts_with(&expected), "{message}");
    }
    for (threshold, problem) in [
        (
            "phase.tls.p50 <= baseline",
            "the baseline does not have this figure",
        ),
        (
            "errors < baseline",
            "the condition cannot hold with this baseline",
        ),
        (
            "p99 <= baseline - 1h",
            "the condition cannot hold with this baseline",
        ),
    ] {
        let refused = baseline.compare("base.json", &quiet, &["--assert", threshold]);
        let message = stderr(&refused);
        assert_eq!(refused.status.code(), Some(2), "{message}");
        assert!(
            message.contains(problem) && message.contains("^^^"),
            "{message}"
        );
    }
    assert_eq!(quiet.shutdown().counts.requests, 0);
}

#[test]
fn a_baseline_that_another_command_cannot_be_compared_with_is_refused() {
    let baseline = RecordedBaseline::new();
    let path = baseline.path("base.json");
    for args in [
        &["mqtt", "mqtt://127.0.0.1:1", "-r", "100", "-n", "50"][..],
        &[
            "run",
            "--endpoint",
            "mqtt://127.0.0.1:1",
            "-r",
            "100",
            "-n",
            "50",
        ],
    ] {
        let refused = hammer(args).arg("--baseline").arg(&path).output().unwrap();
        let message = stderr(&refused);
        assert_eq!(refused.status.code(), Some(2), "{message}");
        assert!(
            message.contains("different hammer: http in the baseline, mqtt in this run"),
            "{message}"
        );
    }
}

/// Runs a plan from a folder with other run files, and from another working directory.
fn run_plan(folder: &Path, plan: &str, flags: &[&str]) -> Output {
    let path = folder.join("plan.toml");
    fs::write(&path, plan).unwrap();
    let args = [&["run", path.to_str().unwrap(), "-q"], flags].concat();
    output(&args)
}

#[test]
fn a_plan_has_a_baseline_for_the_thresholds_of_its_loads() {
    let (folder, target) = (tempfile::tempdir().unwrap(), target(100));
    let url = target.url();
    let loads = format!(
        "[[load]]\nname = 'browse'\ntarget = '{url}'\nrate = '50/300ms, 100/300ms'\n\
         [[load]]\nname = 'order'\ntarget = '{url}'\nrate = 50\nhits = 20\n"
    );
    let run = format!("run={}", folder.path().join("base.json").display());
    let recorded = run_plan(folder.path(), &loads, &["-o", &run]);
    assert_eq!(recorded.status.code(), Some(0), "{}", stderr(&recorded));

    let first = "baseline = 'base.json'\n\
                 assert = ['[order] p50 <= baseline + 50%', '[browse, stage 2] p50 <= baseline + 50%',
                 'p50 <= baseline + 50%', 'errors <= baseline + 0.1%']\n";
    let plan = format!("{first}{loads}");
    let passed = run_plan(folder.path(), &plan, &["-o", "json"]);
    assert_eq!(
        passed.status.code(),
        Some(0),
        "{}{}",
        stderr(&passed),
        stdout(&passed)
    );
    let report = parsed(&passed);
    validate(&report, "docs/schemas/plan-report.schema.json");
    let thresholds = report["thresholds"].as_array().unwrap();
    assert!(thresholds.iter().all(|it| it["bound"].is_f64()), "{report}");

    for (first, problem) in [
        (
            "assert = '[order] p50 <= baseline'\n",
            "plan.toml:1:26: 'assert': invalid value '[order] p50 <= baseline': missing 'baseline', the \
             run to compare with\n\n    [order] p50 <= baseline\n                   ^^^^^^^^ expected a \
             number, or a baseline\n",
        ),
        (
            "quiet = true\nbaseline = 'none.json'\n",
            "plan.toml:2:12: 'baseline': invalid value '",
        ),
        (
            "baseline = 'base.json'\nassert = ['hits > 1', '[order] p50 < baseline - 1h']\n",
            "plan.toml:2:38: 'assert': invalid value '[order] p50 < baseline - 1h': the condition cannot \
             hold with this baseline\n",
        ),
    ] {
        let refused = run_plan(folder.path(), &format!("{first}{loads}"), &[]);
        let message = stderr(&refused);
        assert_eq!(refused.status.code(), Some(2), "{message}");
        assert!(message.contains(problem), "{message}\n{problem}");
    }
    // The flag replaces the key, and its errors name the flag.
    let flags = ["--baseline", "/nowhere/run.json"];
    let refused = run_plan(folder.path(), &plan, &flags);
    let message = stderr(&refused);
    assert!(
        message.contains("invalid value '/nowhere/run.json' for '--baseline <RUN>': "),
        "{message}"
    );
    // Other loads.
    let renamed = plan.replace("'order'", "'buy'").replace("[order]", "[buy]");
    let refused = run_plan(folder.path(), &renamed, &[]);
    let problem = "this run has no load \"order\", and the baseline has it; the baseline has no load \
                   \"buy\", and this run has it";
    assert!(stderr(&refused).contains(problem), "{}", stderr(&refused));
    let changed = plan.replace("rate = 50\n", "rate = 60\n");
    let refused = run_plan(folder.path(), &changed, &[]);
    let problem = "load \"order\": different rate: 50/s in the baseline, 60/s in this run";
    assert!(stderr(&refused).contains(problem), "{}", stderr(&refused));
}

#[test]
fn the_report_shows_what_has_changed() {
    let baseline = RecordedBaseline::new();
    // The text and the JSON of one run.
    let json = baseline.path("report.json");
    let outputs = format!("json={}", json.display());
    let slower = baseline.compare("base.json", &target(300), &["-o", "text", "-o", &outputs]);
    assert_eq!(slower.status.code(), Some(0), "{}", stderr(&slower));
    let text = stdout(&slower);
    assert!(text.contains("\nbaseline      "), "{text}");
    let line = text
        .lines()
        .find(|line| line.starts_with("  p50 ") && line.contains(" -> "));
    let line = line.unwrap_or_else(|| panic!("{text}"));
    assert!(line.contains(" ms -> 3") && line.contains(" +"), "{line}");
    let report: Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    validate(&report, "docs/schemas/report.schema.json");
    let compared = &report["baseline"];
    assert!(compared["incomparable"].is_null(), "{compared}");
    let p50 = compared["figures"].as_array().unwrap().iter();
    let p50 = p50.into_iter().find(|it| it["figure"] == "p50").unwrap();
    assert!(p50["change"].as_f64() > Some(100.0), "{p50}");
    // The target is another one.
    let warnings = compared["warnings"].to_string();
    assert!(warnings.contains("different target"), "{warnings}");
    let named = format!("in the baseline {}, ", baseline.path("base.json").display());
    assert!(warnings.contains(&named), "{warnings}");
}

/// The run replaced the baseline that its thresholds followed from.
#[test]
fn an_output_cannot_replace_the_baseline() {
    let baseline = RecordedBaseline::new();
    let before = fs::read(baseline.path("base.json")).unwrap();
    let quiet = target(0);
    for name in ["base.json", "./base.json"] {
        let output = format!("run={}", baseline.folder.path().join(name).display());
        let refused = baseline.compare("base.json", &quiet, &["-o", &output]);
        let message = stderr(&refused);
        assert_eq!(refused.status.code(), Some(2), "{message}");
        let problem = "the run is compared with that file (try another path, and rename the file \
                       after the run)";
        assert!(message.contains(problem), "{message}");
    }
    assert_eq!(fs::read(baseline.path("base.json")).unwrap(), before);
    assert_eq!(quiet.shutdown().counts.requests, 0);
}

/// A group that only one of the runs has was noticed after the run, and thresholds had been judged.
#[test]
fn groups_are_compared_before_the_run() {
    let (folder, target) = (tempfile::tempdir().unwrap(), target(0));
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let url = target.url();
    let (targets, base) = (path("targets.txt"), path("base.json"));
    let load = ["http", "--targets", &targets, "-q", "-r", "100", "-n", "20"];
    fs::write(&targets, format!("GET {url}a\n\nGET {url}b\n")).unwrap();
    let run = format!("run={base}");
    let recorded = output(&[&load[..], &["-o", &run]].concat());
    assert_eq!(recorded.status.code(), Some(0), "{}", stderr(&recorded));
    let sent = target.counts().requests;
    fs::write(&targets, format!("GET {url}a\n\nGET {url}c\n")).unwrap();
    let refused = output(&[&load[..], &["--baseline", &base]].concat());
    let message = stderr(&refused);
    assert_eq!(refused.status.code(), Some(2), "{message}");
    let problem = "this run has no group \"GET /b\", and the baseline has it";
    assert!(message.contains(problem), "{message}");
    assert_eq!(target.counts().requests, sent);
}

/// A run that ended early is no longer the load of the baseline.
#[test]
fn relative_thresholds_of_a_run_that_ended_early_are_not_judged() {
    let baseline = RecordedBaseline::new();
    baseline.record("long.json", &["-r", "20", "-n", "20"]);
    let (url, path) = (baseline.target.url(), baseline.path("long.json"));
    let args = [
        "http",
        &url,
        "-r",
        "20",
        "-z",
        "1h",
        "-o",
        "json",
        "--abort-on",
        "hits > 20",
        "--assert",
        "p50 <= baseline + 50%",
        "--assert",
        "hits > 1",
        "--baseline",
    ];
    let output = hammer(&args).arg(path).output().unwrap();
    assert_eq!(output.status.code(), Some(99), "{}", stderr(&output));
    let report = parsed(&output);
    validate(&report, "docs/schemas/report.schema.json");
    let judged = [0, 1].map(|index| report["thresholds"][index]["judged"].as_bool().unwrap());
    assert_eq!(judged, [false, true], "{report}");
    let reason = report["baseline"]["incomparable"].as_str().unwrap();
    assert_eq!(
        reason,
        "this run was ended early by the condition 'hits > 20'"
    );
}
