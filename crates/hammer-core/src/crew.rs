use std::cell::Cell;
use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use crate::Slot;

/// How often progress is told at most.
const EVERY: Duration = Duration::from_millis(100);

/// All slots of one worker together: what a hammer gets ready before the first of them opens, and
/// settles after the last hit.
pub struct Crew {
    slot: Slot,
    tell: Box<dyn Fn(usize, usize)>,
    told: Cell<Option<Instant>>,
}

impl Crew {
    pub(crate) fn new(slot: Slot, tell: impl Fn(usize, usize) + 'static) -> Self {
        Self {
            slot,
            tell: Box::new(tell),
            told: Cell::default(),
        }
    }

    /// Stands for every slot of the worker: what is shared, counted and found out here is so for
    /// all of them. No hit runs in it, and its index says nothing.
    #[must_use]
    pub fn slot(&self) -> &Slot {
        &self.slot
    }

    /// Tells how much of `all` is ready here, for whoever watches.
    pub fn progress(&self, ready: usize, all: usize) {
        let now = Instant::now();
        let soon = self.told.get().is_some_and(|told| now < told + EVERY);
        if !soon || ready == all {
            self.told.set(Some(now));
            (self.tell)(ready, all);
        }
    }
}

impl fmt::Debug for Crew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crew").field("slot", &self.slot).finish()
    }
}
