//! Run files with more of something than a run can have.

use std::time::Duration;

use hammer_core::{Outcome, PlanReport, Run, RunFile, RunFileErrorKind, Schedule, Shape, from_fn};
use serde_json::{Value, json};

use crate::run_paused;

/// The largest number of names of a kind: 256, 16 that stand for others, and `other`.
const MAX_NAMES: usize = 273;

/// The JSON of a short run.
fn run_json() -> Value {
    let schedule = Schedule::new("10/s/1s".parse::<Shape>().expect("a shape"));
    let hammer = from_fn(async |_| Ok(Outcome::ok(200)));
    let report = run_paused(Run::new(hammer, schedule).timeout(Duration::from_secs(1)));
    let run = RunFile::new(PlanReport::from_single_load(report));
    serde_json::from_slice(&run.to_json().expect("JSON")).expect("JSON")
}

fn read(json: &Value) -> Result<RunFile, hammer_core::RunFileError> {
    RunFile::from_json(&serde_json::to_vec(json).expect("JSON"))
}

/// Asserts that a file is refused as one that has too much.
fn assert_refused(json: &Value, message: &str) {
    let error = read(json).expect_err(message);
    assert!(
        matches!(error.kind(), RunFileErrorKind::TooMuch(_)),
        "{error}"
    );
    assert!(error.to_string().contains(message), "{error}");
}

/// Gives the run this number of phases, all as its response.
fn set_phases(json: &mut Value, count: usize) {
    let summary = json["report"]["response_us"].clone();
    let histogram = json["loads"][0]["histograms"]["response"].clone();
    let named = |value: &Value| -> Value {
        let phases = (0..count).map(|number| (format!("phase_{number:04}"), value.clone()));
        Value::Object(phases.collect())
    };
    json["report"]["phases_us"] = named(&summary);
    json["loads"][0]["histograms"]["phases"] = named(&histogram);
}

/// Phases beyond a bound replaced each other, and the file that was written again was refused.
#[test]
fn as_many_phases_as_a_run_can_have_are_read_and_written_again() {
    let mut json = run_json();
    set_phases(&mut json, MAX_NAMES);
    let run = read(&json).expect("as many as there can be");
    let written = run.to_json().unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), json);
    assert_eq!(
        RunFile::from_json(&written)
            .expect("a run file")
            .to_json()
            .unwrap(),
        written
    );
    set_phases(&mut json, MAX_NAMES + 1);
    assert_refused(&json, "expected at most 273 phases, found 274");
}

#[test]
fn more_names_than_a_run_can_have_are_refused() {
    let names: Value = (0..=2 * MAX_NAMES)
        .map(|n| (format!("name {n}"), json!(1)))
        .collect();
    for (pointer, message) in [
        ("/report/labels", "expected at most 546 labels, found 547"),
        (
            "/report/rejections",
            "expected at most 273 rejections, found 547",
        ),
        (
            "/report/failures",
            "expected at most 273 failures, found 547",
        ),
        ("/report/counts", "expected at most 273 counts, found 547"),
        (
            "/report/generator/waited_for",
            "expected at most 273 waited_for, found 547",
        ),
    ] {
        let mut json = run_json();
        *json.pointer_mut(pointer).expect(pointer) = names.clone();
        assert_refused(&json, message);
    }
    let mut json = run_json();
    json["report"]["facts"] = json!({"a": names});
    assert_refused(&json, "expected at most 273 facts, found 547");
    let mut json = run_json();
    let hits = &json["report"]["hits"];
    let address = |number: usize| {
        let mut address = hits.clone();
        address["address"] = json!(format!("127.0.0.1:{}", 1 + number));
        address
    };
    json["report"]["addresses"] = (0..66).map(address).collect();
    assert_refused(&json, "expected fewer addresses");
    let mut json = run_json();
    json["report"]["counts"] = json!({"x".repeat(1_025): 1});
    assert_refused(&json, "each of at most 1024 bytes");
}

/// Names of the runs that were read before took up the room for those of the next.
#[test]
fn a_run_is_read_whole_after_many_others() {
    let mut json = run_json();
    for file in 0..40 {
        let names = (0..200).map(|name| (format!("count {file} {name}"), json!(name + 1)));
        json["report"]["counts"] = Value::Object(names.collect());
        let run = read(&json).expect("a run file");
        let report = run.report.single_load().unwrap();
        let counts = report.measured.as_ref().unwrap().counts();
        assert_eq!(counts.count(), 200, "file {file}");
    }
}

#[test]
fn more_loads_than_a_plan_can_have_are_refused() {
    let mut json = run_json();
    let mut load = json["report"].take();
    load["name"] = json!("load");
    load["offset_s"] = json!(0.0);
    json["report"] = json!({
        "schema": "hammer.plan-report/1", "plan": "plan.toml", "verdict": load["verdict"],
        "duration_s": 1.0, "elapsed_s": 1.0, "stopped": false, "hits": load["hits"],
        "rate": {"achieved": 1.0}, "generator": {"threads": 1, "cpu_s": 0.0, "peak_rss_bytes": 1},
    });
    for (count, is_read) in [(64, true), (65, false)] {
        json["report"]["loads"] = vec![load.clone(); count].into();
        json["loads"] = vec![json["loads"][0].clone(); count].into();
        match is_read {
            true => assert_eq!(read(&json).expect("a run file").report.loads.len(), count),
            false => assert_refused(&json, "expected at most 64 loads, found 65"),
        }
    }
}

/// 33 MB of zeros under a key that nothing reads took a gigabyte.
#[test]
fn more_values_than_a_run_file_has_are_refused() {
    let zeros = "0,".repeat(1 << 22);
    let text = format!("{{\"schema\":\"hammer.run/1\",\"x\":[{zeros}0]}}");
    let error = RunFile::from_json(text.as_bytes()).expect_err("too many");
    assert!(
        error.to_string().contains("at most 4194304 values"),
        "{error}"
    );
}
