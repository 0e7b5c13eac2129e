//! Stops of a run at each of its stages.

use std::sync::{Mutex, mpsc};
use std::time::Duration;

use hammer_core::testing::{ScriptStep, ScriptedHammer, with_paused_clock};
use hammer_core::{Hit, Outcome, Run, RunEvent, Schedule, Shape, StopHandle, from_fn};

use crate::{constant_schedule, ms, ok_after, run_paused, scripted_hammer};

#[test]
fn a_stop_drains_hits_in_flight() {
    let stop = StopHandle::new();
    let stop_in_hit = stop.clone();
    let hammer = scripted_hammer(move |hit| {
        if hit.number() == 50 {
            stop_in_hit.drain();
        }
        ok_after(ms(200))
    });
    let report = run_paused(Run::new(hammer, constant_schedule(100, ms(5000))).stop(stop));
    assert!(report.stopped);
    assert!((51..=53).contains(&report.hits.ok), "{:?}", report.hits);
    assert_eq!(report.hits.abandoned, 0);
    assert!(report.elapsed_s < 0.8, "{} s", report.elapsed_s);
}

/// Hits that were due while a thread stood still vanished when the run was stopped, and the run was
/// valid. Hits that wait for a slow target say nothing about the generator.
#[test]
fn a_stop_in_a_stall_is_not_taken_for_a_slow_target() {
    let stopped = |stall: Duration, response: Duration| {
        let stop = StopHandle::new();
        let stop_in_hit = stop.clone();
        let hammer = from_fn(async move |hit: &mut Hit| {
            if hit.number() == 200 {
                stop_in_hit.drain();
                std::thread::sleep(stall);
            }
            tokio::time::sleep(response).await;
            Ok(Outcome::ok(200))
        });
        let run = Run::new(hammer, constant_schedule(1000, ms(5000))).stop(stop);
        let run = run.threads(1).max_in_flight(100).drain(ms(1));
        run.execute().expect("a run").generator
    };
    let stalled = stopped(ms(400), ms(1));
    assert!(stalled.stopped_late >= 200, "{stalled:?}");
    // Hits of 300 ms fill all slots, and the others wait.
    let waited = stopped(ms(0), ms(300));
    let stopped = waited.unsent["stopped"];
    assert!(stopped > 50, "{waited:?}");
    assert!(waited.stopped_late * 2 < stopped, "{waited:?}");
}

#[test]
fn a_second_stop_abandons_hits_in_flight() {
    let stop = StopHandle::new();
    let stop_in_hit = stop.clone();
    let hammer = scripted_hammer(move |hit| {
        if hit.number() == 50 {
            stop_in_hit.escalate();
            stop_in_hit.escalate();
        }
        ok_after(ms(200))
    });
    let report = run_paused(Run::new(hammer, constant_schedule(100, ms(5000))).stop(stop));
    assert!(
        (18..=21).contains(&report.hits.abandoned),
        "{:?}",
        report.hits
    );
    assert!((30..=32).contains(&report.hits.ok), "{:?}", report.hits);
}

#[test]
fn a_stop_while_opening_ends_the_run_with_a_report() {
    let stop = StopHandle::new();
    let stop_in_hit = stop.clone();
    let hammer = ScriptedHammer::new(|_| ok_after(ms(1))).on_open(move |_: &hammer_core::Slot| {
        stop_in_hit.drain();
        ScriptStep::Hang
    });
    let report = run_paused(Run::new(hammer, constant_schedule(100, ms(5000))).stop(stop));
    assert!(report.stopped);
    assert_eq!(report.hits.ok, 0);
    assert!(report.elapsed_s < 2.0, "{} s", report.elapsed_s);
}

#[test]
fn a_stop_while_draining_abandons_the_rest() {
    let stop = StopHandle::new();
    let stop_in_hit = stop.clone();
    let hammer = scripted_hammer(|_| ScriptStep::Hang);
    let schedule = constant_schedule(100, ms(1000));
    let mut events = vec![];
    let report = with_paused_clock(
        Run::new(hammer, schedule)
            .stop(stop)
            .timeout(ms(86_400_000)),
    )
    .execute_with(|event| match event {
        RunEvent::Draining => {
            stop_in_hit.stop_now();
            events.push("draining");
        }
        RunEvent::Opening { .. } => events.push("opening"),
        RunEvent::Started { .. } => events.push("started"),
        RunEvent::Finished(_) => events.push("finished"),
        _ => {}
    })
    .expect("a run");
    assert_eq!(report.hits.abandoned, 100);
    assert_eq!(events, ["opening", "started", "draining", "finished"]);
}

