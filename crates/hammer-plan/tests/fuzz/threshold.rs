//! Invariants of thresholds for any text, for the fuzzer and the test.

use std::cell::LazyCell;
use std::time::Duration;

use hammer_core::testing::{ScriptStep, ScriptedHammer, with_paused_clock};
use hammer_core::{Failure, Outcome, PlanLoadReport, PlanReport, Report, Run, Schedule, Shape};
use hammer_plan::{Diagnostic, LoadOutline, Measurements, Threshold};

const STAGED: &str = "50/1s, 0..100/1s";
const CLOSED: &str = "max/1s";

thread_local! {
    static REPORTS: LazyCell<ReportFixtures> = LazyCell::new(ReportFixtures::new);
}

/// Parses `text`, and checks the threshold or the error.
///
/// # Panics
///
/// If an invariant is violated.
pub(crate) fn check(text: &str) {
    match text.parse::<Threshold>() {
        Ok(threshold) => {
            check_display(text, &threshold);
            REPORTS.with(|reports| check_figures(&threshold, reports));
        }
        Err(error) => check_error(text, &error),
    }
}

/// Checks that an error has a position in the text and a printable message of one line.
pub(crate) fn check_error(text: &str, error: &Diagnostic) {
    assert_eq!(error.input(), Some(text));
    assert!(error.found().is_some(), "{error:?}");
    assert!(!error.problem().is_empty() && error.expected().is_some());
    let message = error.to_string();
    assert!(message.chars().count() < 200, "{message}");
    assert!(!message.contains(char::is_control), "{message:?}");
}

/// Checks that the displayed text differs only in white space, and parses to the same threshold.
fn check_display(text: &str, threshold: &Threshold) {
    let shown = threshold.to_string();
    let compact = |text: &str| text.replace(char::is_whitespace, "");
    assert_eq!(compact(&shown), compact(text));
    assert_eq!(
        shown.parse().as_ref(),
        Ok(threshold),
        "displayed as {shown}"
    );
}

/// Checks that a valid threshold finds its figure in the reports.
fn check_figures(threshold: &Threshold, reports: &ReportFixtures) {
    let ReportFixtures {
        staged,
        read,
        plan,
        outlines: [only, one, other],
    } = reports;
    for (measured, loads) in [
        (staged as &dyn Measurements, std::slice::from_ref(only)),
        (read, std::slice::from_ref(only)),
        (plan, &[one.clone(), other.clone()][..]),
    ] {
        let checked = threshold.check(measured);
        assert_eq!(checked.expression, threshold.to_string());
        let figure = checked.measured.value;
        assert!(figure.is_none_or(|figure| figure.is_finite() && figure >= 0.0));
        let found = figure.is_some() || checked.measured.infinite;
        assert!(found || !checked.passed, "it passed without a figure");
        match threshold.with_baseline(Some(measured)) {
            Ok(known) => {
                let relative = known.check(measured).relative;
                assert_eq!(relative.is_some(), threshold.needs_baseline());
                assert!(relative.is_none_or(|relative| relative.bound.is_finite()));
            }
            Err(error) => check_error(&threshold.to_string(), &error),
        }
        for during_run in [false, true] {
            match threshold.validate(loads, during_run) {
                Ok(()) => {
                    let has_histograms = measured.interval().is_some();
                    let phase = checked.expression.contains("phase");
                    assert!(
                        found || phase || !has_histograms,
                        "it is valid but has no figure"
                    );
                }
                Err(error) => check_error(&threshold.to_string(), &error),
            }
        }
    }
}

/// Reports to check against: one with stages, the same one read from JSON, and a plan of it and a
/// closed loop.
struct ReportFixtures {
    staged: Report,
    read: Report,
    plan: PlanReport,
    /// Those of the single report and of the loads of the plan.
    outlines: [LoadOutline; 3],
}

impl ReportFixtures {
    fn new() -> Self {
        let [shape, other] = [STAGED, CLOSED].map(|shape| shape.parse::<Shape>().expect("a shape"));
        let [staged, closed] = [shape.clone(), other.clone()].map(report);
        let json = serde_json::to_string(&staged).expect("a report is JSON");
        let loads = [("staged", staged.clone()), ("closed", closed)];
        let loads = loads.map(|(name, it)| PlanLoadReport::new(name.into(), Duration::ZERO, it));
        Self {
            staged,
            read: serde_json::from_str(&json).expect("a report"),
            plan: PlanReport::new("plan.toml".into(), Duration::ZERO, loads.into()),
            outlines: [("", shape.clone()), ("staged", shape), ("closed", other)]
                .map(|(name, shape)| LoadOutline::new(name, shape)),
        }
    }
}

fn report(shape: Shape) -> Report {
    let ms = Duration::from_millis;
    let step = move |hit: u64| match hit % 10 {
        0 => ScriptStep::Fail(ms(5), Failure::RESET),
        1 => ScriptStep::Answer(ms(100), Outcome::rejected(503)),
        hit => ScriptStep::Answer(ms(hit), Outcome::ok(200)),
    };
    let hammer = ScriptedHammer::new(move |hit| step(hit.number()));
    let run = Run::new(hammer, Schedule::new(shape)).max_in_flight(4);
    with_paused_clock(run).execute().expect("a run")
}
