//! The choices of the person who watches.

use std::cell::Cell;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use hammer_diagnostic::TimeUnit;

use super::clock_text::clock_text;
use super::screen_notice::ScreenNotice;
use super::tab::Tab;
use crate::run_view::run_view::RunView;

/// The seconds that charts can show, from the longest; the first is the whole run.
const ZOOMS: [Option<u64>; 7] = [
    None,
    Some(3_600),
    Some(900),
    Some(300),
    Some(120),
    Some(60),
    Some(30),
];

/// Lines that a page key scrolls.
const PAGE_LINES: isize = 10;

/// The choices of the person who watches. None of them changes the load.
#[derive(Debug, Clone, Default)]
pub(crate) struct ScreenSettings {
    pub(crate) tab: Tab,
    /// The index of the load that is shown.
    pub(crate) load: usize,
    /// True while the screen shows the figures of the instant at which it was frozen. The caller keeps
    /// a copy of them, and draws that.
    pub(crate) is_frozen: bool,
    /// The last seconds that charts show; `None` is the whole run.
    pub(crate) zoom: Option<u64>,
    pub(crate) scale: ChartScale,
    pub(crate) times: ShownTimes,
    /// The unit of all times; `None` chooses one that fits.
    pub(crate) unit: Option<TimeUnit>,
    pub(crate) is_help_open: bool,
    /// Lines of the log after the last one that is shown; 0 follows the log.
    pub(crate) log_offset: usize,
    /// Lines of the tabs of results and of the generator before the first that is shown.
    pub(crate) skipped_lines: usize,
    /// The most lines that can be skipped, as the last drawing found; `None` before it.
    pub(crate) most_skipped: Cell<Option<usize>>,
    /// The effect of the last key, until the next one.
    pub(crate) notice: Option<ScreenNotice>,
}

/// The scale of times in charts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ChartScale {
    #[default]
    Log,
    Linear,
}

/// The times that charts show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ShownTimes {
    #[default]
    Both,
    Response,
    Service,
}

/// An action that a key demands of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyAction {
    None,
    Redraw,
    /// Clear the terminal, and draw everything anew.
    Clear,
    /// Stop the run; again: at once.
    Stop,
    /// Redraw, which says that the process is not stopped.
    SayNoStop,
}

impl ScreenSettings {
    /// Changes the settings as a key demands.
    pub(crate) fn on_key(&mut self, key: KeyEvent, run: &RunView) -> KeyAction {
        if key.kind == KeyEventKind::Release {
            return KeyAction::None;
        }
        let had_notice = self.notice.take().is_some();
        let tab = self.tab;
        let action = if key.modifiers.contains(KeyModifiers::CONTROL) {
            self.on_control_key(key.code)
        } else if self.is_help_open {
            self.on_help_key(key.code)
        } else {
            self.on_plain_key(key.code, run)
        };
        if self.tab != tab {
            self.skipped_lines = 0;
            self.most_skipped.set(None);
        }
        match action {
            KeyAction::None if had_notice => KeyAction::Redraw,
            action => action,
        }
    }

    fn on_control_key(&mut self, code: KeyCode) -> KeyAction {
        match code {
            KeyCode::Char('c' | 'C') => KeyAction::Stop,
            KeyCode::Char('l' | 'L') => KeyAction::Clear,
            KeyCode::Char('z' | 'Z') => {
                self.notice = Some(ScreenNotice::NoSuspend);
                KeyAction::SayNoStop
            }
            _ => KeyAction::None,
        }
    }

    /// `q` only closes the help, because a stop cannot be undone.
    fn on_help_key(&mut self, code: KeyCode) -> KeyAction {
        match code {
            KeyCode::Char('?' | 'q' | 'Q' | ' ') | KeyCode::Esc | KeyCode::Enter => {
                self.is_help_open = false;
                KeyAction::Redraw
            }
            _ => KeyAction::None,
        }
    }

    fn on_plain_key(&mut self, code: KeyCode, run: &RunView) -> KeyAction {
        match code {
            KeyCode::Char('q' | 'Q') => return KeyAction::Stop,
            KeyCode::Char('?' | 'h') | KeyCode::F(1) => self.is_help_open = true,
            KeyCode::Char(' ' | 'p') => self.is_frozen = !self.is_frozen,
            KeyCode::Char('+' | '=') => self.move_zoom(run, 1),
            KeyCode::Char('-' | '_') => self.move_zoom(run, -1),
            KeyCode::Char('l') => {
                self.scale = self.scale.next();
                self.notice = Some(ScreenNotice::Scale);
            }
            KeyCode::Char('r') => {
                self.times = self.times.next();
                self.notice = Some(ScreenNotice::Times);
            }
            KeyCode::Char('u') => {
                self.unit = next_unit(self.unit);
                self.notice = Some(ScreenNotice::Unit);
            }
            KeyCode::Tab => self.move_tab(run, 1),
            KeyCode::BackTab => self.move_tab(run, -1),
            KeyCode::Esc => self.tab = Tab::Overview,
            KeyCode::Char(digit @ '1'..='9') => return self.select_tab(run, digit),
            _ => return self.on_moving_key(code, run),
        }
        KeyAction::Redraw
    }

