//! The JSON of comparisons.

use std::fs;
use std::path::Path;

use hammer_analysis::{
    CompareOptions, ComparedRounds, Comparison, ComparisonOutcome, ComparisonSide, EarlyEnd,
    RunPosition, compare,
};
use hammer_core::VerdictStatus;
use serde_json::{Value, json};

use crate::recorded_run::{RecordedLoad, plan, runs};

fn schema() -> Value {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas/comparison.schema.json");
    let text = fs::read_to_string(path).expect("the schema");
    serde_json::from_str(&text).expect("JSON")
}

/// Forbids keys that the schema does not describe.
pub(crate) fn close(schema: &mut Value) {
    if let Value::Object(object) = schema {
        if object.contains_key("properties") {
            object.insert("additionalProperties".into(), json!(false));
        }
        object.values_mut().for_each(close);
    } else if let Value::Array(values) = schema {
        values.iter_mut().for_each(close);
    }
}

fn comparisons() -> Vec<Comparison> {
    let compared = |base: &[_], new: &[_]| {
        compare(base, new, &CompareOptions::default()).expect("comparable runs")
    };
    let load = |seed: u64| RecordedLoad {
        shape: "50/15s, 20/15s",
        seconds: 30,
        groups: vec!["reads", "writes"],
        ..RecordedLoad::new(seed)
    };
    // Every warning, and percentiles among hits without an answer.
    let mut flawed = load(3).failing(10).run();
    flawed.report.verdict.status = VerdictStatus::Suspect;
    flawed.report.loads[0].report.rate.achieved /= 2.0;
    flawed.host.kernel = "another".into();
    let short = RecordedLoad {
        seconds: 3,
        ..RecordedLoad::new(7)
    };
    let mut dead = short.clone().failing(1).run();
    dead.report.loads[0].report.target = "another".into();
    let rounds = |early_end| ComparedRounds {
        asked: 5,
        complete: 3,
        early_end: Some(early_end),
    };
    let mut stopped = compared(&runs(1..=3, 1.0), &runs(4..=6, 1.2));
    let signal = "SIGINT".to_owned();
    stopped.rounds = Some(rounds(EarlyEnd::Signal { signal }));
    let mut failed = stopped.clone();
    failed.rounds = Some(rounds(EarlyEnd::FailedRun {
        run: RunPosition {
            side: ComparisonSide::New,
            index: 3,
        },
        problem: "exit code 1".into(),
    }));
    let two_loads = |seed| plan([("read", load(seed)), ("write", load(seed + 9))]);
    vec![
        compared(&[load(1).run()], &[flawed]),
        stopped,
        failed,
        compared(&runs(1..=5, 1.0), &runs(6..=10, 1.0)),
        compared(&[two_loads(1)], &[two_loads(2)]),
        compared(&[short.run()], &[dead]),
    ]
}

#[test]
fn the_json_matches_its_schema_exactly() {
    let mut schema = schema();
    close(&mut schema);
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let comparisons = comparisons();
    assert_eq!(
        comparisons[0].warnings.len(),
        4,
        "{:?}",
        comparisons[0].warnings
    );
    for comparison in comparisons {
        let json = serde_json::to_value(&comparison).expect("JSON");
        let errors: Vec<String> = schema.iter_errors(&json).map(|it| it.to_string()).collect();
        assert_eq!(errors, [""; 0], "{json:#}");
        let read: Comparison = serde_json::from_value(json).expect("a comparison");
        assert_eq!(read, comparison);
    }
}

/// The JSON had neither the files that were compared nor the advice of the text.
#[test]
fn the_json_names_the_runs_and_the_next_step() {
    let options = CompareOptions::default();
    let (base, new) = (runs(1..=5, 1.0), runs(6..=10, 1.0));
    let mut comparison = compare(&base, &new, &options).expect("comparable runs");
    let names =
        |side: &str| -> Vec<String> { (1..=5).map(|n| format!("{side}-{n}.run")).collect() };
    comparison.name_runs(&names("base"), &names("new"));
    let json = serde_json::to_value(&comparison).expect("JSON");
    for (side, name) in [("base", "base-5.run"), ("new", "new-5.run")] {
        assert_eq!(json[side][4]["name"], name, "{json}");
    }
    let short = |seed| RecordedLoad {
        seconds: 5,
        ..RecordedLoad::new(seed)
    };
    let (base, new) = ([short(1).run()], [short(2).run()]);
    let short = compare(&base, &new, &options).expect("comparable runs");
    assert_eq!(short.outcome, ComparisonOutcome::CannotTell);
    let json = serde_json::to_value(&short).expect("JSON");
    assert_eq!(json["next_step"], "give three runs of each side", "{json}");
}

/// JSON has no infinite numbers: they were null, which is read as "not measured".
#[test]
fn infinite_numbers_survive_json() {
    let comparison = &comparisons()[0];
    let json = serde_json::to_value(comparison).expect("JSON");
    let figures = json["figures"].as_array().expect("figures");
    let p99 = figures
        .iter()
        .find(|it| it["figure"] == "response_p99")
        .expect("p99");
    assert_eq!(p99["new"], "inf", "{p99}");
    assert_eq!(p99["change"]["value"], "inf", "{p99}");
    let mut wrong = json.clone();
    wrong["figures"][0]["base"] = json!("infinite");
    let error = serde_json::from_value::<Comparison>(wrong).expect_err("a wrong number");
    assert!(
        error
            .to_string()
            .contains("expected a number, \"inf\" or \"-inf\""),
        "{error}"
    );
}
