//! Ticks: the measurements of the last second, and the verdict so far.

use hammer_core::testing::{ScriptStep, with_paused_clock};
use hammer_core::{
    ArrivalProcess, Failure, Rate, Run, RunEvent, RunTick, Schedule, Shape, StopHandle,
    VerdictStatus,
};

use crate::{constant_schedule, ms, ok_after, scripted_hammer};

/// Runs and collects what `read` reads of each tick.
fn ticks<T>(run: Run<impl hammer_core::Hammer>, read: impl Fn(&RunTick<'_>) -> T) -> Vec<T> {
    let mut ticks = vec![];
    with_paused_clock(run)
        .execute_with(|event| {
            if let RunEvent::Tick(tick) = event {
                ticks.push(read(tick));
            }
        })
        .expect("a run");
    ticks
}

#[test]
fn a_tick_has_the_rate_and_the_stage_of_its_second() {
    let schedule = Schedule::new("10/2s, 0/1s, 40..80/2s".parse::<Shape>().expect("a shape"));
    // The last hits take longer than a second, so that a tick follows the end of the schedule.
    let hammer = scripted_hammer(|_| ok_after(ms(1500)));
    let found = ticks(Run::new(hammer, schedule.clone()), |tick| {
        (
            tick.elapsed.as_secs(),
            tick.requested_rate.expect("an open loop"),
            tick.stage,
            tick.interval.started(),
        )
    });
    let expected = [
        (1, 10.0, Some(0), 10),
        (2, 10.0, Some(0), 10),
        (3, 0.0, Some(1), 0),
        (4, 50.0, Some(2), 50),
        (5, 70.0, Some(2), 70),
        (6, 0.0, Some(2), 0),
    ];
    assert_eq!(found, expected);

    // A limit of the duration ends the rate as well.
    let hammer = scripted_hammer(|_| ok_after(ms(2500)));
    let short = schedule.with_duration(ms(1500));
    let rates = ticks(Run::new(hammer, short), |tick| tick.requested_rate);
    assert_eq!(rates, [Some(10.0), Some(5.0), Some(0.0)]);

    let hammer = scripted_hammer(|_| ok_after(ms(100)));
    let closed = Schedule::closed_loop().with_duration(ms(2000));
    let found = ticks(Run::new(hammer, closed), |tick| {
        (tick.requested_rate, tick.stage)
    });
    assert_eq!(found[0], (None, None));
}

/// Ticks of the drain after a stop still had the rate of the schedule.
#[test]
fn no_rate_is_requested_after_a_stop() {
    let stop = StopHandle::new();
    let stop_in_hit = stop.clone();
    let hammer = scripted_hammer(move |hit| {
        if hit.due() >= ms(1500) {
            stop_in_hit.drain();
        }
        ok_after(ms(2500))
    });
    let run = Run::new(hammer, constant_schedule(10, ms(9000))).stop(stop);
    let rates = ticks(run.threads(1), |tick| tick.requested_rate.expect("a rate"));
    assert_eq!(rates.len(), 4, "{rates:?}");
    assert_eq!((rates[0], rates[2], rates[3]), (10.0, 0.0, 0.0));
    assert!((4.9..=6.1).contains(&rates[1]), "{rates:?}");

    // The last hit of a number of hits at random times is in the first two seconds.
    let schedule = Schedule::constant(Rate::per_second(100))
        .with_arrivals(ArrivalProcess::Poisson)
        .with_hit_count(100);
    let hammer = scripted_hammer(|_| ok_after(ms(3500)));
    let rates = ticks(Run::new(hammer, schedule), |tick| tick.requested_rate);
    assert_eq!(rates.last(), Some(&Some(0.0)), "{rates:?}");
}

#[test]
fn a_tick_has_the_measurements_of_its_second_alone() {
    // Hits of the first second take 100 ms, later ones 300 ms.
    let hammer = scripted_hammer(|hit| ok_after(ms(if hit.number() < 100 { 100 } else { 300 })));
    let found = ticks(Run::new(hammer, constant_schedule(100, ms(3000))), |tick| {
        assert_eq!(tick.interval.hits(), tick.hits);
        assert_eq!(tick.cumulative.hits(), tick.total);
        assert_eq!(tick.length, ms(1000));
        let max = tick.interval.response().max().as_millis();
        (tick.hits.ok, tick.total.ok, max / 100)
    });
    assert_eq!(found.len(), 3);
    for (second, (ok, total, max)) in found.into_iter().enumerate() {
        let expected = [(90, 90, 1), (80, 170, 3), (100, 270, 3)][second];
        assert!(ok.abs_diff(expected.0) <= 1, "{second}: {ok}");
        assert!(total.abs_diff(expected.1) <= 1, "{second}: {total}");
        assert_eq!(max, expected.2, "{second}");
    }
}

#[test]
fn a_tick_has_the_hits_that_are_in_flight_and_in_the_backlog() {
    let run = || {
        Run::new(
            scripted_hammer(|_| ScriptStep::Hang),
            constant_schedule(100, ms(2500)),
        )
        .max_in_flight(40)
        .threads(1)
        .drain(ms(1))
    };
    let found = ticks(run(), |tick| (tick.in_flight, tick.backlog));
    // The hit that is due at the very end of the second may be in it.
    assert_eq!(found.len(), 2);
    for ((in_flight, backlog), expected) in found.into_iter().zip([60, 160]) {
        assert_eq!(in_flight, 40);
        assert!((expected..=expected + 1).contains(&backlog), "{backlog}");
    }
}

/// The hits after the first thirty fail and lose their session.
#[test]
fn a_tick_has_the_sessions_that_are_open() {
    let hammer = scripted_hammer(|hit| match hit.number() {
        0..30 => ok_after(ms(900)),
        _ => ScriptStep::Fail(ms(10), Failure::RESET),
    });
    // 30 hits start in the first half of a second and end in the one after it.
    let schedule = Schedule::new("60/500ms, 1/4500ms".parse::<Shape>().expect("a shape"));
    let run = Run::new(hammer, schedule).max_in_flight(64).threads(1);
    let found = ticks(run, |tick| tick.open_sessions);
    assert_eq!(found[0], 30, "those in flight are open: {found:?}");
    // The hits that follow use one slot, which opens and loses its session again and again.
    assert_eq!(found[3], 29, "{found:?}");
}

#[test]
fn a_tick_judges_the_run_so_far() {
    let hammer = scripted_hammer(|_| ok_after(ms(2500)));
    let run = Run::new(hammer, constant_schedule(100, ms(3000)));
    let found = ticks(run.max_in_flight(250), |tick| tick.verdict());
    assert_eq!(found[0].status, VerdictStatus::Valid, "{:?}", found[0]);
    assert_eq!(found[2].codes, ["slots_full"], "{:?}", found[2]);
}
