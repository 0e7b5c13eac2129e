//! The screen of a run.

use std::time::{Duration, Instant};

use crossterm::event::KeyEvent;
use ratatui::Frame;

use super::display_screen::DisplayScreen;
use crate::live::live_run::LiveRun;
use crate::live::live_update::LiveUpdate;
use crate::run_view::run_view::RunView;
use crate::screen;
use crate::screen::screen_settings::{KeyAction, ScreenSettings};
use crate::screen::theme::Theme;

/// The time between two frames of a countdown.
const COUNTDOWN_INTERVAL: Duration = Duration::from_secs(1);

/// The screen of a run, with what the person who watches has chosen.
#[derive(Debug)]
pub(super) struct RunScreen {
    view: RunView,
    /// The figures at the instant at which the screen was frozen, while it is. The view goes on.
    frozen: Option<Box<RunView>>,
    settings: ScreenSettings,
    theme: Theme,
}

impl RunScreen {
    pub(super) fn new(run: LiveRun) -> Self {
        Self {
            view: RunView::new(run),
            frozen: None,
            settings: ScreenSettings::default(),
            theme: Theme::from_environment(),
        }
    }

    /// The figures that are shown.
    fn shown(&self) -> &RunView {
        self.frozen.as_deref().unwrap_or(&self.view)
    }
}

impl DisplayScreen for RunScreen {
    fn apply(&mut self, update: LiveUpdate) {
        self.view.apply(update);
    }

    fn on_key(&mut self, key: KeyEvent) -> KeyAction {
        let run = self.frozen.as_deref().unwrap_or(&self.view);
        let action = self.settings.on_key(key, run);
        if self.settings.is_frozen {
            self.frozen
                .get_or_insert_with(|| Box::new(self.view.clone()));
        } else {
            self.frozen = None;
        }
        action
    }

    fn frame_interval(&self) -> Option<Duration> {
        let is_frozen = self.frozen.is_some();
        (!is_frozen && self.view.counts_down(Instant::now())).then_some(COUNTDOWN_INTERVAL)
    }

    fn draw(&mut self, frame: &mut Frame<'_>) {
        screen::draw(frame, self.shown(), &self.settings, &self.theme);
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;
    use crate::testing::steps_run;

    fn press(screen: &mut RunScreen, key: char) {
        screen.on_key(KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE));
    }

    #[test]
    fn space_freezes_what_is_shown_while_updates_go_on() {
        let mut screen = RunScreen::new(steps_run());
        press(&mut screen, ' ');
        screen.apply(LiveUpdate::Stopping("stopping".into()));
        assert_eq!(screen.shown().stopping, None);
        press(&mut screen, '?');
        assert_eq!(screen.shown().stopping, None);
        press(&mut screen, '?');
        press(&mut screen, ' ');
        assert!(screen.shown().stopping.is_some());
    }
}
