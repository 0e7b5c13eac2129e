//! The way to the display.

use std::sync::Arc;

use super::update_inbox::UpdateInbox;
use crate::live::live_update::LiveUpdate;

/// The way to a [`LiveDisplay`](crate::LiveDisplay), for any thread.
#[derive(Debug, Clone)]
pub struct LiveSender {
    inbox: Arc<UpdateInbox>,
}

impl LiveSender {
    pub(super) fn new(inbox: Arc<UpdateInbox>) -> Self {
        Self { inbox }
    }

    /// Sends an update. It never waits for the terminal: if the display falls behind, the
    /// oldest seconds become one, and the oldest lines of the log are skipped. After the end of the display, nothing happens.
    pub fn send(&self, update: LiveUpdate) {
        match update {
            LiveUpdate::Log(line) => drop(self.inbox.log(line)),
            update => self.inbox.push(update),
        }
    }

    /// Adds a line to the log, like [`LiveUpdate::Log`].
    ///
    /// Returns false if [`LiveDisplay::close`](crate::LiveDisplay::close) has taken the lines of the log.
    /// Then the terminal is restored, and the line has to be printed.
    #[must_use]
    pub fn log(&self, line: &str) -> bool {
        self.inbox.log(line.to_owned())
    }
}
