use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tokio::time::Instant;

use crate::interval_stats::IntervalStats;
use crate::schedule::AnyPlaylistItem;
use crate::worker_locals::WorkerLocals;
use crate::{Label, PlaylistItem};

/// What a hammer notes in one slot: the steps of its hits, counters, facts, and the row of a hit.
pub(crate) struct HitNotes {
    phase_start: Cell<Instant>,
    muted: Cell<bool>,
    group: Cell<Option<usize>>,
    /// What a playlist has for the present hit, or the last one.
    item: RefCell<Option<AnyPlaylistItem>>,
    interval: Rc<RefCell<Box<IntervalStats>>>,
    worker_locals: Rc<WorkerLocals>,
}

impl HitNotes {
    pub(crate) fn new(
        interval: Rc<RefCell<Box<IntervalStats>>>,
        worker_locals: Rc<WorkerLocals>,
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

    /// Notes to the same worker, of steps that begin now.
    pub(crate) fn with_separate_phases(&self) -> Self {
        Self::new(self.interval.clone(), self.worker_locals.clone())
    }

    /// What the slots of this worker share.
    pub(crate) fn worker_locals(&self) -> &WorkerLocals {
        &self.worker_locals
    }

    /// The next step begins at `now`.
    pub(crate) fn start_phase(&self, now: Instant) {
        self.phase_start.set(now);
    }

    /// Whether nothing of the present hit is to be counted.
    pub(crate) fn set_muted(&self, muted: bool) {
        self.muted.set(muted);
    }

    /// The step that ends now is called `phase`.
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

    pub(crate) fn fact(&self, name: &'static str, value: Label) {
        if !self.muted.get() {
            *self.interval.borrow_mut().facts.entry((name, value)) += 1;
        }
    }

    /// The hit that begins has this item.
    pub(crate) fn set_item(&self, item: AnyPlaylistItem) {
        self.item.replace(Some(item));
    }

    /// The item of the present hit.
    pub(crate) fn item<T: Send + Sync + 'static>(&self) -> Option<PlaylistItem<T>> {
        self.item.borrow().as_ref()?.downcast()
    }

    /// The present hit belongs to this row.
    pub(crate) fn set_group(&self, group: usize) {
        self.group.set(Some(group));
    }

    /// The row of the hit that has ended.
    pub(crate) fn take_group(&self) -> Option<usize> {
        self.group.take()
    }
}
