//! The measurements that a worker takes of its hits.

use std::time::{Duration, Instant};

use crate::engine::dispatcher::actions::CancelReason;
use crate::engine::dispatcher::due_hit::{DueHit, HitId};
use crate::model::failure::Failure;
use crate::model::hit::Slot;
use crate::model::outcome::{Label, Outcome};
use crate::model::peer::Peer;
use crate::model::playlist_item::AnyPlaylistItem;
use crate::model::slot_notes::NoteBuffer;
use crate::report::event::HitRecord;
use crate::report::generator_report::GeneratorPeaks;
use crate::report::hit_counts::HitResult;
use crate::report::interval_stats::IntervalStats;
use crate::report::unsent_cause::UnsentCause;
use crate::schedule::shape::Shape;

/// The measurements of a worker since the last swap, and its peaks since the start.
pub(crate) struct HitRecorder {
    interval: Box<IntervalStats>,
    /// The shape, if hits are counted by stage.
    stages: Option<Shape>,
    peaks: WorkerPeaks,
    /// Sessions that are open.
    open_sessions: usize,
    /// Records of hits that have ended; `None` if they were not requested.
    records: Option<Vec<HitRecord>>,
    /// Finds the groups of hits that never start; `None` if hits have no groups.
    group_lookup: Option<GroupLookup>,
}

/// Finds the group of a hit that never starts, with its item if it has one.
pub(crate) type GroupLookup = Box<dyn Fn(HitId, Option<&AnyPlaylistItem>) -> Option<usize>>;

/// Peak figures of a worker.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WorkerPeaks {
    /// The most hits that it held at one time.
    pub(crate) held: GeneratorPeaks,
    /// The start of the last hit.
    pub(crate) last_start: Duration,
    /// The end of the schedule, or the stop of the run.
    pub(crate) schedule_end: Duration,
}

/// A started hit that has ended.
#[derive(Debug)]
pub(crate) struct EndedHit {
    pub(crate) id: HitId,
    pub(crate) started: Instant,
    pub(crate) group: Option<usize>,
    pub(crate) peer: Option<Peer>,
    pub(crate) completion: HitCompletion,
}

/// The end of a started hit.
#[derive(Debug)]
pub(crate) enum HitCompletion {
    Answered(Outcome),
    Failed(Failure),
    /// The timeout of the hit ended it.
    TimedOut(Failure),
    Abandoned,
}

impl HitCompletion {
    /// The end of a hit that was canceled; a timeout is named by the step that the hammer was at.
    #[cold]
    pub(crate) fn canceled(reason: CancelReason, slot: &Slot, has_session: bool) -> Self {
        let step = slot.timeout_failure();
        slot.end_steps();
        match (reason, has_session) {
            (CancelReason::Abandon, _) => Self::Abandoned,
            (CancelReason::TimeOut, true) => Self::TimedOut(step.unwrap_or(Failure::TIMEOUT)),
            (CancelReason::TimeOut, false) => {
                Self::TimedOut(step.unwrap_or(Failure::CONNECT_TIMEOUT))
            }
        }
    }

    /// The reason to report to a hammer whose hit ended without it.
    pub(crate) fn missed_reason(&self) -> &'static str {
        match self {
            Self::Failed(failure) | Self::TimedOut(failure) => failure.name(),
            Self::Answered(_) | Self::Abandoned => "abandoned",
        }
    }

    /// The result of the hit.
    pub(crate) fn result(&self) -> HitResult {
        match self {
            Self::Answered(outcome) if outcome.is_ok() => HitResult::Ok,
            Self::Answered(_) => HitResult::Rejected,
            Self::Failed(Failure::TIMEOUT | Failure::CONNECT_TIMEOUT) | Self::TimedOut(_) => {
                HitResult::TimedOut
            }
            Self::Failed(_) => HitResult::Failed,
            Self::Abandoned => HitResult::Abandoned,
        }
    }

    /// The label of the answer, or the name of the failure.
    pub(crate) fn label(&self) -> Option<Label> {
        match self {
            Self::Answered(outcome) => Some(outcome.label()),
            Self::Failed(failure) | Self::TimedOut(failure) => Some(Label::from(failure.name())),
            Self::Abandoned => None,
        }
    }

    /// Returns true if the hit failed before its timeout.
    pub(crate) fn failed_early(&self) -> bool {
        self.result() == HitResult::Failed
    }
}

