//! Tables of decisions, without a runtime.

mod phases;
mod slots;
mod sources;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::dispatcher::actions::{Actions, CancelReason, DispatchEvent};
use crate::engine::dispatcher::dispatcher::{DispatchLimits, Dispatcher};
use crate::engine::dispatcher::due_hit::DueHit;
use crate::engine::dispatcher::hit_recorder::{EndedHit, HitCompletion, HitRecorder};
use crate::engine::dispatcher::hit_source::{HitSource, OpenLoop};
use crate::engine::dispatcher::warmup::WarmUp;
use crate::engine::dispatcher::worker_hits::WorkerHits;
use crate::engine::stop_level::StopLevel;
use crate::model::failure::Failure;
use crate::model::hit::FIRST_WARMUP_NUMBER;
use crate::model::outcome::Outcome;
use crate::report::hit_counts::HitCounts;
use crate::schedule::arrival_process::ArrivalProcess;
use crate::schedule::playlist::Playlist;
use crate::schedule::playlist_queue::PlaylistQueue;
use crate::schedule::playlist_receiver::PlaylistReceiver;
use crate::schedule::schedule::Schedule;
use crate::schedule::shape::Shape;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A dispatcher with the driver of a test, which runs no hits and records the decisions.
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
            is_user_pool: false,
            max_backlog: 1000,
            timeout: ms(2000),
            drain: None,
            skip_late: None,
            longest_sleep: None,
            age_waiting: false,
        };
        limit(&mut limits);
        let recorder = HitRecorder::new(None, false);
        let hits = WorkerHits {
            source,
            warmup,
            stages: None,
        };
        let mut dispatcher = Dispatcher::new(limits, hits, recorder);
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

    fn run(&mut self, slot: usize, mut hit: DueHit, now: Instant) {
        if self.dispatcher.hit_started(slot, &mut hit, now) {
            let id = hit.id;
            let completion = HitCompletion::Answered(Outcome::ok("ok"));
            let (started, group) = (now, None);
            let ended = EndedHit {
                id,
                started,
                group,
                peer: None,
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
        let mut unsent = self.dispatcher.recorder.interval_mut().unsent.iter();
        unsent
            .find(|(name, _)| *name == cause)
            .map_or(0, |(_, hits)| hits)
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
