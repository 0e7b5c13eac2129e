//! The screen that is drawn on the terminal.

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

    /// Draws everything.
    fn draw(&mut self, frame: &mut Frame<'_>);
}
