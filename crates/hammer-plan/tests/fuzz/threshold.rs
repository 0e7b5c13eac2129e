//! What has to be true of every text that is taken for a threshold. The fuzzer calls it, and the
//! test beside it.

use std::cell::LazyCell;
use std::time::Duration;

use hammer_core::testing::{Scripted, Step, paused};
use hammer_core::{Failure, Outcome, Report, Run, Schedule, Shape};
use hammer_plan::{LoadReport, Measured, PlanReport, Threshold, ThresholdError};

const STAGED: &str = "50/1s, 0..100/1s";
const CLOSED: &str = "max/1s";

thread_local! {
    static REPORTS: LazyCell<Reports> = LazyCell::new(Reports::new);
}

/// Reads `text`, and asks it of reports if it is a threshold.
///
/// # Panics
///
/// If something is not as documented.
pub(crate) fn check(text: &str) {
    match text.parse::<Threshold>() {
        Ok(threshold) => {
            shown(text, &threshold);
            REPORTS.with(|reports| asked(&threshold, reports));
        }
        Err(error) => refused(text, &error),
    }
}

/// An error is about a place in the text, and is one line that can be read.
pub(crate) fn refused(text: &str, error: &ThresholdError) {
    let place = error.place();
    assert!(text.get(place.clone()).is_some(), "{place:?}");
    assert!(!error.wrong().is_empty() && !error.right().is_empty());
    let message = error.to_string();
    assert!(message.chars().count() < 200, "{message}");
    assert!(!message.contains(char::is_control), "{message:?}");
}

/// What it prints is what it was read from, but for blanks.
fn shown(text: &str, threshold: &Threshold) {
    let shown = threshold.to_string();
    let black = |text: &str| text.replace(char::is_whitespace, "");
    assert_eq!(black(&shown), black(text));
    assert_eq!(shown.parse().as_ref(), Ok(threshold), "shown as {shown}");
}

/// One that fits the loads of a report finds its figure there.
fn asked(threshold: &Threshold, reports: &Reports) {
    let Reports {
        staged,
        read,
        plan,
        shapes: [one, other],
    } = reports;
    for (measured, loads) in [
        (staged as &dyn Measured, &[("", one)][..]),
        (read, &[("", one)]),
        (plan, &[("staged", one), ("closed", other)]),
    ] {
        let checked = threshold.check(measured);
        assert_eq!(checked.expression, threshold.to_string());
        let figure = checked.figure.figure;
        assert!(figure.is_none_or(|figure| figure.is_finite() && figure >= 0.0));
        let found = figure.is_some() || checked.figure.infinite;
        assert!(found || !checked.passed, "nothing was found, and it holds");
        for live in [false, true] {
            match threshold.fit(loads, live) {
                Ok(()) => {
                    let whole = measured.interval().is_some();
                    let phase = checked.expression.contains("phase");
                    assert!(found || phase || !whole, "it fits and finds nothing");
                }
                Err(error) => refused(&threshold.to_string(), &error),
            }
        }
    }
}

/// What a run leaves behind: one with stages, what is left of it when it was read from JSON, and it
/// and a closed loop as the loads of a plan.
struct Reports {
    staged: Report,
    read: Report,
    plan: PlanReport,
    shapes: [Shape; 2],
}

impl Reports {
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
        0 => Step::Fail(ms(5), Failure::RESET),
        1 => Step::Answer(ms(100), Outcome::rejected(503)),
        hit => Step::Answer(ms(hit), Outcome::ok(200)),
    };
    let hammer = Scripted::new(move |hit| step(hit.number()));
    let run = Run::new(hammer, Schedule::new(shape)).max_in_flight(4);
    paused(run).execute(|_| ()).expect("a run")
}
