//! Tests of thresholds while loads run.

use std::time::Duration;

use hammer_core::testing::{ScriptStep, ScriptedHammer, with_paused_clock};
use hammer_core::{
    Description, Failure, Hammer, Hit, Outcome, Rate, Run, RunEvent, Schedule, Shape, Slot,
};
use hammer_plan::{LoadOutline, RunningMeasurements, Threshold};

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
    measured.check(&expression.parse().unwrap()).passed
}

fn outline(name: &str) -> LoadOutline {
    LoadOutline::new(name, "10".parse().unwrap())
}

#[test]
fn a_running_load_is_measured_once_a_second() {
    let mut measured = RunningMeasurements::new([(outline(""), Duration::ZERO)], &[]);
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
    let loads = [
        (outline("browse"), Duration::ZERO),
        (outline("order"), offset),
    ];
    let mut measured = RunningMeasurements::new(loads, &[]);
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

/// Regression: the last seconds of a load that had ended stayed in the window of the plan, and hid what
/// the other load measured.
#[test]
fn the_hits_of_a_load_that_has_ended_leave_the_window() {
    let conditions = ["errors > 50% over 2s", "[ok] hits > 0 over 2s"];
    let conditions = conditions.map(|it| it.parse::<Threshold>().unwrap());
    let loads = ["ok", "failing"].map(|name| (outline(name), Duration::ZERO));
    let mut measured = RunningMeasurements::new(loads, &conditions);
    let mut met = [vec![], vec![]];
    for (load, rate, seconds) in [(0, 1000, 3), (1, 20, 8)] {
        let answer = move |_: &Hit| match load {
            0 => ScriptStep::Answer(Duration::from_millis(10), Outcome::ok(200)),
            _ => ScriptStep::Fail(Duration::from_millis(10), Failure::RESET),
        };
        let schedule = Schedule::constant(Rate::per_second(rate));
        let schedule = schedule.with_duration(Duration::from_secs(seconds));
        with_paused_clock(Run::new(ScriptedHammer::new(answer), schedule))
            .execute_with(|event| match event {
                RunEvent::Tick(tick) => {
                    let second = measured.tick(load, tick).map(|second| second.as_secs());
                    for (condition, seconds) in conditions.iter().zip(&mut met) {
                        let held = measured.check(condition).passed;
                        seconds.extend(second.filter(|_| held));
                    }
                }
                RunEvent::Finished(_) => measured.end(load),
                _ => {}
            })
            .unwrap();
    }
    assert_eq!(met[0].first(), Some(&5), "{met:?}");
    assert!(met[1].iter().all(|second| *second < 5), "{met:?}");
}

/// Regression: if the failing load was the first to fill the window, its hits alone ended the plan.
#[test]
fn a_window_of_a_plan_is_full_once_it_is_full_for_all_loads() {
    let condition: Threshold = "errors > 50% over 2s".parse().unwrap();
    let loads = ["ok", "failing"].map(|name| (outline(name), Duration::ZERO));
    let mut measured = RunningMeasurements::new(loads, std::slice::from_ref(&condition));
    for (load, rate, last) in [(0, 1000, 1), (1, 20, 3)] {
        let answer = move |_: &Hit| match load {
            0 => ScriptStep::Answer(Duration::from_millis(10), Outcome::ok(200)),
            _ => ScriptStep::Fail(Duration::from_millis(10), Failure::RESET),
        };
        let schedule = Schedule::constant(Rate::per_second(rate));
        let schedule = schedule.with_duration(Duration::from_secs(4));
        with_paused_clock(Run::new(ScriptedHammer::new(answer), schedule))
            .execute_with(|event| {
                if let RunEvent::Tick(tick) = event
                    && tick.elapsed.as_secs() <= last
                {
                    measured.tick(load, tick);
                    assert!(!measured.check(&condition).passed, "{:?}", tick.elapsed);
                }
            })
            .unwrap();
    }
}

/// Regression: hits that a load abandoned at its end went on waiting.
#[test]
fn a_load_that_has_ended_holds_no_hits() {
    let condition: Threshold = "p50 > 1s".parse().unwrap();
    let mut measured = RunningMeasurements::new([(outline(""), Duration::ZERO)], &[]);
    let schedule = Schedule::constant(Rate::per_second(10)).with_duration(Duration::from_secs(5));
    let run = Run::new(ScriptedHammer::new(|_: &Hit| ScriptStep::Hang), schedule);
    let run = run.age_waiting_hits(true).timeout(Duration::from_secs(10));
    let run = with_paused_clock(run.max_in_flight(100));
    run.execute_with(|event| {
        if let RunEvent::Tick(tick) = event
            && tick.elapsed == Duration::from_secs(5)
        {
            measured.tick(0, tick);
        }
    })
    .unwrap();
    assert!(measured.check(&condition).passed);
    measured.end(0);
    assert!(!measured.check(&condition).passed);
}

/// Runs `hammer` with hits by `shape`, and returns the seconds in which each condition holds.
fn seconds_met(
    hammer: impl Hammer,
    shape: &str,
    groups: &[&str],
    conditions: &[&str],
) -> Vec<Vec<u64>> {
    let shape: Shape = shape.parse().unwrap();
    let conditions: Vec<Threshold> = conditions.iter().map(|it| it.parse().unwrap()).collect();
    let outline = LoadOutline::new("", shape.clone()).with_groups(groups.iter().copied());
    for condition in &conditions {
        let valid = condition.validate(std::slice::from_ref(&outline), true);
        assert_eq!(valid, Ok(()), "{condition}");
    }
    let mut measured = RunningMeasurements::new([(outline, Duration::ZERO)], &conditions);
    let mut met = vec![vec![]; conditions.len()];
    let run = Run::new(hammer, Schedule::new(shape)).age_waiting_hits(true);
    with_paused_clock(run.max_in_flight(1000))
        .execute_with(|event| {
            if let RunEvent::Tick(tick) = event {
                let second = measured.tick(0, tick).map(|second| second.as_secs());
                for (condition, seconds) in conditions.iter().zip(&mut met) {
                    let held = measured.check(condition).passed;
                    seconds.extend(second.filter(|_| held));
                }
            }
        })
        .unwrap();
    met
}

/// Answers in 10 ms until this second, and later in 500 ms.
fn slow_from(second: u64) -> impl Hammer {
    ScriptedHammer::new(move |hit| {
        let slow = hit.due() >= Duration::from_secs(second);
        let time = Duration::from_millis(if slow { 500 } else { 10 });
        ScriptStep::Answer(time, Outcome::ok(200))
    })
}

/// A condition on the whole run so far hid what the last seconds were like.
#[test]
fn a_window_shows_the_last_seconds_and_is_checked_once_it_is_full() {
    let conditions = [
        "p50 > 400ms",
        "p50 > 400ms over 4s",
        "p50 < 50ms over 4s",
        "hits == 40 over 4s",
        "rate == 10/s over 4s",
    ];
    let met = seconds_met(slow_from(20), "10/s/30s", &[], &conditions);
    assert_eq!(met[0], [0; 0]);
    assert_eq!(met[1][..3], [23, 24, 25]);
    assert_eq!((met[2][0], met[2].len()), (4, 19));
    // The hit that is due at 1 s is in the first second too.
    assert_eq!(met[3][..3], [5, 6, 7]);
    assert!(met[4].contains(&30), "{:?}", met[4]);
}

/// A target that stopped answering met no condition on latencies: only ended hits counted.
#[test]
fn hits_that_have_not_ended_count_with_their_age() {
    let hanging = ScriptedHammer::new(|hit: &Hit| {
        if hit.due() < Duration::from_secs(10) {
            ScriptStep::Answer(Duration::from_millis(10), Outcome::ok(200))
        } else {
            ScriptStep::Hang
        }
    });
    let conditions = [
        "p50 > 400ms over 4s",
        "p10 > 2s",
        "service.max > 3s",
        "failed > 0",
    ];
    let met = seconds_met(hanging, "10/s/20s", &[], &conditions);
    assert_eq!(met[0][0], 13, "half of the hits of 4 s are 400 ms old");
    assert_eq!(met[1], [0; 0], "most hits of the whole run were fast");
    assert_eq!(met[2][0], 14);
    assert_eq!(met[3], [0; 0]);
}

/// Stages were measured at the end of a run only.
#[test]
fn a_condition_can_select_a_stage() {
    let conditions = [
        "[stage 1] p50 > 400ms",
        "[stage 2] p50 > 400ms",
        "[stage 20/10s] p99 > 400ms over 2s",
        "[stage 2] rate == 20/s",
    ];
    let met = seconds_met(slow_from(13), "10/10s, 20/10s", &[], &conditions);
    assert_eq!(met[0], [0; 0]);
    assert_eq!(
        met[1][0], 17,
        "until then, most hits of the stage were fast"
    );
    assert_eq!(met[2][0], 14);
    assert!(met[3].contains(&15), "{:?}", met[3]);
}

/// Fails the hits of one group.
struct GroupedHammer;

impl Hammer for GroupedHammer {
    type Session = ();

    async fn open(&self, _: &Slot) -> Result<(), Failure> {
        Ok(())
    }

    async fn hit(&self, (): &mut (), hit: &mut Hit) -> Result<Outcome, Failure> {
        hit.group((hit.number() % 2) as usize);
        match hit.number() % 2 {
            0 => Ok(Outcome::ok(200)),
            _ => Err(Failure::RESET),
        }
    }

    fn describe(&self) -> Description {
        Description::new().groups(["items", "orders"])
    }
}

#[test]
fn a_condition_can_select_a_group() {
    let conditions = [
        "[items] errors > 0",
        "[orders] errors > 90% over 2s",
        "errors == 50%",
    ];
    let met = seconds_met(GroupedHammer, "10/s/5s", &["items", "orders"], &conditions);
    assert_eq!(met[0], [0; 0]);
    assert_eq!(met[1][..2], [2, 3]);
    assert!(!met[2].is_empty());
}
