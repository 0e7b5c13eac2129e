use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tokio::time::Instant;

use crate::interval::Interval;

/// Measures the steps that a hammer names in one slot.
pub(crate) struct Phases {
    last: Cell<Instant>,
    muted: Cell<bool>,
    interval: Rc<RefCell<Box<Interval>>>,
}

impl Phases {
    pub(crate) fn new(interval: Rc<RefCell<Box<Interval>>>) -> Self {
        Self {
            last: Cell::new(Instant::now()),
            muted: Cell::new(false),
            interval,
        }
    }

    /// The next step begins at `now`.
    pub(crate) fn begin(&self, now: Instant) {
        self.last.set(now);
    }

    /// Whether the steps of the present hit are not to be counted.
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
}
