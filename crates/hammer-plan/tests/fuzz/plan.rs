//! What has to be true of every text that is taken for a plan. The fuzzer calls it, and the test
//! beside it.

use std::collections::BTreeSet;

use hammer_core::Shape;
use hammer_plan::{
    GoHammerScenario, Plan, PlanContent, PlanError, PlanFile, PlanLoad, PlanPathStep, PlanSetting,
    Threshold,
};

/// Each name is read in another way: as what it looks like, as TOML, as JSON.
const NAMES: [&str; 3] = ["plan", "plan.toml", "plan.json"];

/// The longest value of a variable; some of them are all that a plan can hold.
pub(crate) const LONG: usize = 1 << 18;

/// What is found in the environment.
pub(crate) fn environment(name: &str) -> Option<String> {
    match name {
        "HOST" | "TARGET" | "TOKEN" => Some("127.0.0.1:8080".into()),
        "EVIL" => Some("\"\n[[load]]\nrate = 9 #".into()),
        "SELF" => Some("${SELF}".into()),
        "LONG" => Some("x".repeat(LONG)),
        _ => None,
    }
}

/// Reads `text` as TOML and as JSON, and looks at all that it says.
///
/// # Panics
///
/// If something is not as documented.
pub(crate) fn check(text: &str) {
    for name in NAMES {
        match PlanFile::parse(name, text, environment) {
            Ok(file) => match file.content() {
                PlanContent::Plan(plan) => {
                    check_roundtrip(text, plan);
                    for load in &plan.load {
                        check_settings(load.flags().into_values());
                    }
                    check_settings(plan.flags().into_values());
                    check_names(plan);
                    check_thresholds(text, &file, plan);
                }
                PlanContent::Scenario(scenario) => check_scenario_roundtrip(scenario),
            },
            Err(error) => check_error(text, &error),
        }
    }
}

/// An error is about a place in the text, and is one line that can be read.
fn check_error(text: &str, error: &PlanError) {
    let (line, column) = (error.line(), error.column());
    // Behind the last newline there is a line, too.
    let found = text.split('\n').nth(line - 1);
    let width = found.map(|line| line.chars().count());
    assert!(width.is_some_and(|width| column <= width + 1), "{error}");
    let message = error.to_string();
    assert!(message.chars().count() < 1_000, "{message}");
    assert!(!message.contains(char::is_control), "{message:?}");
    if let Some((threshold, error)) = error.threshold() {
        assert!(threshold.get(error.span()).is_some(), "{error:?}");
    }
}

/// What is written of a plan is read again.
fn check_roundtrip(text: &str, plan: &Plan) {
    let json = serde_json::to_string(plan).expect("a plan is JSON");
    // A character takes six in JSON at most, and variables may add a mebibyte.
    let most = text.len() * 6 + (1 << 20) + 1_000;
    assert!(json.len() <= most, "{} bytes of {}", json.len(), text.len());
    // What was put in the place of a variable may look like one, and a value may be long.
    if json.contains("${") || json.len() > LONG {
        return;
    }
    let read = PlanFile::parse("plan.json", &json, environment);
    let read = read.expect("what was written is a plan");
    assert_eq!(*read.content(), PlanContent::Plan(plan.clone()), "{json}");
}

fn check_scenario_roundtrip(scenario: &GoHammerScenario) {
    let json = serde_json::to_string(scenario).expect("a scenario is JSON");
    let read = PlanFile::parse("plan.json", &json, environment);
    // It is said that there was neither.
    let read = read.expect("what was written is a scenario");
    assert_eq!(*read.content(), PlanContent::Scenario(scenario.clone()));
}

/// Each is something that can stand on a command line.
fn check_settings(settings: impl Iterator<Item = PlanSetting>) {
    for setting in settings {
        let texts = setting.texts();
        let several = matches!(setting, PlanSetting::List(_));
        assert!(several || texts.len() < 2, "{setting:?}");
        if let PlanSetting::Number(number) = &setting {
            let again = texts[0].parse::<f64>();
            assert_eq!(again.ok(), number.as_f64(), "{setting:?}");
        }
    }
}

fn check_names(plan: &Plan) {
    assert!((1..=Plan::MAX_LOADS).contains(&plan.load.len()));
    let names: Vec<&String> = plan.load.iter().filter_map(|it| it.name.as_ref()).collect();
    let different: BTreeSet<&&String> = names.iter().collect();
    assert_eq!(different.len(), names.len(), "{names:?}");
    assert!(names.iter().all(|name| (1..=40).contains(&name.len())));
}

/// Thresholds are looked at as the command does it: what does not fit has a place.
fn check_thresholds(text: &str, file: &PlanFile, plan: &Plan) {
    let shape = |load: &PlanLoad| {
        let rate = load.rate.as_ref().map(PlanSetting::texts);
        let rate = rate.and_then(|texts| texts.first()?.parse().ok());
        let name = load.name.clone().unwrap_or_else(|| "load-1".into());
        (name, rate.unwrap_or_else(Shape::closed_loop))
    };
    let loads: Vec<(String, Shape)> = plan.load.iter().map(shape).collect();
    let loads: Vec<_> = (loads.iter())
        .map(|(name, shape)| (name.as_str(), shape))
        .collect();
    let keys = [
        ("assert", &plan.assert, false),
        ("abort_on", &plan.abort_on, true),
    ];
    for (key, setting, live) in keys {
        let texts = setting.as_ref().map(PlanSetting::texts).unwrap_or_default();
        for (index, threshold) in texts.iter().enumerate() {
            // A number is no threshold, and is refused by those who know the flag.
            let Ok(threshold) = threshold.parse::<Threshold>() else {
                assert!(threshold.starts_with(|c: char| c == '-' || c.is_ascii_digit()));
                continue;
            };
            if let Err(error) = threshold.validate(&loads, live) {
                let shown = threshold.to_string()[error.span()].to_owned();
                let error = file.threshold_error(key, index, &threshold, error);
                check_error(text, &error);
                let (written, error) = error.threshold().expect("it is one");
                // The same words, with other blanks.
                let black = |text: &str| text.replace(char::is_whitespace, "");
                assert_eq!(black(&written[error.span()]), black(&shown));
            }
        }
        let path = [PlanPathStep::Key(key), PlanPathStep::Item(1)];
        check_error(text, &file.value_error(&path, "it is wrong"));
        check_error(text, &file.key_error(&path[..1], "it is wrong"));
    }
}
