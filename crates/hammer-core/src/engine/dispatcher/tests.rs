//! Tables of decisions, without a runtime.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::dispatcher::actions::{Actions, CancelReason, DispatchEvent};
use crate::engine::dispatcher::dispatcher::{DispatchLimits, Dispatcher};
use crate::engine::dispatcher::due_hit::DueHit;
use crate::engine::dispatcher::hit_recorder::{EndedHit, HitCompletion, HitRecorder};
use crate::engine::dispatcher::hit_source::{HitSource, OpenLoop};
use crate::engine::dispatcher::warmup::WarmUp;
use crate::engine::stop_handle::StopLevel;
use crate::model::failure::Failure;
use crate::model::hit::FIRST_WARMUP_NUMBER;
use crate::model::outcome::Outcome;
use crate::report::hit_counts::HitCounts;
use crate::schedule::playlist::Playlist;
use crate::schedule::playlist_queue::PlaylistQueue;
use crate::schedule::playlist_receiver::PlaylistReceiver;
use crate::schedule::schedule::Schedule;
use crate::schedule::shape::Shape;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A dispatcher, and the driver of a test: it runs no hits, and tells what was decided.
struct Bench {
    dispatcher: Dispatcher,
    start: Instant,
    stop: StopLevel,
    actions: Actions,
    /// Hits that have started and not ended, with their slots.
    running: Vec<(usize, EndedHit)>,
}

impl Bench {
    /// Makes a bench for the hits of `shape`, with the limits changed by `limit`.
    fn new(shape: &str, limit: impl FnOnce(&mut DispatchLimits)) -> Self {
        let shape: Shape = shape.parse().expect(shape);
        Self::with(source(&Schedule::new(shape)), None, limit)
    }

    fn with(
        source: HitSource,
        warmup: Option<WarmUp>,
        limit: impl FnOnce(&mut DispatchLimits),
    ) -> Self {
        let mut limits = DispatchLimits {
            max_in_flight: 100,
            max_backlog: 1000,
            timeout: ms(2000),
            drain: None,
            skip_late: None,
            longest_sleep: None,
        };
        limit(&mut limits);
        let recorder = HitRecorder::new(None, false);
        let mut dispatcher = Dispatcher::new(limits, source, warmup, recorder);
        let start = Instant::now();
        for slot in dispatcher.open_ahead() {
            dispatcher.opened_ahead();
            assert!(dispatcher.next_hit(slot, start).is_none());
        }
        dispatcher.begin(start);
        Self {
            dispatcher,
            start,
            stop: StopLevel::Run,
            actions: Actions::default(),
            running: vec![],
        }
    }

    /// Steps at `time`, starts the hits that were given, and returns the events.
    fn step(&mut self, time: Duration) -> Vec<DispatchEvent> {
        let now = self.start + time;
        self.dispatcher.step(now, self.stop, &mut self.actions);
        let (give, open) = (&mut self.actions.give, &mut self.actions.open);
        let started: Vec<_> = give.drain(..).chain(open.drain(..)).collect();
        for (slot, hit) in started {
            self.run(slot, hit, now);
        }
        for (slot, reason) in std::mem::take(&mut self.actions.cancel) {
            let completion = match reason {
                CancelReason::TimeOut => HitCompletion::Failed(Failure::TIMEOUT),
                CancelReason::Abandon => HitCompletion::Abandoned,
            };
            self.end_slot(slot, completion, now);
        }
        std::mem::take(&mut self.actions.events)
    }

    /// Steps at `time`, and again after a pass over the I/O in which no slot comes free.
    fn step_twice(&mut self, time: Duration) -> Vec<DispatchEvent> {
        let mut events = self.step(time);
        events.extend(self.step(time));
        events
    }

    fn run(&mut self, slot: usize, hit: DueHit, now: Instant) {
        let mut id = hit.id;
        if self.dispatcher.hit_started(slot, &mut id, now) {
            let completion = HitCompletion::Answered(Outcome::ok("ok"));
            let (started, group) = (now, None);
            let ended = EndedHit {
                id,
                started,
                group,
                completion,
            };
            self.running.push((slot, ended));
        } else if let Some(hit) = self.dispatcher.next_hit(slot, now) {
            self.run(slot, hit, now);
        }
    }

    /// Steps whenever it is time, until the last hit has ended. Returns that time.
    fn run_to_end(&mut self) -> Duration {
        let mut time = ms(0);
        loop {
            let running = self.running.len();
            self.step(time);
            if self.actions.finished {
                return time;
            }
            // The end of a hit wakes the driver in the drain.
            if self.running.len() >= running {
                let wake = self.actions.wake_at.expect("a time");
                time = wake.saturating_duration_since(self.start);
            }
        }
    }

    /// Ends the hit of the slot that started first, with an answer.
    fn answer(&mut self, time: Duration) {
        let slot = self.running.first().expect("a hit is running").0;
        let answer = HitCompletion::Answered(Outcome::ok("ok"));
        self.end_slot(slot, answer, self.start + time);
    }

