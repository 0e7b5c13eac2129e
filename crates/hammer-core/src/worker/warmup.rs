use std::time::Duration;

use tokio::time::Instant;

use super::{Peaks, Pending, Worker};
use crate::Hammer;
use crate::hit::FIRST_WARM;
use crate::schedule::Share;

/// What is swung before the clock starts, and kept out of every number.
pub(super) struct Warmup {
    share: Share,
    length: Duration,
}

impl Warmup {
    pub(super) fn new(share: Share, length: Duration) -> Self {
        Self {
            share: share.numbered_from(FIRST_WARM),
            length,
        }
    }
}

impl Pending {
    /// Whether it belongs to the warm-up, and counts nowhere.
    pub(super) fn is_warm(&self) -> bool {
        self.number >= FIRST_WARM
    }
}

impl<H: Hammer> Worker<H> {
    /// Begins with the warm-up if there is one, from the start on: the schedule waits.
    pub(super) fn warm_up(&self) {
        if let Some(Warmup { share, length }) = self.warmup.take() {
            self.warm_until.set(Some(length));
            self.after_warmup.set(Some(self.share.replace(share)));
        }
    }

    /// Ends the warm-up at `elapsed` if its time is over or it was `stopped`; the clock starts, and
    /// what was seen until now is forgotten.
    pub(super) fn end_warm_up(&self, elapsed: Duration, stopped: bool) -> bool {
        let Some(end) = self.warm_until.get() else {
            return false;
        };
        if elapsed < end && !stopped {
            return false;
        }
        let start = if elapsed < end {
            Instant::now()
        } else {
            self.start.get() + end
        };
        self.start.set(start);
        self.warm_until.set(None);
        if let Some(share) = self.after_warmup.take() {
            self.share.replace(share);
        }
        self.interval.borrow_mut().forget_warm_up();
        self.peaks.set(Peaks::default());
        self.link.measuring();
        true
    }
}