    fn on_moving_key(&mut self, code: KeyCode, run: &RunView) -> KeyAction {
        let lines = match code {
            KeyCode::Up => -1,
            KeyCode::Down => 1,
            KeyCode::PageUp => -PAGE_LINES,
            KeyCode::PageDown => PAGE_LINES,
            KeyCode::Home => isize::MIN,
            KeyCode::End => isize::MAX,
            _ => 0,
        };
        match (code, self.tab) {
            (_, Tab::Log) if lines != 0 => self.scroll_log(run, lines),
            (_, Tab::Results | Tab::Generator) if lines != 0 => self.scroll(lines),
            (KeyCode::PageUp | KeyCode::PageDown | KeyCode::Home | KeyCode::End, Tab::Loads) => {
                self.load = self
                    .load
                    .saturating_add_signed(lines)
                    .min(run.loads.len().saturating_sub(1));
            }
            (KeyCode::Char(']') | KeyCode::Right | KeyCode::Down, _) => self.move_load(run, 1),
            (KeyCode::Char('[') | KeyCode::Left | KeyCode::Up, _) => self.move_load(run, -1),
            (KeyCode::Enter, Tab::Loads) => self.tab = Tab::Overview,
            _ => return KeyAction::None,
        }
        KeyAction::Redraw
    }

    fn select_tab(&mut self, run: &RunView, digit: char) -> KeyAction {
        let index = digit as usize - '1' as usize;
        match Tab::of(run).get(index) {
            Some(tab) => {
                self.tab = *tab;
                KeyAction::Redraw
            }
            None => KeyAction::None,
        }
    }

    fn move_tab(&mut self, run: &RunView, by: isize) {
        self.tab = next(Tab::of(run), self.tab, by, true);
    }

    /// Zooms into the run, or out of it, among the lengths that are shorter than it.
    fn move_zoom(&mut self, run: &RunView, by: isize) {
        let latest = run
            .loads
            .get(self.load)
            .and_then(|load| load.latest.as_ref());
        let elapsed = latest.map_or(0, |latest| latest.elapsed.as_secs());
        let mut zooms = ZOOMS.to_vec();
        zooms.retain(|zoom| zoom.is_none_or(|seconds| seconds < elapsed));
        self.zoom = next(&zooms, self.zoom, by, false);
        self.notice = Some(ScreenNotice::TimeAxis);
    }

    /// The part of the run that charts show, such as `last 02:00`.
    pub(crate) fn time_axis_text(&self) -> String {
        match self.zoom {
            None => "whole run".to_owned(),
            Some(seconds) => format!("last {}", clock_text(Duration::from_secs(seconds))),
        }
    }

    fn move_load(&mut self, run: &RunView, by: isize) {
        let count = run.loads.len().max(1) as isize;
        self.load = (self.load as isize + by).rem_euclid(count) as usize;
    }

    /// Scrolls the log down by some lines, up if they are negative.
    fn scroll_log(&mut self, run: &RunView, by: isize) {
        let most = run.log.len().saturating_sub(1);
        let offset = self.log_offset.saturating_add_signed(by.saturating_neg());
        self.log_offset = offset.min(most);
    }

    /// Scrolls a list down by some lines, up if they are negative, as far as the last drawn list has lines.
    fn scroll(&mut self, by: isize) {
        let most = self.most_skipped.get().unwrap_or(usize::MAX);
        let shown = self.skipped_lines.min(most);
        self.skipped_lines = shown.saturating_add_signed(by).min(most);
    }
}

impl ChartScale {
    fn next(self) -> Self {
        match self {
            Self::Log => Self::Linear,
            Self::Linear => Self::Log,
        }
    }

    /// `log` or `linear`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Linear => "linear",
        }
    }
}

impl ShownTimes {
    fn next(self) -> Self {
        match self {
            Self::Both => Self::Response,
            Self::Response => Self::Service,
            Self::Service => Self::Both,
        }
    }

    /// `response and service`, `response` or `service`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Both => "response and service",
            Self::Response => "response",
            Self::Service => "service",
        }
    }
}

fn next_unit(unit: Option<TimeUnit>) -> Option<TimeUnit> {
    match unit {
        None => Some(TimeUnit::Micros),
        Some(TimeUnit::Micros) => Some(TimeUnit::Millis),
        Some(TimeUnit::Millis) => Some(TimeUnit::Seconds),
        Some(TimeUnit::Seconds) => None,
    }
}

/// The item `by` places after `current`; at the ends, the one at the other end if the list is a
/// `ring`, or else the last.
fn next<T: Copy + PartialEq>(list: &[T], current: T, by: isize, ring: bool) -> T {
    let index = list.iter().position(|item| *item == current).unwrap_or(0) as isize + by;
    let index = match ring {
        true => index.rem_euclid(list.len() as isize),
        false => index.clamp(0, list.len() as isize - 1),
    };
    list[index as usize]
}
