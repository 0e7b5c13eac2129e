use tokio::time::Instant;

use super::{PendingHit, Worker};
use crate::Hammer;
use crate::unsent_cause::UnsentCause;

impl<H: Hammer> Worker<H> {
    /// Leaves out a hit that was to start at `now`, if that is too late for it to be of use.
    pub(super) fn skips_late(&self, hit: PendingHit, now: Instant) -> bool {
        let Some(most) = self.config.skip_late else {
            return false;
        };
        let elapsed = now.saturating_duration_since(self.start.get());
        let late = !hit.is_warmup() && elapsed.saturating_sub(hit.due) > most;
        if late {
            self.record_unsent(hit, UnsentCause::Late);
        }
        late
    }

    /// Leaves out the hits at the front of the backlog that are too late by now.
    pub(super) fn skip_late_backlog(&self, now: Instant) {
        if self.config.skip_late.is_none() {
            return;
        }
        loop {
            let front = self.backlog.borrow().front().copied();
            if !front.is_some_and(|hit| self.skips_late(hit, now)) {
                return;
            }
            self.backlog.borrow_mut().pop_front();
            self.growth.hit_dequeued();
        }
    }
}
