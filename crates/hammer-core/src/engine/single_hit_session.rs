//! The steps of a hit without a run, from preparing to closing its session.

use std::pin::pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::unconstrained;
use tokio::time::sleep;

use crate::engine::dispatcher::actions::CancelReason;
use crate::engine::dispatcher::hit_recorder::HitCompletion;
use crate::engine::error::Error;
use crate::engine::panic_guard::{catch_panic, ignore_panic};
use crate::engine::stop_handle::StopHandle;
use crate::engine::stop_level::StopLevel;
use crate::engine::timer;
use crate::model::failure::Failure;
use crate::model::hammer::Hammer;
use crate::model::hit::{Hit, Slot};
use crate::model::outcome::Outcome;
use crate::model::peer::Peer;
use crate::model::peer::SlotTurn;
use crate::model::slot_notes::{NoteBuffer, SlotNotes, WorkerNotes};
use crate::model::worker_context::WorkerContext;
use crate::report::report::ByteCounts;
use crate::report::single_hit_result::SingleHitResult;

/// The time limit for closing the session.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
const PREPARE_PANICKED: &str = "the hammer panicked (see stderr)";

/// The settings of a hit without a run.
#[derive(Debug)]
pub(super) struct SingleHitSettings {
    pub(super) seed: u64,
    pub(super) timeout: Duration,
    pub(super) stop: StopHandle,
}

/// A hit without a run, in a runtime of its own.
pub(super) struct SingleHitSession<'a, H: Hammer> {
    hammer: &'a H,
    settings: &'a SingleHitSettings,
    notes: WorkerNotes,
    hit: Hit,
    started: Instant,
    session: Option<H::Session>,
}

impl<'a, H: Hammer> SingleHitSession<'a, H> {
    /// Creates the slot of a hit, within its runtime.
    pub(super) fn new(hammer: &'a H, settings: &'a SingleHitSettings) -> Self {
        let notes = WorkerNotes {
            buffer: Rc::new(NoteBuffer::new()),
            locals: Rc::default(),
            peers: Rc::default(),
            clock: timer::now,
        };
        let hit = Hit {
            number: 0,
            due: Duration::ZERO,
            slot: only_slot(settings.seed, &notes),
        };
        Self {
            hammer,
            settings,
            notes,
            hit,
            started: timer::now(),
            session: None,
        }
    }

    /// Takes all steps, and collects the notes of the hammer.
    pub(super) async fn run(mut self) -> Result<SingleHitResult, Error> {
        let mut result = SingleHitResult::unsent();
        let ended = self.take_steps(&mut result).await;
        self.notes.locals.clear();
        self.notes.buffer.drain(|notes| result.take_notes(notes));
        ended.map(|()| result)
    }

    async fn take_steps(&mut self, result: &mut SingleHitResult) -> Result<(), Error> {
        let slot = only_slot(self.settings.seed, &self.notes);
        let context = WorkerContext::new(slot, |_, _| ());
        if !self.prepare(&context).await? {
            return Ok(());
        }
        if let Some(completion) = self.complete().await {
            let peer = self.hit.slot.notes.current_peer();
            result.address = peer.and_then(Peer::address);
            record(result, &completion, self.started, timer::now());
            if !matches!(completion, HitCompletion::Answered(_)) {
                let session = self.session.take();
                ignore_panic(|| drop(session));
            }
        }
        self.settle(&context).await;
        self.close().await;
        Ok(())
    }

    /// Waits for a stop. The budget of the task does not apply, since a hit may have used it up.
    fn stopped(&self) -> impl Future<Output = ()> + use<H> {
        let stop = self.settings.stop.clone();
        unconstrained(async move {
            stop.wait_beyond(StopLevel::Run).await;
        })
    }

    /// Lets the hammer prepare, and returns false if a stop interrupts it.
    async fn prepare(&self, context: &WorkerContext) -> Result<bool, Error> {
        let preparing = pin!(async { Ok(self.hammer.prepare(context).await) });
        let ready = tokio::select! {
            biased;
            ready = catch_panic(preparing) => ready,
            () = self.stopped() => return Ok(false),
        };
        match ready.unwrap_or_else(|_| Err(PREPARE_PANICKED.into())) {
            Ok(()) => Ok(!self.settings.stop.is_requested()),
            Err(error) => Err(Error::prepare_failed(error)),
        }
    }

