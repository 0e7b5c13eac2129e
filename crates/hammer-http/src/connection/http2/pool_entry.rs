//! A place for one shared connection, and the slots that wait for it.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;

use hammer_core::{Failure, Peer, Slot, StepTimes};
use hammer_net::FirstAddress;
use tokio::sync::Notify;

use super::connection::Http2Connection;

/// The failure to open a connection, and the address that it was to lead to.
#[derive(Clone, Copy)]
struct OpeningFailure {
    failure: Failure,
    peer: Option<Peer>,
}

/// The progress of the opening of a connection.
#[derive(Clone, Copy, Default)]
struct OpeningProgress {
    steps: StepTimes,
    /// The address that does not answer.
    peer: Option<Peer>,
}

impl OpeningProgress {
    fn of(opener: &Slot) -> Self {
        Self {
            steps: opener.step_times(),
            peer: opener.current_peer(),
        }
    }
}

/// A place for one connection, which one slot at a time opens.
#[derive(Default)]
pub(super) struct PoolEntry {
    /// The number of the entry in its pool, which selects the address of its connection.
    number: usize,
    connection: RefCell<Option<Rc<Http2Connection>>>,
    /// The slot that opens the connection.
    opener: RefCell<Option<Slot>>,
    /// The progress of the last opening, which matters if a timeout ended it.
    abandoned: Cell<OpeningProgress>,
    /// Number of failed attempts to open the connection, and the last failure.
    failures: Cell<(u64, Option<OpeningFailure>)>,
    /// The tickets of the slots that wait, the latest one last.
    waiting: RefCell<Vec<u64>>,
    next_ticket: Cell<u64>,
    changed: Notify,
}

impl PoolEntry {
    pub(super) fn numbered(number: usize) -> Self {
        Self {
            number,
            ..Self::default()
        }
    }

    /// The address that its connection tries first. Each worker begins at another one.
    pub(super) fn first_address(&self, slot: &Slot) -> FirstAddress {
        FirstAddress::Numbered(self.number + slot.worker())
    }

    pub(super) fn connection(&self) -> Option<Rc<Http2Connection>> {
        self.connection.borrow().clone()
    }

    pub(super) fn set_connection(&self, connection: Rc<Http2Connection>) {
        *self.connection.borrow_mut() = Some(connection);
    }

    pub(super) fn usable(&self) -> Option<Rc<Http2Connection>> {
        let connection = self.connection.borrow();
        connection
            .as_ref()
            .filter(|connection| connection.is_usable())
            .cloned()
    }

    /// Reports whether the entry has a connection without a free stream.
    pub(super) fn is_full(&self) -> bool {
        let connection = self.connection.borrow();
        let is_full =
            |connection: &Rc<Http2Connection>| connection.is_usable() && !connection.has_room();
        connection.as_ref().is_some_and(is_full)
    }

    pub(super) fn is_opening(&self) -> bool {
        self.opener.borrow().is_some()
    }

    /// Records that `slot` could not open the connection, for the slots that wait for it.
    pub(super) fn record_failure(&self, failure: Failure, slot: &Slot) {
        let (count, _) = self.failures.get();
        let peer = slot.current_peer();
        self.failures
            .set((count + 1, Some(OpeningFailure { failure, peer })));
    }

    /// The progress of the present opening, or of the last one.
    fn progress(&self) -> OpeningProgress {
        let opener = self.opener.borrow();
        let abandoned = || self.abandoned.get();
        opener.as_ref().map_or_else(abandoned, OpeningProgress::of)
    }

    /// Waits for a change of the entry. If `slot` times out, that is due to a step of the opening, and
    /// to its address.
    async fn wait_for_change(&self, slot: &Slot) {
        let mut changed = pin!(self.changed.notified());
        poll_fn(|cx| {
            let progress = self.progress();
            slot.set_step_times(progress.steps);
            if let Some(peer) = progress.peer {
                slot.set_peer(peer);
            }
            changed.as_mut().poll(cx)
        })
        .await;
    }

    /// Waits until the slot that opens the connection is done, or `is_obsolete` returns true.
    ///
    /// If that slot gave up because its hit timed out, returns for the newest waiting slot, which has
    /// the most time left to open the connection. The others would give up soon after, each with a
    /// connection that the target had no time to answer.
    ///
    /// # Errors
    ///
    /// If the connection could not be opened.
    pub(super) async fn wait_for_opening(
        &self,
        is_obsolete: impl Fn() -> bool,
        slot: &Slot,
    ) -> Result<(), Failure> {
        let ticket = WaitTicket::take(self);
        let (failures_before, _) = self.failures.get();
        loop {
            self.wait_for_change(slot).await;
            if let (failures, Some(opening)) = self.failures.get()
                && failures > failures_before
            {
                slot.end_steps();
                if let Some(peer) = opening.peer {
                    slot.set_peer(peer);
                }
                return Err(opening.failure);
            }
            if self.usable().is_some() || is_obsolete() || (!self.is_opening() && ticket.is_last())
            {
                return Ok(());
            }
        }
    }
}

/// Marks an entry as being opened; on drop, wakes the slots that wait for it.
pub(super) struct OpeningGuard<'a>(&'a PoolEntry);

impl<'a> OpeningGuard<'a> {
    pub(super) fn begin(entry: &'a PoolEntry, slot: &Slot) -> Self {
        *entry.opener.borrow_mut() = Some(slot.clone());
        Self(entry)
    }
}

impl Drop for OpeningGuard<'_> {
    fn drop(&mut self) {
        let progress = self.0.progress();
        self.0.opener.take();
        self.0.abandoned.set(progress);
        self.0.changed.notify_waiters();
    }
}

/// The place of a slot among those that wait for an entry.
struct WaitTicket<'a> {
    entry: &'a PoolEntry,
    number: u64,
}

impl<'a> WaitTicket<'a> {
    fn take(entry: &'a PoolEntry) -> Self {
        let number = entry.next_ticket.get();
        entry.next_ticket.set(number + 1);
        entry.waiting.borrow_mut().push(number);
        Self { entry, number }
    }

    fn is_last(&self) -> bool {
        self.entry.waiting.borrow().last() == Some(&self.number)
    }
}

impl Drop for WaitTicket<'_> {
    fn drop(&mut self) {
        let mut waiting = self.entry.waiting.borrow_mut();
        let was_last = waiting.last() == Some(&self.number);
        waiting.retain(|number| *number != self.number);
        drop(waiting);
        // The slot may have been the one to open the connection, and given up.
        if was_last && !self.entry.is_opening() {
            self.entry.changed.notify_waiters();
        }
    }
}
