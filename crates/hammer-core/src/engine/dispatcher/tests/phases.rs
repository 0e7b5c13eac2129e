//! Warm-ups, stops and drains.

use super::*;

#[test]
fn a_warm_up_is_not_counted_and_the_clock_starts_at_its_end() {
    let run = Schedule::new("100/s/1s".parse::<Shape>().expect("a shape"));
    let warm = run.warmup_schedule(ms(500)).expect("a first rate");
    let HitSource::Open(_) = source(&warm) else {
        panic!("an open loop")
    };
    let part = warm
        .worker_schedule(0, 1)
        .numbered_from(FIRST_WARMUP_NUMBER);
    let warm_source = HitSource::Open(OpenLoop::new(part));
    let warmup = WarmUp::new(ms(500), warm_source);
    let mut bench = Bench::with(source(&run), Some(warmup), |_| ());
    for time in (0..500).step_by(10) {
        assert_eq!(bench.step(ms(time)), []);
        assert!(bench.running[0].1.id.is_warmup());
        bench.answer(ms(time));
    }
    assert_eq!(bench.wake_ms(), Some(500.0));
    assert_eq!(bench.step(ms(503)), [DispatchEvent::WarmupEnded]);
    assert_eq!(bench.running[0].1.id.number, 0);
    let counts = bench.counts();
    assert_eq!((counts.scheduled, counts.ok), (1, 0));
    let late = bench
        .dispatcher
        .recorder
        .interval_mut()
        .lateness
        .quantile(1.0);
    assert!(late >= ms(2) && late <= ms(4), "{late:?}");
    bench.step(ms(1499));
    assert_eq!(bench.counts().scheduled, 100);
    assert_eq!(bench.step(ms(1500)), [DispatchEvent::Second(1)]);
}

#[test]
fn a_stop_in_a_warm_up_ends_the_run_without_hits() {
    let run = Schedule::new("100/s/1s".parse::<Shape>().expect("a shape"));
    let warm = run.warmup_schedule(ms(500)).expect("a first rate");
    let part = warm
        .worker_schedule(0, 1)
        .numbered_from(FIRST_WARMUP_NUMBER);
    let warmup = WarmUp::new(ms(500), HitSource::Open(OpenLoop::new(part)));
    let mut bench = Bench::with(source(&run), Some(warmup), |_| ());
    bench.step(ms(100));
    bench.stop = StopLevel::Drain;
    let events = bench.step(ms(200));
    assert_eq!(
        events,
        [DispatchEvent::WarmupEnded, DispatchEvent::Draining]
    );
    assert!(!bench.actions.finished, "a hit of the warm-up is in flight");
    while !bench.running.is_empty() {
        bench.answer(ms(210));
    }
    bench.step(ms(210));
    assert!(bench.actions.finished);
    let counts = bench.counts();
    assert_eq!((counts.ok, counts.scheduled), (0, counts.unsent));
}

#[test]
fn a_stop_counts_all_hits_that_were_due() {
    // The process was stopped from 0.8 s to 2 s, and got the signal before it could look.
    for stop in [StopLevel::Drain, StopLevel::Now] {
        let mut bench = Bench::new("100/s/5s", |_| ());
        for time in (0..800).step_by(10) {
            bench.step(ms(time));
            bench.answer(ms(time));
        }
        bench.stop = stop;
        assert!(bench.step(ms(1999)).contains(&DispatchEvent::Draining));
        let counts = bench.counts();
        assert_eq!((counts.scheduled, counts.ok), (200, 80), "{stop:?}");
        assert_eq!((counts.unsent, bench.unsent("stopped")), (120, 120));
        assert!(bench.actions.finished);
        assert_eq!(bench.dispatcher.recorder.peaks().schedule_end, ms(1999));
    }
}

#[test]
fn a_stop_ends_each_phase() {
    // A hit is in flight and two wait. The schedule ends after 1 s.
    for (stop_at, stop, finished, unsent, abandoned) in [
        (15, StopLevel::Drain, false, 2, 0),
        (15, StopLevel::Now, true, 2, 1),
        (1500, StopLevel::Drain, false, 99, 0),
        (1500, StopLevel::Now, true, 99, 1),
    ] {
        let mut bench = Bench::new("100/s/1s", |limits| limits.max_in_flight = 1);
        bench.step_twice(ms(0));
        bench.step_twice(ms(10));
        if stop_at > 1000 {
            assert!(bench.step(ms(999)).contains(&DispatchEvent::Draining));
        }
        bench.stop = stop;
        bench.step_twice(ms(stop_at.max(21)));
        let counts = bench.counts();
        assert_eq!(bench.actions.finished, finished, "{stop:?} at {stop_at}");
        assert_eq!(counts.unsent, unsent, "{stop:?} at {stop_at}");
        assert_eq!(counts.abandoned, abandoned, "{stop:?} at {stop_at}");
        if !finished {
            bench.answer(ms(1900));
            bench.step(ms(1900));
            assert!(bench.actions.finished);
        }
        let counts = bench.counts();
        assert_eq!(counts.ended(), counts.scheduled);
    }
}

#[test]
fn the_drain_covers_the_timeout_of_the_last_hit_unless_it_is_limited() {
    for (drain, end, timed_out, abandoned) in [(None, 2800, 5, 0), (Some(ms(500)), 1300, 0, 5)] {
        let mut bench = Bench::new("5/s/1s", |limits| limits.drain = drain);
        assert_eq!(bench.run_to_end(), ms(end));
        let counts = bench.counts();
        assert_eq!((counts.timed_out, counts.abandoned), (timed_out, abandoned));
    }
}

#[test]
fn hits_of_the_backlog_start_in_the_drain_until_its_end() {
    for (room, cause) in [(1, "in_flight_bound"), (2, "drain")] {
        let mut bench = Bench::new("10/s/1s", |limits| {
            (limits.max_in_flight, limits.timeout) = (room, ms(600));
        });
        bench
            .dispatcher
            .step(bench.start, StopLevel::Run, &mut bench.actions);
        let given = bench.actions.give.drain(..).collect::<Vec<_>>();
        for (slot, hit) in given {
            bench.run(slot, hit, bench.start);
        }
        // The generator stalls for the whole schedule; no slot opens before the next pass.
        bench.step(ms(950));
        assert_eq!(bench.counts().scheduled, 10);
        bench.step(ms(951));
        assert!(!bench.actions.finished);
        let before = bench.unsent(cause);
        bench.step(ms(1551));
        assert!(bench.unsent(cause) > before, "{cause}");
    }
}
