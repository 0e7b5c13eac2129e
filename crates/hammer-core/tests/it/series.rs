//! Runs that follow one another on the same sessions.

use std::sync::{Arc, Mutex};

use hammer_core::testing::{ScriptCounts, ScriptStep, ScriptedHammer, with_paused_clock};
use hammer_core::{
    ErrorKind, FollowingRun, Hammer, Hit, Outcome, Report, Run, RunEvent, StopHandle,
};

use crate::{constant_schedule, ms, ok_after};

/// A hammer that answers after 5 ms, except every `lost`-th hit.
fn hammer(lost: u64) -> (impl Hammer, Arc<ScriptCounts>) {
    let hammer = ScriptedHammer::new(move |hit: &Hit| match (hit.number() + 1) % lost {
        0 => ScriptStep::Hang,
        _ => ok_after(ms(5)),
    });
    let counts = hammer.counts();
    (hammer, counts)
}

/// Executes `run` and then those of `following`, and returns the reports.
fn reports<H: Hammer>(run: Run<H>, following: Vec<FollowingRun>) -> Vec<Report> {
    let (mut reports, mut following) = (vec![], following.into_iter());
    let run = with_paused_clock(run);
    let executed = run.execute_series(
        |_| (),
        |report| {
            reports.push(report);
            following.next()
        },
    );
    executed.expect("a series");
    reports
}

#[test]
fn sessions_live_on_from_run_to_run_and_close_after_the_last() {
    let (hammer, counts) = hammer(u64::MAX);
    let run = Run::new(hammer, constant_schedule(1000, ms(2000))).max_in_flight(64);
    let following = [500, 2000, 1000].map(|rate| {
        FollowingRun::new(constant_schedule(rate, ms(3000)))
            .warmup(ms(1000))
            .rest(ms(2000))
    });
    let reports = reports(run, following.into());
    let figures: Vec<_> = reports
        .iter()
        .map(|report| {
            let slots = report.generator.sessions_opened;
            (report.hits.ok, report.duration_s, slots)
        })
        .collect();
    // 5 ms at 1,000/s take five slots, and twice as many at 2,000/s.
    assert_eq!(figures[0].0, 2000);
    assert_eq!((figures[1].0, figures[1].2), (1500, 0));
    assert_eq!(figures[2].0, 6000);
    assert_eq!((figures[3].0, figures[3].2), (3000, 0));
    assert!((10..=16).contains(&counts.opened()), "{counts:?}");
    assert_eq!(counts.closed(), counts.opened());
    for report in &reports {
        assert_eq!(report.hits.ended(), report.hits.scheduled);
        assert!(
            (5000.0..6100.0).contains(&report.response_us.max),
            "{report:?}"
        );
    }
}

#[test]
fn hits_are_numbered_on_and_ticks_begin_anew() {
    let numbers = Arc::new(Mutex::new(vec![]));
    let seen = numbers.clone();
    let hammer = hammer_core::from_fn(async move |hit: &mut Hit| {
        seen.lock().expect("no panic").push(hit.number());
        Ok(Outcome::ok(200))
    });
    let run = with_paused_clock(Run::new(hammer, constant_schedule(2, ms(2000))));
    let (mut left, mut seconds, mut started) = (2, vec![], 0);
    run.execute_series(
        |event| match event {
            RunEvent::Tick(tick) => seconds.push(tick.elapsed.as_secs()),
            RunEvent::Started { .. } => started += 1,
            _ => {}
        },
        |_| {
            left -= 1;
            (left > 0).then(|| FollowingRun::new(constant_schedule(2, ms(2000))))
        },
    )
    .expect("a series");
    assert_eq!(
        *numbers.lock().expect("no panic"),
        (0..8).collect::<Vec<_>>()
    );
    assert_eq!(seconds, [1, 1]);
    assert_eq!(started, 2);
}

#[test]
fn a_run_that_is_stopped_spares_the_next() {
    let (hammer, _) = hammer(10);
    let all = StopHandle::new();
    let first = all.child();
    let run = Run::new(hammer, constant_schedule(100, ms(60_000)))
        .drain(ms(100))
        .stop(first.clone());
    let run = with_paused_clock(run);
    let mut reports = vec![];
    run.execute_series(
        |event| {
            if matches!(event, RunEvent::Tick(_)) {
                first.drain();
            }
        },
        |report| {
            reports.push(report);
            let next = FollowingRun::new(constant_schedule(100, ms(1000))).stop(all.child());
            (reports.len() < 2).then_some(next)
        },
    )
    .expect("a series");
    assert!(!all.is_requested());
    let [first, second] = &reports[..] else {
        panic!("{reports:?}")
    };
    assert!(first.stopped && first.duration_s < 60.0, "{first:?}");
    assert!(first.hits.abandoned > 0, "{first:?}");
    assert!(!second.stopped, "{second:?}");
    assert_eq!(second.hits.scheduled, 100);
    assert_eq!(second.hits.ok, 90, "slots of abandoned hits are used again");
}

#[test]
fn the_handle_of_the_series_stops_the_run_that_lasts() {
    let all = StopHandle::new();
    let (hammer, _) = hammer(u64::MAX);
    let run = Run::new(hammer, constant_schedule(10, ms(1000))).stop(all.child());
    let mut reports = vec![];
    with_paused_clock(run)
        .execute_series(
            |event| {
                if let RunEvent::Tick(tick) = event
                    && tick.elapsed > ms(1000)
                {
                    all.drain();
                }
            },
            |report| {
                reports.push(report);
                let next = FollowingRun::new(constant_schedule(10, ms(1_000_000)));
                (!all.is_requested()).then(|| next.stop(all.child()))
            },
        )
        .expect("a series");
    assert_eq!(reports.len(), 2);
    assert!(reports[1].stopped && reports[1].hits.scheduled < 10_000_000);
}

#[test]
fn settings_of_a_following_run_are_checked() {
    let (hammer, counts) = hammer(u64::MAX);
    let run = with_paused_clock(Run::new(hammer, constant_schedule(10, ms(1000))));
    let error = run
        .execute_series(
            |_| (),
            |_| Some(FollowingRun::new(constant_schedule(10, ms(0)))),
        )
        .expect_err("an empty schedule");
    assert_eq!(error.kind(), ErrorKind::EmptySchedule);
    assert_eq!(counts.closed(), counts.opened());
}
