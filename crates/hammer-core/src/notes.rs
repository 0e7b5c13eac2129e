use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tokio::time::Instant;

use crate::commons::Commons;
use crate::interval::Interval;
use crate::schedule::AnyItem;
use crate::{Item, Label};

/// What a hammer notes in one slot: the steps of its hits, counters, facts, and the row of a hit.
pub(crate) struct Notes {
    last: Cell<Instant>,
    muted: Cell<bool>,
    row: Cell<Option<usize>>,
    /// What a playlist has for the present hit, or the last one.
    item: RefCell<Option<AnyItem>>,
    interval: Rc<RefCell<Box<Interval>>>,
    commons: Rc<Commons>,
}

impl Notes {
    pub(crate) fn new(interval: Rc<RefCell<Box<Interval>>>, commons: Rc<Commons>) -> Self {
        Self {
            last: Cell::new(Instant::now()),
            muted: Cell::new(false),
            row: Cell::new(None),
            item: RefCell::default(),
            interval,
            commons,
        }
    }

    /// Notes to the same worker, of steps that begin now.
    pub(crate) fn apart(&self) -> Self {
        Self::new(self.interval.clone(), self.commons.clone())
    }

    /// What the slots of this worker share.
    pub(crate) fn commons(&self) -> &Commons {
        &self.commons
    }

    /// The next step begins at `now`.
    pub(crate) fn begin(&self, now: Instant) {
        self.last.set(now);
    }

    /// Whether nothing of the present hit is to be counted.
    pub(crate) fn mute(&self, muted: bool) {
        self.muted.set(muted);
    }

    /// The step that ends now is called `phase`.
    pub(crate) fn mark(&self, phase: &'static str) {
        let now = Instant::now();
        let length = now.saturating_duration_since(self.last.replace(now));
        if !self.muted.get() {
            self.interval.borrow_mut().phase(phase, length);
        }
    }

    pub(crate) fn count(&self, counter: &'static str, n: u64) {
        if !self.muted.get() {
            *self.interval.borrow_mut().counts.of(counter) += n;
        }
    }

    pub(crate) fn fact(&self, name: &'static str, value: Label) {
        if !self.muted.get() {
            *self.interval.borrow_mut().facts.of((name, value)) += 1;
        }
    }

    /// The hit that begins has this item.
    pub(crate) fn bring(&self, item: AnyItem) {
        self.item.replace(Some(item));
    }

    /// The item of the present hit.
    pub(crate) fn item<T: Send + Sync + 'static>(&self) -> Option<Item<T>> {
        self.item.borrow().as_ref()?.of()
    }

    /// The present hit belongs to this row.
    pub(crate) fn row(&self, row: usize) {
        self.row.set(Some(row));
    }

    /// The row of the hit that has ended.
    pub(crate) fn take_row(&self) -> Option<usize> {
        self.row.take()
    }
}
