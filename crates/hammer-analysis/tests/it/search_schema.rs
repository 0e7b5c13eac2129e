//! The JSON of searches.

use std::fs;
use std::path::{Path, PathBuf};

use hammer_analysis::{SEARCH_SCHEMA, SearchReport};
use serde_json::{Value, json};

use crate::schema::close;

/// The reports that the tests of the command record.
const RECORDED: [&str; 8] = [
    "confirmed",
    "below-required",
    "at-least",
    "generator-limited",
    "generator-unable",
    "never-held",
    "out-of-budget",
    "stopped",
];

fn read(path: &str) -> Value {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = fs::read_to_string(root.join(path)).expect("the file exists");
    serde_json::from_str(&text).expect("JSON")
}

fn recorded(name: &str) -> SearchReport {
    let json = read(&format!(
        "crates/hammer-cli/tests/it/golden/searches/{name}.json"
    ));
    serde_json::from_value(json).expect("a report")
}

#[test]
fn the_json_of_searches_matches_its_schema_exactly() {
    let mut schema = read("docs/schemas/find.schema.json");
    close(&mut schema);
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    for name in RECORDED {
        let report = recorded(name);
        assert_eq!(report.schema, SEARCH_SCHEMA);
        let json = serde_json::to_value(&report).expect("JSON");
        let errors: Vec<String> = schema.iter_errors(&json).map(|it| it.to_string()).collect();
        assert_eq!(errors, [""; 0], "{name}: {json:#}");
        let read: SearchReport = serde_json::from_value(json).expect("a report");
        assert_eq!(read, report, "{name}");
    }
}

/// JSON has no infinite numbers: null would mean "not measured".
#[test]
fn times_without_an_answer_survive_json() {
    let mut report = recorded("never-held");
    report.looks[0].p99_us = Some(f64::INFINITY);
    let json = serde_json::to_value(&report).expect("JSON");
    assert_eq!(json["looks"][0]["p99_us"], json!("inf"));
    assert_eq!(json["looks"][1]["p99_us"], Value::Null);
    let read: SearchReport = serde_json::from_value(json).expect("a report");
    assert_eq!(read, report);
}

#[test]
fn only_confirmed_rates_are_answers() {
    for (name, confirmed, is_below, is_limited) in [
        ("confirmed", Some(844.5), false, false),
        ("below-required", Some(404.4), true, false),
        ("at-least", Some(2_000.0), false, false),
        ("generator-limited", Some(18_900.0), false, true),
        ("generator-unable", None, false, true),
        ("never-held", None, false, false),
        ("out-of-budget", None, false, false),
    ] {
        let report = recorded(name);
        assert_eq!(report.confirmed_rate(), confirmed, "{name}");
        let is_answer = confirmed.is_some() && !is_limited;
        assert_eq!(report.has_confirmed_answer(), is_answer, "{name}");
        assert_eq!(report.is_below_required_rate(), is_below, "{name}");
        assert_eq!(report.is_generator_limited(), is_limited, "{name}");
        let held = report
            .confirmations()
            .last()
            .map(|look| (look.rate, look.duration_s));
        assert_eq!(held, confirmed.map(|rate| (rate, 60.0)), "{name}");
    }
}

/// Looks that ended early have times that are too short or too long for a curve.
#[test]
fn the_knee_is_of_whole_looks() {
    let mut report = recorded("confirmed");
    report.find_knee();
    let knee = report.knee.expect("a knee");
    assert!((600.0..=800.0).contains(&knee.rate), "{knee:?}");
    let at_knee = report.curve.iter().find(|look| look.rate == knee.rate);
    assert_eq!(at_knee.and_then(|look| look.p99_us), Some(knee.p99_us));
    for look in &mut report.curve {
        look.ended_early = Some("after 1 s".into());
    }
    report.find_knee();
    assert_eq!(report.knee, None);
}

#[test]
fn looks_of_one_rate_are_one_level() {
    let report = recorded("below-required");
    let levels = report.levels();
    assert!(levels.is_sorted_by(|one, other| one.rate < other.rate));
    let counted: usize = levels.iter().map(|level| level.looks().len()).sum();
    assert_eq!(counted, report.looks.len());
    let answer = levels
        .iter()
        .find(|level| Some(level.rate) == report.answer.rate);
    let main = answer.and_then(|level| level.main_look()).expect("a look");
    assert_eq!(main.duration_s, 60.0, "the confirmation");
}
