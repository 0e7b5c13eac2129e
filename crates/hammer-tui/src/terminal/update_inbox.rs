//! The inbox of the display.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::bounded_log::BoundedLog;
use super::update_queue::{TerminalInput, UpdateQueue};
use crate::live::live_update::LiveUpdate;

/// The inbox of the display. Only the display waits at it.
#[derive(Debug, Default)]
pub(super) struct UpdateInbox {
    state: Mutex<InboxState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct InboxState {
    queue: UpdateQueue,
    log: BoundedLog,
    /// True once the display has to end, or has ended.
    is_closed: bool,
    /// True once the thread of the display has ended.
    has_ended: bool,
}

impl UpdateInbox {
    /// Adds an update, unless the display has ended.
    pub(super) fn push(&self, update: LiveUpdate) {
        let mut state = self.lock();
        if !state.is_closed && state.queue.push(update) {
            self.changed.notify_all();
        }
    }

    /// Adds a line to the log. Returns false if the display has ended, and the line is not kept.
    pub(super) fn log(&self, line: String) -> bool {
        let mut state = self.lock();
        if state.is_closed {
            return false;
        }
        state.log.push(&line);
        if state.queue.push(LiveUpdate::Log(line)) {
            self.changed.notify_all();
        }
        true
    }

    /// Keeps a line that is printed after the display, even if the display has ended.
    pub(super) fn keep(&self, line: &str) {
        self.lock().log.push(line);
    }

    /// Adds input of the terminal.
    pub(super) fn push_input(&self, input: TerminalInput) {
        if self.lock().queue.push_input(input) {
            self.changed.notify_all();
        }
    }

    /// Waits until the frame after the one at `last_frame` is due, and takes what it has to show, which is
    /// nothing after the `interval` of a countdown. Returns `None` if the display has to end.
    pub(super) fn next(
        &self,
        last_frame: Instant,
        interval: Option<Duration>,
    ) -> Option<UpdateQueue> {
        let mut state = self.lock();
        loop {
            if state.is_closed {
                return None;
            }
            let delay = state.queue.delay().or(interval);
            let due = delay.map(|delay| last_frame + delay);
            let left = due.map(|due| due.saturating_duration_since(Instant::now()));
            state = match left {
                Some(Duration::ZERO) => return Some(std::mem::take(&mut state.queue)),
                Some(left) => {
                    let waited = self.changed.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let waited = self.changed.wait(state);
                    waited.unwrap_or_else(PoisonError::into_inner)
                }
            };
        }
    }

    /// Makes the display end.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        state.queue = UpdateQueue::default();
        self.changed.notify_all();
    }

    /// Records that the thread of the display has ended.
    pub(super) fn set_ended(&self) {
        self.lock().has_ended = true;
        self.close();
    }

    /// Waits until the thread of the display has ended, but no longer than `limit`.
    pub(super) fn wait_for_end(&self, limit: Duration) {
        let is_running = |state: &mut InboxState| !state.has_ended;
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), limit, is_running);
        drop(waited);
    }

    /// Takes the lines of the log.
    pub(super) fn take_log(&self) -> Vec<String> {
        self.lock().log.take()
    }

    fn lock(&self) -> MutexGuard<'_, InboxState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_a_countdown_is_due_although_nothing_happened() {
        let inbox = UpdateInbox::default();
        let last_frame = Instant::now();
        let interval = Duration::from_millis(30);
        let queue = inbox.next(last_frame, Some(interval)).expect("a frame");
        assert!(last_frame.elapsed() >= interval);
        assert!(queue.updates.is_empty() && queue.delay().is_none());
    }
}
