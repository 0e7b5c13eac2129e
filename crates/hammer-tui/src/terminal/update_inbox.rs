//! The inbox of the display.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::bounded_log::BoundedLog;
use super::update_queue::{TerminalInput, UpdateQueue};
use crate::live::live_update::LiveUpdate;

/// The time after the first update in which the display waits for more: those of a tick, and of the ticks
/// of other loads, come one after the other.
const SETTLE_TIME: Duration = Duration::from_millis(20);

/// The inbox of the display. Only the display waits at it.
#[derive(Debug, Default)]
pub(super) struct UpdateInbox {
    state: Mutex<InboxState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct InboxState {
    queue: UpdateQueue,
    /// The time of the first update in the queue.
    first_update: Option<Instant>,
    log: BoundedLog,
    /// True once the lines of the log were taken, to be printed.
    is_log_taken: bool,
    /// True once the display has to end, or has ended.
    is_closed: bool,
    /// True once the thread of the display has ended.
    has_ended: bool,
    /// The reason for which the display has ended by itself.
    end_reason: Option<String>,
}

impl InboxState {
    /// Adds an update. Returns true if the next frame is due earlier than before.
    fn push(&mut self, update: LiveUpdate) -> bool {
        self.first_update.get_or_insert_with(Instant::now);
        self.queue.push(update)
    }

    fn take_queue(&mut self) -> UpdateQueue {
        self.first_update = None;
        std::mem::take(&mut self.queue)
    }

    /// The time of the next frame, or `None` if nothing waits.
    fn due(&self, last_frame: Instant, interval: Option<Duration>) -> Option<Instant> {
        let delay = self.queue.delay().or(interval)?;
        let due = last_frame + delay;
        Some(match self.first_update {
            // Input does not wait.
            Some(first) if !delay.is_zero() => due.max(first + SETTLE_TIME),
            _ => due,
        })
    }
}

impl UpdateInbox {
    /// Adds an update, unless the display has ended.
    pub(super) fn push(&self, update: LiveUpdate) {
        let mut state = self.lock();
        if !state.is_closed && state.push(update) {
            self.changed.notify_all();
        }
    }

    /// Adds a line to the log, also while the display ends: a line that is printed before the terminal
    /// is restored would be lost. Returns false if the lines of the log were taken before.
    pub(super) fn log(&self, line: String) -> bool {
        let mut state = self.lock();
        if state.is_log_taken {
            return false;
        }
        state.log.push(&line);
        if !state.is_closed && state.push(LiveUpdate::Log(line)) {
            self.changed.notify_all();
        }
        true
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
            let due = state.due(last_frame, interval);
            let left = due.map(|due| due.saturating_duration_since(Instant::now()));
            state = match left {
                Some(Duration::ZERO) => return Some(state.take_queue()),
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

    /// Makes the display end by itself. The first reason counts.
    pub(super) fn end(&self, reason: String) {
        self.lock().end_reason.get_or_insert(reason);
        self.close();
    }

    /// The reason for which the display has ended by itself, once its thread has ended.
    pub(super) fn end_reason(&self) -> Option<String> {
        let state = self.lock();
        let reason = state.end_reason.as_ref().filter(|_| state.has_ended);
        reason.cloned()
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

    /// Takes the lines of the log. Later lines are refused.
    pub(super) fn take_log(&self) -> Vec<String> {
        let mut state = self.lock();
        state.is_log_taken = true;
        state.log.take()
    }

    fn lock(&self) -> MutexGuard<'_, InboxState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The thresholds of a tick came after its figures, in a frame of their own.
    #[test]
    fn the_updates_of_a_tick_are_drawn_in_one_frame_and_input_at_once() {
        let mut state = InboxState::default();
        let long_ago = Instant::now()
            .checked_sub(Duration::from_secs(1))
            .expect("a time");
        assert_eq!(state.due(long_ago, None), None);
        state.push(LiveUpdate::Draining { load: 0 });
        let first = state.first_update.expect("an update");
        assert_eq!(state.due(long_ago, None), Some(first + SETTLE_TIME));
        state.push(LiveUpdate::Thresholds(vec![]));
        assert_eq!(state.due(long_ago, None), Some(first + SETTLE_TIME));
        state.queue.push_input(TerminalInput::Resized);
        assert_eq!(state.due(long_ago, None), Some(long_ago));
        assert_eq!(state.take_queue().updates.len(), 2);
        assert_eq!(state.first_update, None);
    }

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