    /// Opens the session and hits the target. Returns `None` if a stop came before the hit.
    async fn complete(&mut self) -> Option<HitCompletion> {
        let (stopped, timeout) = (self.stopped(), self.settings.timeout);
        let reason = tokio::select! {
            biased;
            result = self.attempt() => match result {
                Ok(outcome) => return Some(HitCompletion::Answered(outcome)),
                Err(failure) => return Some(HitCompletion::Failed(failure)),
            },
            () = stopped => CancelReason::Abandon,
            () = unconstrained(sleep(timeout)) => CancelReason::TimeOut,
        };
        let has_session = self.session.is_some();
        if reason == CancelReason::Abandon && !has_session {
            return None;
        }
        let completion = HitCompletion::canceled(reason, &self.hit.slot, has_session);
        self.report_missed(completion.missed_reason());
        Some(completion)
    }

    async fn attempt(&mut self) -> Result<Outcome, Failure> {
        self.hit.slot.notes.start_phase(timer::now());
        // The blocks make the calls themselves part of what is caught.
        let opened = catch_panic(pin!(async { self.hammer.open(&self.hit.slot).await })).await;
        let session = match opened {
            Ok(session) => self.session.insert(session),
            Err(failure) => {
                self.report_missed(failure.name());
                return Err(failure);
            }
        };
        let started = timer::now();
        self.started = started;
        self.hit.slot.notes.start_phase(started);
        let hit = &mut self.hit;
        catch_panic(pin!(async { self.hammer.hit(session, hit).await })).await
    }

    /// Reports to the hammer that the hit ended without it.
    fn report_missed(&self, reason: &'static str) {
        ignore_panic(|| self.hammer.missed(&self.hit, reason));
    }

    /// Lets the hammer settle, within the timeout.
    async fn settle(&self, context: &WorkerContext) {
        context.slot().notes.start_phase(timer::now());
        let settling = self.hammer.settle(context);
        self.finish(settling, self.settings.timeout).await;
    }

    /// Closes the session, if it is still open.
    async fn close(&mut self) {
        if let Some(session) = self.session.take() {
            let closing = self.hammer.close(session);
            self.finish(closing, CLOSE_TIMEOUT).await;
        }
    }

    /// Waits for a step after the hit until a stop, or until `limit` is over.
    async fn finish(&self, step: impl Future<Output = ()>, limit: Duration) {
        let step = pin!(async {
            step.await;
            Ok(())
        });
        tokio::select! {
            biased;
            () = self.stopped() => {}
            _ = catch_panic(step) => {}
            () = unconstrained(sleep(limit)) => {}
        }
    }
}

/// Creates the only slot.
pub(super) fn only_slot(seed: u64, notes: &WorkerNotes) -> Slot {
    Slot {
        index: 0,
        worker: 0,
        workers: 1,
        seed,
        closed_loop: true,
        turn: SlotTurn {
            turn: 0,
            slots: 0,
            is_user_pool: false,
            peers: notes.peers.clone(),
        },
        notes: Rc::new(SlotNotes::new(notes.clone())),
    }
}

/// Records the end of a hit that started at `started`.
fn record(
    result: &mut SingleHitResult,
    completion: &HitCompletion,
    started: Instant,
    ended: Instant,
) {
    result.result = completion.result();
    result.label = completion.label();
    match completion {
        HitCompletion::Answered(outcome) => {
            result.service = Some(ended.saturating_duration_since(started));
            result.bytes = ByteCounts {
                sent: outcome.sent,
                received: outcome.received,
            };
        }
        HitCompletion::Failed(failure) | HitCompletion::TimedOut(failure) => {
            result.advice = failure.advice().map(str::to_owned);
        }
        HitCompletion::Abandoned => {}
    }
}