    fn end_slot(&mut self, slot: usize, completion: HitCompletion, now: Instant) {
        let index = self
            .running
            .iter()
            .position(|(running, _)| *running == slot);
        let (_, mut ended) = self.running.remove(index.expect("the slot has a hit"));
        ended.completion = completion;
        if let Some(hit) = self.dispatcher.hit_ended(slot, &ended, now) {
            self.run(slot, hit, now);
        }
    }

    fn counts(&mut self) -> HitCounts {
        self.dispatcher.recorder.interval_mut().hits
    }

    fn unsent(&mut self, cause: &str) -> u64 {
        let unsent = self.dispatcher.recorder.interval_mut().unsent.by_name();
        unsent.get(cause).copied().unwrap_or_default()
    }

    /// The next wake-up, in ms from the start.
    fn wake_ms(&self) -> Option<f64> {
        let wake = self.actions.wake_at?;
        Some(wake.saturating_duration_since(self.start).as_secs_f64() * 1e3)
    }
}

fn source(schedule: &Schedule) -> HitSource {
    if schedule.shape().is_closed_loop() {
        HitSource::Closed(schedule.closed_loop_schedule(0, 1))
    } else {
        HitSource::Open(OpenLoop::new(schedule.worker_schedule(0, 1)))
    }
}

#[test]
fn each_hit_wakes_the_worker_until_the_thread_is_busy() {
    let mut bench = Bench::new("1000/1s", |_| ());
    bench.step(ms(0));
    assert_eq!(bench.wake_ms(), Some(1.0));
    bench.answer(ms(0));
    bench.step(ms(1));
    assert_eq!(bench.wake_ms(), Some(2.0));
    for _ in 0..5 {
        bench.dispatcher.adapt_to_load(0.95);
    }
    bench.answer(ms(1));
    bench.step(Duration::from_micros(2900));
    assert_eq!(bench.wake_ms(), Some(3.3), "400 µs later");
    assert_eq!(bench.counts().scheduled, 3);
}

#[test]
fn a_hit_without_a_slot_waits_for_a_pass_over_the_io_and_then_opens_its_own() {
    let mut bench = Bench::new("1000/1s", |_| ());
    bench.step(ms(0));
    assert_eq!(bench.running.len(), 1, "in the slot that was opened ahead");
    bench.step(ms(1));
    assert_eq!(bench.wake_ms(), Some(1.0), "at once, after the pass");
    assert_eq!(
        (bench.running.len(), bench.dispatcher.gauges().backlog),
        (1, 1)
    );
    bench.step(ms(1));
    assert_eq!(
        (bench.running.len(), bench.dispatcher.gauges().backlog),
        (2, 0)
    );
    assert_eq!(bench.dispatcher.gauges().in_flight, 2);

    bench.step(ms(2));
    bench.answer(ms(2));
    bench.step(ms(2));
    assert_eq!(bench.running.len(), 2, "a slot came free during the pass");
}

#[test]
fn no_hit_is_late_because_slots_are_opening() {
    // The target is mute: no hit ends before its timeout.
    let mut bench = Bench::new("100/4s", |limits| limits.max_in_flight = 1024);
    let time = bench.run_to_end();
    let interval = bench.dispatcher.recorder.interval_mut();
    assert_eq!(interval.hits.timed_out, 400);
    assert_eq!(interval.lateness.quantile(1.0), Duration::ZERO);
    assert!(interval.slots_opened <= 201, "{}", interval.slots_opened);
    assert_eq!(time, ms(5990), "the last hit is due at 3990 ms");
}

#[test]
fn a_stall_of_the_generator_opens_almost_no_slots() {
    let mut bench = Bench::new("1000/1s", |_| ());
    bench.step(ms(0));
    bench.answer(ms(0));
    bench.step_twice(ms(500));
    assert_eq!(bench.counts().scheduled, 501);
    let opened = bench.dispatcher.recorder.interval_mut().slots_opened;
    assert!(opened <= 2, "{opened}");
    for _ in 0..500 {
        bench.answer(ms(501));
    }
    assert_eq!(bench.dispatcher.gauges().backlog, 0);
    let late = bench
        .dispatcher
        .recorder
        .interval_mut()
        .lateness
        .quantile(1.0);
    assert!(late >= ms(490), "{late:?}");
}

#[test]
fn the_backlog_is_bounded() {
    let mut bench = Bench::new("1000/1s", |limits| {
        (limits.max_in_flight, limits.max_backlog) = (1, 5);
    });
    bench.step_twice(ms(9));
    let counts = bench.counts();
    assert_eq!((counts.scheduled, counts.unsent), (10, 4));
    assert_eq!(bench.unsent("backlog"), 4);
    assert_eq!(bench.dispatcher.recorder.peaks().held.backlog, 5);
    assert_eq!(bench.dispatcher.recorder.interval_mut().waited_at_limit, 5);
}