impl HitRecorder {
    /// Creates a recorder that counts by the stages of `stages` if it is a shape, and that keeps a
    /// record of each hit if `log_hits` is true.
    pub(crate) fn new(stages: Option<Shape>, log_hits: bool) -> Self {
        Self {
            interval: IntervalStats::new(),
            stages,
            peaks: WorkerPeaks::default(),
            open_sessions: 0,
            records: log_hits.then(Vec::new),
            group_lookup: None,
        }
    }

    /// Counts hits by group. `lookup` finds the groups of those that never start.
    pub(crate) fn with_groups(mut self, lookup: Option<GroupLookup>) -> Self {
        self.group_lookup = lookup;
        self
    }

    /// Folds in what hammers have noted since the last call.
    #[inline]
    pub(crate) fn fold(&mut self, notes: &NoteBuffer) {
        notes.drain(|notes| self.interval.fold(notes));
    }

    /// The stage in which a hit was due, if there are several.
    fn stage_of(&self, due: Duration) -> Option<usize> {
        Some(self.stages.as_ref()?.stage_at(due))
    }

    /// Records a hit of an open loop that has become due, and is handled at `elapsed`.
    pub(super) fn scheduled(&mut self, hit: HitId, elapsed: Duration, read_late: bool) {
        let stage = self.stage_of(hit.due);
        self.interval.hits.scheduled += 1;
        self.interval.schedule_lateness.record(elapsed - hit.due);
        if let Some(stage) = stage {
            self.interval.stages.entry(stage).hits.scheduled += 1;
        }
        if read_late {
            self.interval.count("read_late", 1);
        }
    }

    /// Records a hit of a closed loop, which is due when a slot takes it.
    pub(super) fn scheduled_by_slot(&mut self) {
        self.interval.hits.scheduled += 1;
    }

    /// Records that a hit joined the backlog, with all slots in use if `at_limit` is true.
    pub(super) fn waits_for_slot(&mut self, at_limit: bool) {
        self.interval.waited_at_limit += u64::from(at_limit);
    }

    /// Records the length of the backlog.
    pub(super) fn backlog_is(&mut self, hits: usize) {
        self.peaks.held.backlog = self.peaks.held.backlog.max(hits);
    }

    /// Records that a slot begins to open.
    pub(super) fn slot_opened(&mut self) {
        self.interval.slots_opened += 1;
    }

    /// Records that a session has opened.
    pub(crate) fn session_opened(&mut self) {
        self.interval.sessions_opened += 1;
        self.open_sessions += 1;
    }

    /// Records that an open session was closed or dropped.
    pub(crate) fn session_closed(&mut self) {
        self.open_sessions = self.open_sessions.saturating_sub(1);
    }

    /// Sessions that are open.
    pub(super) fn open_sessions(&self) -> usize {
        self.open_sessions
    }

    /// Records a hit that started at `elapsed`, as one of `in_flight`.
    pub(super) fn started(&mut self, hit: HitId, elapsed: Duration, in_flight: usize) {
        if hit.is_warmup() {
            return;
        }
        let stage = self.stage_of(hit.due);
        self.interval.started += 1;
        self.interval
            .lateness
            .record(elapsed.saturating_sub(hit.due));
        if let Some(stage) = stage {
            self.interval.stages.entry(stage).started += 1;
        }
        self.peaks.held.in_flight = self.peaks.held.in_flight.max(in_flight);
        self.peaks.last_start = elapsed;
    }

