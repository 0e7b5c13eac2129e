//! Phases, counters, facts and the group that a hammer notes in a slot.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tokio::time::Instant;

use crate::model::outcome::Label;
use crate::model::playlist_item::AnyPlaylistItem;
use crate::model::playlist_item::PlaylistItem;
use crate::model::worker_locals::WorkerSharedValues;
use crate::report::interval_stats::IntervalStats;

/// The notes of a hammer in one slot: phases, counters, facts and the group of the current hit.
pub(crate) struct HitNotes {
    phase_start: Cell<Instant>,
    muted: Cell<bool>,
    group: Cell<Option<usize>>,
    /// The item of the current hit, or of the last one.
    item: RefCell<Option<AnyPlaylistItem>>,
    interval: Rc<RefCell<Box<IntervalStats>>>,
    worker_locals: Rc<WorkerSharedValues>,
}

impl HitNotes {
    pub(crate) fn new(
        interval: Rc<RefCell<Box<IntervalStats>>>,
        worker_locals: Rc<WorkerSharedValues>,
    ) -> Self {
        Self {
            phase_start: Cell::new(Instant::now()),
            muted: Cell::new(false),
            group: Cell::new(None),
            item: RefCell::default(),
            interval,
            worker_locals,
        }
    }

    /// Creates notes for the same worker, with phases that begin now.
    pub(crate) fn with_separate_phases(&self) -> Self {
        Self::new(self.interval.clone(), self.worker_locals.clone())
    }

    /// The values shared by the slots of this worker.
    pub(crate) fn worker_locals(&self) -> &WorkerSharedValues {
        &self.worker_locals
    }

    /// Begins a phase at `now`.
    pub(crate) fn start_phase(&self, now: Instant) {
        self.phase_start.set(now);
    }

    /// Sets whether notes of the current hit are ignored.
    pub(crate) fn set_muted(&self, muted: bool) {
        self.muted.set(muted);
    }

    /// Ends a phase and names it.
    pub(crate) fn mark(&self, phase: &'static str) {
        let now = Instant::now();
        let length = now.saturating_duration_since(self.phase_start.replace(now));
        if !self.muted.get() {
            self.interval.borrow_mut().record_phase(phase, length);
        }
    }

    pub(crate) fn count(&self, counter: &'static str, n: u64) {
        if !self.muted.get() {
            *self.interval.borrow_mut().counts.entry(counter) += n;
        }
    }

    /// Counts a hit that waited for a limit of the hammer's own.
    pub(crate) fn waited_for(&self, setting: &'static str) {
        if !self.muted.get() {
            *self.interval.borrow_mut().waited_for.entry(setting) += 1;
        }
    }

    pub(crate) fn fact(&self, name: &'static str, value: Label) {
        if !self.muted.get() {
            *self.interval.borrow_mut().facts.entry((name, value)) += 1;
        }
    }

    /// Sets the item of the current hit.
    pub(crate) fn set_item(&self, item: AnyPlaylistItem) {
        self.item.replace(Some(item));
    }

    /// The item of the current hit, if it is a `T`.
    pub(crate) fn item<T: Send + Sync + 'static>(&self) -> Option<PlaylistItem<T>> {
        self.item.borrow().as_ref()?.downcast()
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
