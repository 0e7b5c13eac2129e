//! Invariants of plans for any text, for the fuzzer and the test.

use std::collections::BTreeSet;

use hammer_core::Shape;
use hammer_plan::{
    Diagnostic, GoHammerScenario, LoadOutline, ParsedPlanFile, Plan, PlanContent, PlanError,
    PlanFlagValue, PlanLoad, PlanPathStep, Threshold,
};

/// Names that select the format: detected, TOML, JSON.
const NAMES: [&str; 3] = ["plan", "plan.toml", "plan.json"];

/// The length of the longest value of a variable; four of them fill a plan.
pub(crate) const LONG: usize = 1 << 18;

/// A value of a variable.
const HOST: &str = "127.0.0.1:8080";

/// The environment of the plans.
pub(crate) fn environment(name: &str) -> Option<String> {
    match name {
        "HOST" | "TARGET" | "TOKEN" => Some(HOST.into()),
        "EVIL" => Some("\"\n[[load]]\nrate = 9 #".into()),
        "SELF" => Some("${SELF}".into()),
        "LONG" => Some("x".repeat(LONG)),
        _ => None,
    }
}

/// Parses `text` in each format and checks the result.
///
/// # Panics
///
/// If an invariant is violated.
pub(crate) fn check(text: &str) {
    for name in NAMES {
        match ParsedPlanFile::parse(name, text, environment) {
            Ok(file) => match file.content() {
                PlanContent::Plan(plan) => {
                    check_roundtrip(text, plan);
                    for load in &plan.load {
                        check_flag_values(load.flags().into_values());
                    }
                    check_flag_values(plan.flags().into_values());
                    check_names(plan);
                    check_thresholds(text, &file, plan);
                }
                PlanContent::Scenario(scenario) => check_scenario_roundtrip(scenario),
            },
            Err(error) => check_error(text, &error),
        }
    }
}

/// Checks that an error has a position in the text and a printable message of one line.
fn check_error(text: &str, error: &PlanError) {
    let (line, column) = (error.line(), error.column());
    // The empty text after the last newline counts as a line.
    let found = text.split('\n').nth(line - 1);
    let width = found.map(|line| line.chars().count());
    assert!(width.is_some_and(|width| column <= width + 1), "{error}");
    let message = error.to_string();
    assert!(message.chars().count() < 1_000, "{message}");
    assert!(!message.contains(char::is_control), "{message:?}");
    // The plan may contain the value of a variable, too.
    assert!(!message.contains(HOST) || text.contains(HOST), "{message}");
    let diagnostic = error.diagnostic();
    let has_input = diagnostic.input().is_some();
    assert_eq!(has_input, diagnostic.found().is_some(), "{error:?}");
}

/// Checks that a serialized plan parses to the same plan.
fn check_roundtrip(text: &str, plan: &Plan) {
    let json = serde_json::to_string(plan).expect("a plan is JSON");
    // JSON escapes a byte in at most six, and variables may add a mebibyte.
    let max_bytes = text.len() * 6 + (1 << 20) + 1_000;
    assert!(
        json.len() <= max_bytes,
        "{} bytes of {}",
        json.len(),
        text.len()
    );
    // The value of a variable may contain a reference to a variable, and may be long.
    if json.contains("${") || json.len() > LONG {
        return;
    }
    let read = ParsedPlanFile::parse("plan.json", &json, environment);
    let read = read.expect("a serialized plan parses");
    assert_eq!(*read.content(), PlanContent::Plan(plan.clone()), "{json}");
}

fn check_scenario_roundtrip(scenario: &GoHammerScenario) {
    let json = serde_json::to_string(scenario).expect("a scenario is JSON");
    let read = ParsedPlanFile::parse("plan.json", &json, environment);
    let read = read.expect("a serialized scenario parses");
    assert_eq!(*read.content(), PlanContent::Scenario(scenario.clone()));
}

/// Checks that each flag value can be given on a command line.
fn check_flag_values(values: impl Iterator<Item = PlanFlagValue>) {
    for value in values {
        let texts = value.texts();
        let several = matches!(value, PlanFlagValue::List(_));
        assert!(several || texts.len() < 2, "{value:?}");
        if let PlanFlagValue::Number(number) = &value {
            let again = texts[0].parse::<f64>();
            assert_eq!(again.ok(), number.as_f64(), "{value:?}");
        }
    }
}

fn check_names(plan: &Plan) {
    assert!((1..=Plan::MAX_LOADS).contains(&plan.load.len()));
    let names: Vec<&String> = plan.load.iter().filter_map(|it| it.name.as_ref()).collect();
    let unique: BTreeSet<&&String> = names.iter().collect();
    assert_eq!(unique.len(), names.len(), "{names:?}");
    assert!(names.iter().all(|name| (1..=40).contains(&name.len())));
}

/// Validates thresholds as the command does, and checks the position of each error.
fn check_thresholds(text: &str, file: &ParsedPlanFile, plan: &Plan) {
    let shape = |load: &PlanLoad| {
        let rate = load.rate.as_ref().map(PlanFlagValue::texts);
        let rate = rate.and_then(|texts| texts.first()?.parse().ok());
        let name = load.name.clone().unwrap_or_else(|| "load-1".into());
        LoadOutline::new(name, rate.unwrap_or_else(Shape::closed_loop))
    };
    let loads: Vec<LoadOutline> = plan.load.iter().map(shape).collect();
    let keys = [
        ("assert", &plan.assert, false),
        ("abort_on", &plan.abort_on, true),
    ];
    for (key, value, during_run) in keys {
        let texts = value.as_ref().map(PlanFlagValue::texts).unwrap_or_default();
        for (index, threshold) in texts.iter().enumerate() {
            // A number is not a threshold; the command refuses it.
            let Ok(threshold) = threshold.parse::<Threshold>() else {
                assert!(threshold.starts_with(|c: char| c == '-' || c.is_ascii_digit()));
                continue;
            };
            if let Err(error) = threshold.validate(&loads, during_run) {
                let shown = error.found().expect("a text").to_owned();
                let error = file.threshold_error(key, index, &threshold, error);
                check_error(text, &error);
                let compact = |text: &str| text.replace(char::is_whitespace, "");
                // A threshold from the environment is not repeated.
                if let Some(found) = error.diagnostic().found() {
                    assert_eq!(compact(found), compact(&shown));
                }
            }
        }
        let path = [PlanPathStep::Key(key), PlanPathStep::Item(1)];
        check_error(text, &file.value_error(&path, "wrong"));
        check_error(
            text,
            &file.key_error(&path[..1], Diagnostic::new(0..0, "wrong")),
        );
    }
}