    /// Records a hit that ended at `elapsed`, which is `now`.
    pub(super) fn ended(&mut self, hit: &EndedHit, elapsed: Duration, now: Instant) {
        if hit.id.is_warmup() {
            return;
        }
        let response = elapsed.saturating_sub(hit.id.due);
        let service = now.saturating_duration_since(hit.started);
        let result = hit.completion.result();
        let answered = matches!(hit.completion, HitCompletion::Answered(_)).then_some(response);
        match &hit.completion {
            HitCompletion::Answered(outcome) => {
                self.interval.record_answer(*outcome, response, service);
            }
            HitCompletion::Failed(failure) | HitCompletion::TimedOut(failure) => {
                self.interval.record_failure(result, *failure);
            }
            HitCompletion::Abandoned => self.interval.hits.count(result),
        }
        if let Some(stage) = self.stage_of(hit.id.due) {
            let stages = &mut self.interval.stages;
            match answered {
                Some(_) => stages.record_answer(stage, result, response, service),
                None => stages.entry(stage).hits.count(result),
            }
        }
        if self.group_lookup.is_some() {
            self.interval.groups.count(hit.group, result, answered);
        }
        if let Some(peer) = hit.peer {
            let failure = match &hit.completion {
                HitCompletion::Failed(failure) | HitCompletion::TimedOut(failure) => {
                    Some(failure.name())
                }
                _ => None,
            };
            self.interval.addresses.count_hit(peer, result, failure);
        }
        if let Some(records) = &mut self.records {
            let label = hit.completion.label();
            records.push(HitRecord {
                number: hit.id.number,
                due: hit.id.due,
                result,
                label,
                group: hit.group,
                response: label.map(|_| response),
                service: label.map(|_| service),
            });
        }
    }

    /// Records a hit that will never start.
    pub(super) fn unsent(&mut self, hit: &DueHit, cause: UnsentCause) {
        let DueHit { id: hit, item } = hit;
        if hit.is_warmup() {
            return;
        }
        let lookup = self.group_lookup.as_ref();
        let group = lookup.and_then(|lookup| lookup(*hit, item.as_ref()));
        if lookup.is_some() {
            let groups = &mut self.interval.groups;
            groups.count(group, HitResult::Unsent, None);
        }
        self.interval.hits.count(HitResult::Unsent);
        self.interval.unsent.count(cause);
        if let Some(stage) = self.stage_of(hit.due) {
            let tally = self.interval.stages.entry(stage);
            tally.hits.count(HitResult::Unsent);
        }
        if let Some(records) = &mut self.records {
            records.push(HitRecord {
                number: hit.number,
                due: hit.due,
                result: HitResult::Unsent,
                label: None,
                group,
                response: None,
                service: None,
            });
        }
    }

    /// Forgets the peaks, and counts hits by the stages of another run, if it has several.
    pub(super) fn follow(&mut self, stages: Option<Shape>) {
        self.stages = stages;
        self.peaks = WorkerPeaks::default();
    }

    /// Records that no more hits become due after `elapsed`.
    pub(super) fn schedule_ended(&mut self, elapsed: Duration) {
        self.peaks.schedule_end = elapsed;
    }

    /// Drops the measurements of the warm-up.
    pub(super) fn forget_warm_up(&mut self) {
        self.interval.forget_warm_up();
        self.peaks = WorkerPeaks::default();
    }

    /// The measurements since the last swap.
    pub(crate) fn interval_mut(&mut self) -> &mut Box<IntervalStats> {
        &mut self.interval
    }

    /// The peaks since the start.
    pub(crate) fn peaks(&self) -> WorkerPeaks {
        self.peaks
    }

    /// The records of hits that have ended, if they were requested.
    pub(crate) fn records_mut(&mut self) -> Option<&mut Vec<HitRecord>> {
        self.records.as_mut()
    }
}
