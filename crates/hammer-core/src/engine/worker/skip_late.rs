//! Hits that are skipped because they are too late.

use tokio::time::Instant;

use super::{UnstartedHit, Worker};
use crate::model::hammer::Hammer;
use crate::report::unsent_cause::UnsentCause;

impl<H: Hammer> Worker<H> {
    /// Leaves a hit unsent if it is too late at `now`. Returns true if so.
    pub(super) fn skips_late(&self, hit: UnstartedHit, now: Instant) -> bool {
        let Some(limit) = self.config.skip_late else {
            return false;
        };
        let elapsed = now.saturating_duration_since(self.start.get());
        let late = !hit.is_warmup() && elapsed.saturating_sub(hit.due) > limit;
        if late {
            self.record_unsent(hit, UnsentCause::Late);
        }
        late
    }

    /// Leaves hits at the front of the backlog unsent that are too late at `now`.
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
