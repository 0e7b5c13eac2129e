//! The channel between a worker and the task of a slot.

use std::cell::{Cell, RefCell};
use std::task::Waker;

use crate::engine::dispatcher::actions::CancelReason;
use crate::engine::dispatcher::due_hit::DueHit;

/// The channel between a worker and the task of a slot.
#[derive(Default)]
pub(super) struct SlotChannel {
    hit: Cell<Option<DueHit>>,
    cancel_reason: Cell<Option<CancelReason>>,
    waker: RefCell<Option<Waker>>,
}

impl SlotChannel {
    /// Gives a hit to an idle slot.
    pub(super) fn give(&self, hit: DueHit) {
        self.hit.set(Some(hit));
        self.wake();
    }

    /// Takes the hit that was given.
    pub(super) fn take_hit(&self) -> Option<DueHit> {
        self.hit.take()
    }

    /// Ends the current hit early.
    pub(super) fn cancel(&self, reason: CancelReason) {
        self.cancel_reason.set(Some(reason));
        self.wake();
    }

    /// Takes the reason for ending the current hit early, if there is one.
    pub(super) fn take_cancel_reason(&self) -> Option<CancelReason> {
        self.cancel_reason.take()
    }

    /// Sets the waker of the slot's task.
    pub(super) fn set_waker(&self, waker: Waker) {
        *self.waker.borrow_mut() = Some(waker);
    }

    /// Wakes the slot's task.
    pub(super) fn wake(&self) {
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }
}
