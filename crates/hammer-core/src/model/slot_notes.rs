//! Notes that a hammer makes in a slot, as plain data.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::model::failure::Failure;
use crate::model::outcome::Label;
use crate::model::peer::{Peer, WorkerPeers};
use crate::model::playlist_item::{AnyPlaylistItem, PlaylistItem};
use crate::model::step_times::StepTimes;
use crate::model::worker_locals::WorkerSharedValues;

/// The notes that the hammer made in the slots of a worker since the engine last asked.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Phases that ended, with their durations.
    pub(crate) phases: Vec<(&'static str, Duration)>,
    /// Counters, and what to add to them.
    pub(crate) counts: Vec<(&'static str, u64)>,
    /// Facts, and their values.
    pub(crate) facts: Vec<(&'static str, Label)>,
    /// Settings of the hammer that a hit waited for.
    pub(crate) waits: Vec<&'static str>,
    /// Attempts to connect that ended; with the name of the failure, unless they succeeded.
    pub(crate) attempts: Vec<(Peer, Option<&'static str>)>,
}

/// The notes of a worker, until the engine folds them into its measurements.
#[derive(Debug, Default)]
pub(crate) struct NoteBuffer {
    notes: RefCell<Notes>,
    is_empty: Cell<bool>,
}

impl NoteBuffer {
    /// Creates an empty buffer.
    pub(crate) fn new() -> Self {
        let notes = RefCell::default();
        let is_empty = Cell::new(true);
        Self { notes, is_empty }
    }

    fn add(&self, add: impl FnOnce(&mut Notes)) {
        self.is_empty.set(false);
        add(&mut self.notes.borrow_mut());
    }

    /// Gives all notes to `fold`, which empties them, if there are any.
    pub(crate) fn drain(&self, fold: impl FnOnce(&mut Notes)) {
        if !self.is_empty.replace(true) {
            fold(&mut self.notes.borrow_mut());
        }
    }
}

/// The shared values and the notes of one worker, with the clock that times phases.
#[derive(Clone)]
pub(crate) struct WorkerNotes {
    pub(crate) buffer: Rc<NoteBuffer>,
    pub(crate) locals: Rc<WorkerSharedValues>,
    pub(crate) peers: Rc<WorkerPeers>,
    pub(crate) clock: fn() -> Instant,
}

/// The notes of a hammer in one slot.
pub(crate) struct SlotNotes {
    worker: WorkerNotes,
    phase_start: Cell<Instant>,
    muted: Cell<bool>,
    group: Cell<Option<usize>>,
    peer: Cell<Option<Peer>>,
    /// The steps of the opening in progress.
    step_times: Cell<StepTimes>,
    /// The item of the current hit.
    item: RefCell<Option<AnyPlaylistItem>>,
}

impl SlotNotes {
    /// Creates notes of a slot of `worker`, with phases that begin now.
    pub(crate) fn new(worker: WorkerNotes) -> Self {
        Self {
            phase_start: Cell::new((worker.clock)()),
            muted: Cell::new(false),
            group: Cell::new(None),
            peer: Cell::new(None),
            step_times: Cell::default(),
            item: RefCell::default(),
            worker,
        }
    }

    /// Creates notes for the same worker, with phases that begin now.
    pub(crate) fn with_separate_phases(&self) -> Self {
        Self::new(self.worker.clone())
    }

    /// The values shared by the slots of this worker.
    pub(crate) fn worker_locals(&self) -> &WorkerSharedValues {
        &self.worker.locals
    }

    /// Begins a phase at `now`.
    pub(crate) fn start_phase(&self, now: Instant) {
        self.phase_start.set(now);
    }

    /// The beginning of the current phase.
    pub(crate) fn phase_start(&self) -> Instant {
        self.phase_start.get()
    }

    /// Sets whether notes of the current hit are ignored.
    pub(crate) fn set_muted(&self, muted: bool) {
        self.muted.set(muted);
    }

    fn add(&self, add: impl FnOnce(&mut Notes)) {
        if !self.muted.get() {
            self.worker.buffer.add(add);
        }
    }

    /// Ends a phase and names it.
    pub(crate) fn mark(&self, phase: &'static str) {
        let now = (self.worker.clock)();
        let length = now.saturating_duration_since(self.phase_start.replace(now));
        self.add(|notes| notes.phases.push((phase, length)));
    }

    pub(crate) fn count(&self, counter: &'static str, n: u64) {
        self.add(|notes| match notes.counts.last_mut() {
            Some((last, sum)) if *last == counter => *sum += n,
            _ => notes.counts.push((counter, n)),
        });
    }

    pub(crate) fn fact(&self, name: &'static str, value: Label) {
        self.add(|notes| notes.facts.push((name, value)));
    }

    /// Notes a hit that waited for a limit of the hammer.
    pub(crate) fn waited_for(&self, setting: &'static str) {
        self.add(|notes| notes.waits.push(setting));
    }

    /// Returns the peer with this address.
    pub(crate) fn peer(&self, address: SocketAddr) -> Peer {
        self.worker.peers.peer(address)
    }

    /// Notes an attempt to connect that ended.
    pub(crate) fn connection_attempted(&self, peer: Peer, failure: Option<&'static str>) {
        self.add(|notes| notes.attempts.push((peer, failure)));
    }

    /// Sets the peer of the current hit.
    pub(crate) fn set_peer(&self, peer: Option<Peer>) {
        self.peer.set(peer);
    }

    /// The peer of the current hit, or of the last one.
    pub(crate) fn current_peer(&self) -> Option<Peer> {
        self.peer.get()
    }

    /// Sets the item of the current hit.
    pub(crate) fn set_item(&self, item: Option<AnyPlaylistItem>) {
        self.item.replace(item);
    }

    /// Drops the item of the hit that has ended, if it had one.
    pub(crate) fn forget_item(&self) {
        let mut item = self.item.borrow_mut();
        if item.is_some() {
            *item = None;
        }
    }

    /// The item of the current hit, if it is a `T`.
    pub(crate) fn item<T: Send + Sync + 'static>(&self) -> Option<PlaylistItem<T>> {
        self.item.borrow().as_ref()?.downcast()
    }

    /// Begins a step of an opening, with the failure of a timeout in it.
    pub(crate) fn begin_step(&self, timeout_failure: Failure) {
        let mut times = self.step_times.get();
        times.begin(timeout_failure, (self.worker.clock)());
        self.step_times.set(times);
    }

    /// Sets the steps of the opening in progress.
    pub(crate) fn set_step_times(&self, times: StepTimes) {
        self.step_times.set(times);
    }

    /// The steps of the opening in progress.
    pub(crate) fn step_times(&self) -> StepTimes {
        self.step_times.get()
    }

    /// The failure of a timeout now, if an opening is in progress.
    pub(crate) fn timeout_failure(&self) -> Option<Failure> {
        self.step_times.get().timeout_failure((self.worker.clock)())
    }

    /// The item of the current hit, whatever its type.
    pub(crate) fn any_item(&self) -> Option<AnyPlaylistItem> {
        self.item.borrow().clone()
    }

    /// Assigns the current hit to a group.
    pub(crate) fn set_group(&self, group: usize) {
        self.group.set(Some(group));
    }

    /// Takes the group of the hit that has ended.
    pub(crate) fn take_group(&self) -> Option<usize> {
        self.group.take()
    }
}
