//! Tests of `--confidence` and of the confidence in JSON.

use std::fs;

use hammer_target::{TargetBehavior, TargetServer};
use serde_json::Value;

use crate::command::{output, repository, stderr, stdout};
use crate::outputs::close;

/// The line of a run that is too short.
const NO_INTERVALS: &str = "\nconfidence    no intervals: they need 10 slices of time with answered hits, \
                            and this run has 1 (try\n              a longer run)\n";

#[test]
fn a_short_run_says_why_it_has_no_intervals() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run.json");
    let (url, kept) = (target.url(), format!("run={}", run.display()));
    let args = ["http", &url, "-n", "5", "-r", "100", "-q", "-o", &kept];
    let without = output(&args);
    assert_eq!(without.status.code(), Some(0), "{}", stderr(&without));
    assert!(!stdout(&without).contains("confidence"));
    let with = output(&[&args[..], &["--confidence"]].concat());
    assert!(stdout(&with).contains(NO_INTERVALS), "{}", stdout(&with));

    // The run file replays what the run showed.
    let run = run.to_str().unwrap();
    let again = output(&["report", run, "--confidence"]);
    assert_eq!(stdout(&again), stdout(&with));
    assert!(!stdout(&output(&["report", run])).contains("confidence"));
}

#[test]
fn each_load_of_a_plan_has_its_confidence() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.toml");
    let load = |name| {
        let url = target.url();
        format!(
            "[[load]]\nname = '{name}'\nhammer = 'http'\ntarget = '{url}'\nrate = 100\nhits = 5\n"
        )
    };
    let text = format!("confidence = true\n{}{}", load("a"), load("b"));
    fs::write(&plan, text).unwrap();
    let output = output(&["run", plan.to_str().unwrap(), "-q"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output).matches(NO_INTERVALS).count(), 2);
}

/// Short runs have no intervals, so that other tests of the schema do not see them.
#[test]
fn the_intervals_of_a_recorded_run_match_the_schema_exactly() {
    let read = |path| -> Value {
        let text = fs::read(repository(path)).unwrap();
        serde_json::from_slice(&text).unwrap()
    };
    let mut schema = read("docs/schemas/report.schema.json");
    close(&mut schema);
    let schema = jsonschema::validator_for(&schema).unwrap();
    let report = read("crates/hammer-cli/tests/it/golden/reports/confident.json");
    let errors: Vec<_> = schema.iter_errors(&report).map(|e| e.to_string()).collect();
    assert_eq!(errors, [""; 0]);
    let found = &report["response_us"]["ci95"];
    assert!(found["p50"]["low"].is_number(), "{found}");
    assert_eq!(found["p99_9"]["reason"], "too_few_hits", "{found}");
}