#[test]
fn hits_that_are_too_late_are_skipped_wherever_they_wait() {
    let mut bench = Bench::new("1000/1s", |limits| {
        (limits.max_in_flight, limits.skip_late) = (1, Some(ms(3)));
    });
    bench.step(ms(5));
    // Two hits are 4 ms late or more: one that the idle slot got, and one in the backlog.
    assert_eq!(bench.unsent("late"), 2);
    assert_eq!(bench.running[0].1.id.due, ms(2));
    bench.answer(ms(7));
    assert_eq!(bench.unsent("late"), 3);
    assert_eq!(bench.running[0].1.id.due, ms(4));
    bench.step(ms(9));
    assert_eq!(bench.unsent("late"), 4);
}

#[test]
fn hits_time_out_in_the_order_of_their_starts() {
    let mut bench = Bench::new("10/1s", |limits| limits.timeout = ms(250));
    for time in [0, 100, 200, 250] {
        bench.step_twice(ms(time));
    }
    let counts = bench.counts();
    assert_eq!((counts.scheduled, counts.timed_out), (3, 1));
    assert_eq!(bench.wake_ms(), Some(300.0), "the next hit is due");
}

#[test]
fn a_warm_up_is_not_counted_and_the_clock_starts_at_its_end() {
    let run = Schedule::new("100/1s".parse::<Shape>().expect("a shape"));
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
    let run = Schedule::new("100/1s".parse::<Shape>().expect("a shape"));
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
        let mut bench = Bench::new("100/5s", |_| ());
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
        let mut bench = Bench::new("100/1s", |limits| limits.max_in_flight = 1);
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
        let mut bench = Bench::new("5/1s", |limits| limits.drain = drain);
        assert_eq!(bench.run_to_end(), ms(end));
        let counts = bench.counts();
        assert_eq!((counts.timed_out, counts.abandoned), (timed_out, abandoned));
    }
}

#[test]
fn hits_of_the_backlog_start_in_the_drain_until_its_end() {
    for (room, cause) in [(1, "in_flight_bound"), (2, "drain")] {
        let mut bench = Bench::new("10/1s", |limits| {
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

#[test]
fn hits_that_are_read_late_keep_their_due_times() {
    let queue = Arc::new(PlaylistQueue::new());
    let playlist = Playlist::new(2, ms(20), std::iter::empty::<(Duration, u8)>);
    let receiver = PlaylistReceiver::new(queue.clone(), 100.0, false);
    let schedule = Schedule::playlist(playlist);
    let part = schedule.worker_playlist_schedule(receiver, 0, 1);
    let mut bench = Bench::with(HitSource::Open(OpenLoop::new(part)), None, |_| ());
    assert!(queue.push(ms(0), 7_u8, 0));
    bench.step(ms(0));
    let item = bench.running[0].1.id;
    assert_eq!((item.number, item.due), (0, ms(0)));
    bench.answer(ms(1));
    bench.step(ms(15));
    assert_eq!(
        bench.wake_ms(),
        Some(16.0),
        "the next hit has not been read"
    );
    assert!(queue.push(ms(10), 8_u8, 0));
    queue.close();
    bench.step(ms(16));
    assert_eq!(bench.running[0].1.id.due, ms(10));
    let interval = bench.dispatcher.recorder.interval_mut();
    let counts: Vec<_> = interval.counts.iter().collect();
    assert_eq!(counts, [(&"read_late", &1)]);
    bench.answer(ms(17));
    bench.step(ms(17));
    assert!(bench.actions.finished);
}

#[test]
fn a_closed_loop_rests_after_failures() {
    let mut bench = Bench::new("max/1s", |limits| limits.max_in_flight = 2);
    bench.step(ms(0));
    assert_eq!(bench.running.len(), 2);
    let slot = bench.running[0].0;
    let refused = HitCompletion::Failed(Failure::CONNECT_REFUSED);
    bench.end_slot(slot, refused, bench.start);
    assert_eq!(bench.running.len(), 1, "the slot rests");
    assert!(bench.dispatcher.needs_step(bench.start));
    assert!(!bench.dispatcher.needs_step(bench.start), "only once");
    bench.step(ms(0));
    assert_eq!(bench.wake_ms(), Some(1.0));
    bench.step(ms(1));
    assert_eq!(bench.running.len(), 2);
    bench.answer(ms(2));
    assert_eq!(bench.running.len(), 2, "no rest after an answer");
    assert_eq!(bench.running[1].1.id.due, ms(2));
}

#[test]
fn a_closed_loop_ends_with_its_time_or_its_hits() {
    let mut bench = Bench::new("max/1s", |limits| limits.max_in_flight = 1);
    bench.step(ms(0));
    assert_eq!(bench.wake_ms(), Some(1000.0));
    bench.answer(ms(999));
    bench.answer(ms(1001));
    assert!(bench.running.is_empty());
    assert!(bench.dispatcher.needs_step(bench.start + ms(1001)));
    assert!(bench.step(ms(1001)).contains(&DispatchEvent::Draining));
    assert!(bench.actions.finished);
    assert_eq!(bench.counts().ok, 2);
}
