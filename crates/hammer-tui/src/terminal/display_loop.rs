//! The loop of the thread that draws.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use crossterm::cursor::Hide;
use crossterm::queue;
use crossterm::terminal::{Clear, ClearType};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect, Size};
use ratatui::{Terminal, TerminalOptions, Viewport};

use super::display_screen::DisplayScreen;
use super::frame_buffer::FrameBuffer;
use super::stop_callback::StopCallback;
use super::taken_terminal::{enter_screen, may_draw, stderr_size, write_to_terminal};
use super::update_inbox::UpdateInbox;
use super::update_queue::{TerminalInput, UpdateQueue};
use crate::screen::screen_settings::KeyAction;

/// The size of a terminal that does not report it.
const DEFAULT_SIZE: Size = Size {
    width: 80,
    height: 24,
};

/// Draws until the display has to end.
///
/// # Errors
///
/// If the terminal went away or was restored.
pub(super) fn run(
    screen: impl DisplayScreen,
    inbox: &Arc<UpdateInbox>,
    on_stop: StopCallback,
) -> io::Result<()> {
    let mut display = DisplayLoop {
        screen,
        on_stop,
        frame: FrameBuffer::default(),
        terminal: None,
        size: Size::default(),
        was_away: false,
    };
    enter_screen(false)?;
    display.draw()?;
    let mut last_frame = Instant::now();
    while let Some(queue) = inbox.next(last_frame, display.screen.frame_interval()) {
        // Without anything new, the time that is left has changed.
        let is_countdown = queue.delay().is_none();
        if display.take_in(queue)? || is_countdown {
            display.draw()?;
            last_frame = Instant::now();
        }
    }
    Ok(())
}

/// The state of the loop of the thread that draws.
struct DisplayLoop<S> {
    screen: S,
    on_stop: StopCallback,
    frame: FrameBuffer,
    /// The content of the terminal; `None` if it is unknown.
    terminal: Option<Terminal<CrosstermBackend<FrameBuffer>>>,
    size: Size,
    /// True if the shell may have used the terminal since the last frame.
    was_away: bool,
}

impl<S: DisplayScreen> DisplayLoop<S> {
    /// Takes what has happened, and returns true if a frame is due.
    fn take_in(&mut self, queue: UpdateQueue) -> io::Result<bool> {
        let mut is_due = !queue.updates.is_empty();
        for update in queue.updates {
            self.screen.apply(update);
        }
        for input in queue.input {
            match input {
                TerminalInput::Key(key) => match self.screen.on_key(key) {
                    KeyAction::None => continue,
                    KeyAction::Redraw | KeyAction::SayNoStop => {}
                    KeyAction::Clear => self.terminal = None,
                    KeyAction::Stop => self.on_stop.call(),
                },
                TerminalInput::Resized => {}
                TerminalInput::Continued => self.was_away = true,
            }
            is_due = true;
        }
        Ok(is_due)
    }

    /// Draws a frame, unless the process is in the background of its terminal.
    fn draw(&mut self) -> io::Result<()> {
        if !may_draw() {
            self.was_away = true;
            return Ok(());
        }
        if std::mem::take(&mut self.was_away) {
            enter_screen(true)?;
            self.terminal = None;
        }
        let size = stderr_size().unwrap_or(DEFAULT_SIZE);
        if size != self.size {
            self.size = size;
            self.terminal = None;
        }
        let terminal = match &mut self.terminal {
            Some(terminal) => terminal,
            unknown => {
                queue!(self.frame, Clear(ClearType::All), Hide)?;
                // With a fixed viewport, ratatui does not ask for the size: without a controlling
                // terminal, that would run a program.
                let viewport = Viewport::Fixed(Rect::from((Position::ORIGIN, size)));
                let backend = CrosstermBackend::new(self.frame.clone());
                unknown.insert(Terminal::with_options(
                    backend,
                    TerminalOptions { viewport },
                )?)
            }
        };
        terminal.draw(|frame| self.screen.draw(frame))?;
        write_to_terminal(&self.frame.take())
    }
}
