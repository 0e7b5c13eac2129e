//! Tests of thresholds while loads run.

use std::time::Duration;

use hammer_core::testing::{ScriptStep, ScriptedHammer, with_paused_clock};
use hammer_core::{Outcome, Rate, Run, RunEvent, Schedule};
use hammer_plan::{RunningMeasurements, Threshold};

/// Runs a load of 10/s for 3 s, in which each hit takes 300 ms, and calls `on_tick` with the
/// measurements and the result of each tick.
fn run(
    measured: &mut RunningMeasurements,
    load: usize,
    mut on_tick: impl FnMut(&RunningMeasurements, Option<Duration>),
) {
    let schedule = Schedule::constant(Rate::per_second(10)).with_duration(Duration::from_secs(3));
    let answer = |_: &_| ScriptStep::Answer(Duration::from_millis(300), Outcome::ok(200));
    let run = with_paused_clock(Run::new(ScriptedHammer::new(answer), schedule));
    let report = run.execute_with(|event| {
        if let RunEvent::Tick(tick) = event {
            let second = measured.tick(load, tick);
            on_tick(measured, second);
        }
    });
    assert_eq!(report.unwrap().hits.ok, 30);
}

fn holds(expression: &str, measured: &RunningMeasurements) -> bool {
    let threshold: Threshold = expression.parse().unwrap();
    threshold.check(measured).passed
}

#[test]
fn a_running_load_is_measured_once_a_second() {
    let mut measured = RunningMeasurements::new([(String::new(), Duration::ZERO)]);
    assert!(!holds("rate >= 0", &measured), "no time has passed");
    let mut seconds = vec![];
    run(&mut measured, 0, |measured, second| {
        seconds.extend(second.map(|second| second.as_secs()));
        if second == Some(Duration::from_secs(2)) {
            // The last three hits are in flight.
            for expression in [
                "ok == 17",
                "label.200 == 17",
                "errors == 0%",
                "p50 >= 299ms",
                "rate == 10/s",
                "achieved > 95%",
                "failure.timeout == 0",
            ] {
                assert!(holds(expression, measured), "{expression}");
            }
        }
    });
    assert_eq!(seconds[..3], [1, 2, 3]);
}

#[test]
fn loads_are_measured_together_and_alone() {
    let offset = Duration::from_secs(10);
    let loads = [("browse".into(), Duration::ZERO), ("order".into(), offset)];
    let mut measured = RunningMeasurements::new(loads);
    run(&mut measured, 0, |measured, _| {
        assert!(!holds("[order] rate >= 0", measured), "it has not started");
    });
    let mut seconds = vec![];
    run(&mut measured, 1, |_, second| {
        seconds.extend(second.map(|second| second.as_secs()));
    });
    // The time of the plan, and not that of the load.
    assert_eq!(seconds[..3], [11, 12, 13]);
    for expression in [
        "[browse] ok >= 27",
        "[order] ok >= 27",
        "ok >= 54",
        "[order] achieved == 100%",
    ] {
        assert!(holds(expression, &measured), "{expression}");
    }
    assert!(!holds("[nowhere] ok >= 0", &measured));
}
