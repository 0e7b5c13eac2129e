//! What has to be true of every text that is taken for a threshold. The fuzzer calls it, and the
//! test beside it.

use std::cell::LazyCell;
use std::time::Duration;

use hammer_core::testing::{ScriptStep, ScriptedHammer, with_paused_clock};
use hammer_core::{Failure, Outcome, Report, Run, Schedule, Shape};
use hammer_plan::{LoadReport, Measurements, PlanReport, Threshold, ThresholdError};

const STAGED: &str = "50/1s, 0..100/1s";
const CLOSED: &str = "max/1s";

thread_local! {
    static REPORTS: LazyCell<ReportFixtures> = LazyCell::new(ReportFixtures::new);
}

/// Reads `text`, and asks it of reports if it is a threshold.
///
/// # Panics
///
/// If something is not as documented.
pub(crate) fn check(text: &str) {
    match text.parse::<Threshold>() {
        Ok(threshold) => {
            check_display(text, &threshold);
            REPORTS.with(|reports| check_figures(&threshold, reports));
        }
        Err(error) => check_error(text, &error),
    }
}

/// An error is about a place in the text, and is one line that can be read.
pub(crate) fn check_error(text: &str, error: &ThresholdError) {
    let place = error.span();
    assert!(text.get(place.clone()).is_some(), "{place:?}");
    assert!(!error.problem().is_empty() && !error.expected().is_empty());
    let message = error.to_string();
    assert!(message.chars().count() < 200, "{message}");
    assert!(!message.contains(char::is_control), "{message:?}");
}

/// What it prints is what it was read from, but for blanks.
fn check_display(text: &str, threshold: &Threshold) {
    let shown = threshold.to_string();
    let black = |text: &str| text.replace(char::is_whitespace, "");
    assert_eq!(black(&shown), black(text));
    assert_eq!(shown.parse().as_ref(), Ok(threshold), "shown as {shown}");
}

/// One that fits the loads of a report finds its figure there.
fn check_figures(threshold: &Threshold, reports: &ReportFixtures) {
    let ReportFixtures {
        staged,
        read,
        plan,
        shapes: [one, other],
    } = reports;
    for (measured, loads) in [
        (staged as &dyn Measurements, &[("", one)][..]),
        (read, &[("", one)]),
        (plan, &[("staged", one), ("closed", other)]),
    ] {
        let checked = threshold.check(measured);
        assert_eq!(checked.expression, threshold.to_string());
        let figure = checked.measured.value;
        assert!(figure.is_none_or(|figure| figure.is_finite() && figure >= 0.0));
        let found = figure.is_some() || checked.measured.infinite;
        assert!(found || !checked.passed, "nothing was found, and it holds");
        for live in [false, true] {
            match threshold.validate(loads, live) {
                Ok(()) => {
                    let whole = measured.interval().is_some();
                    let phase = checked.expression.contains("phase");
                    assert!(found || phase || !whole, "it fits and finds nothing");
                }
                Err(error) => check_error(&threshold.to_string(), &error),
            }
        }
    }
}

/// What a run leaves behind: one with stages, what is left of it when it was read from JSON, and it
/// and a closed loop as the loads of a plan.
struct ReportFixtures {
    staged: Report,
    read: Report,
    plan: PlanReport,
    shapes: [Shape; 2],
}

impl ReportFixtures {
    fn new() -> Self {
        let shapes = [STAGED, CLOSED].map(|shape| shape.parse().expect("a shape"));
        let [staged, closed] = shapes.clone().map(report);
        let json = serde_json::to_string(&staged).expect("a report is JSON");
        let loads = [("staged", staged.clone()), ("closed", closed)];
        let loads = loads.map(|(name, it)| LoadReport::new(name.into(), Duration::ZERO, it));
        Self {
            staged,
            read: serde_json::from_str(&json).expect("a report"),
            plan: PlanReport::new("plan.toml".into(), Duration::ZERO, loads.into()),
            shapes,
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
    with_paused_clock(run).execute(|_| ()).expect("a run")
}
