use tokio::time::Instant;

use super::{Pending, Worker};
use crate::Hammer;
use crate::unsent::Unsent;

impl<H: Hammer> Worker<H> {
    /// Leaves out a hit that was to start at `now`, if that is too late for it to be of use.
    pub(super) fn leaves_out(&self, hit: Pending, now: Instant) -> bool {
        let Some(most) = self.part.skip_late else {
            return false;
        };
        let elapsed = now.saturating_duration_since(self.start.get());
        let late = !hit.is_warm() && elapsed.saturating_sub(hit.due) > most;
        if late {
            self.unsent(hit, Unsent::Late);
        }
        late
    }

    /// Leaves out the hits at the front of the backlog that are too late by now.
    pub(super) fn leave_out_late(&self, now: Instant) {
        if self.part.skip_late.is_none() {
            return;
        }
        loop {
            let front = self.backlog.borrow().front().copied();
            if !front.is_some_and(|hit| self.leaves_out(hit, now)) {
                return;
            }
            self.backlog.borrow_mut().pop_front();
            self.growth.departed();
        }
    }
}
