//! The screen that is drawn on the terminal.

use std::time::Duration;

use crossterm::event::KeyEvent;
use ratatui::Frame;

use crate::live::live_update::LiveUpdate;
use crate::screen::screen_settings::KeyAction;

/// The screen that is drawn on the terminal, on the thread of the display.
pub(super) trait DisplayScreen {
    /// Takes what has happened.
    fn apply(&mut self, update: LiveUpdate);

    /// Takes a key, and returns what it demands.
    fn on_key(&mut self, key: KeyEvent) -> KeyAction;

    /// The time after which another frame is due although nothing happened, if the frame shows a time that
    /// is left.
    fn frame_interval(&self) -> Option<Duration> {
        None
    }

    /// Draws everything.
    fn draw(&mut self, frame: &mut Frame<'_>);
}