#[test]
fn the_event_of_opening_says_when_the_clock_starts_at_the_latest() {
    for (timeout, expected) in [(ms(500), ms(500)), (ms(60_000), ms(3_000))] {
        let hammer = scripted_hammer(|_| ok_after(ms(1)));
        let run = Run::new(hammer, constant_schedule(10, ms(1000))).timeout(timeout);
        let mut limits = vec![];
        let report = with_paused_clock(run).execute_with(|event| {
            if let RunEvent::Opening { limit, .. } = event {
                limits.push(limit);
            }
        });
        assert_eq!(report.expect("a run").hits.ok, 10);
        assert_eq!(limits, [expected]);
    }
}

#[test]
fn the_drain_is_bounded_and_sessions_are_closed() {
    let hammer = ScriptedHammer::new(|hit| match hit.number() {
        99 => ScriptStep::Hang,
        _ => ok_after(ms(1)),
    });
    let counts = hammer.counts();
    let report = run_paused(Run::new(hammer, constant_schedule(100, ms(1000))).drain(ms(300)));
    assert_eq!((report.hits.ok, report.hits.abandoned), (99, 1));
    assert!(
        (1.2..1.4).contains(&report.elapsed_s),
        "{} s",
        report.elapsed_s
    );
    assert_eq!(counts.closed() + 1, report.generator.sessions_opened);
    assert_eq!(counts.hits(), counts.ended() + 1);
}

#[test]
fn the_rate_of_a_stopped_run_covers_the_time_until_the_stop() {
    // The target takes 2 s. Waiting for hits in flight is not part of the rate.
    for (shape, hit, at_s, requested) in [
        ("100", 200, 2.0, 100.0),
        ("0..1000/10s", 200, 2.0, 100.0),
        ("100/1s, 50/1s, 900", 125, 1.5, 83.3),
    ] {
        let stop = StopHandle::new();
        let stop_in_hit = stop.clone();
        let hammer = scripted_hammer(move |it| {
            if it.number() == hit {
                stop_in_hit.drain();
            }
            ok_after(ms(2000))
        });
        let schedule = Schedule::new(shape.parse::<Shape>().expect(shape));
        let report = run_paused(Run::new(hammer, schedule.with_duration(ms(10_000))).stop(stop));
        assert!(report.stopped && report.elapsed_s > at_s + 1.9, "{shape}");
        let near = |found: f64, exact: f64| (found / exact - 1.0).abs() < 0.02;
        assert!(
            near(report.duration_s, at_s),
            "{shape}: {} s",
            report.duration_s
        );
        let requested_found = report.rate.requested.expect("an open loop");
        assert!(
            near(requested_found, requested),
            "{shape}: {:?}",
            report.rate
        );
        assert!(
            near(report.rate.achieved, requested_found),
            "{shape}: {:?}",
            report.rate
        );
    }
}

#[test]
fn a_second_stop_ends_a_run_whose_thread_is_blocked() {
    let stop = StopHandle::new();
    let stop_in_hit = stop.clone();
    let (is_blocked, wait_for_block) = mpsc::channel();
    let (release, blocked) = mpsc::channel::<()>();
    let blocked = Mutex::new(blocked);
    let hammer = from_fn(async move |hit: &mut Hit| {
        if hit.number() == 5 {
            is_blocked.send(()).expect("the test waits");
            // The sender is dropped at the end of the test.
            let _ = blocked.lock().expect("no panic").recv();
        }
        Ok(Outcome::ok("done"))
    });
    let run = Run::new(hammer, constant_schedule(100, ms(60_000))).stop(stop);
    let second = std::thread::spawn(move || {
        wait_for_block.recv().expect("the hammer blocks");
        stop_in_hit.escalate();
        stop_in_hit.escalate();
    });
    let report = run.threads(1).execute().expect("a report");
    second.join().expect("no panic");
    assert_eq!(report.generator.unresponsive, 1);
    assert_eq!(report.verdict.status.as_str(), "invalid");
    assert!(
        report
            .verdict
            .codes
            .iter()
            .any(|code| code == "unresponsive_thread")
    );
    assert_eq!(report.hits.ended(), report.hits.scheduled);
    drop(release);
}
