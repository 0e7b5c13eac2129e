//! The last line: the tabs and keys.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::screen_notice::ScreenNotice;
use super::screen_settings::ScreenSettings;
use super::tab::Tab;
use super::tab_parts::draw_line;
use super::theme::Theme;
use crate::run_view::load_view::LoadState;
use crate::run_view::run_view::{RunStop, RunView};

/// Draws the last line: as many names and keys as fit.
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    run: &RunView,
    settings: &ScreenSettings,
    theme: &Theme,
) {
    if let Some(notice) = settings.notice {
        draw_notice(frame, area, notice, run, settings, theme);
        return;
    }
    let [few, some, all] = keys(run, settings);
    let forms = [
        (TabNames::All, [&few[..], &some, &all].concat()),
        (TabNames::All, [&few[..], &some].concat()),
        (TabNames::All, few.clone()),
        (TabNames::Selected, [&few[..], &some].concat()),
        (TabNames::Selected, few),
    ];
    let last = forms.len() - 1;
    for (index, (names, keys)) in forms.into_iter().enumerate() {
        let bar = tabs(run, settings, names, theme);
        let keys = Line::styled(format!("{} ", keys.join("  ")), theme.dim());
        if bar.width() + keys.width() < area.width.into() || index == last {
            frame.render_widget(bar, area);
            frame.render_widget(keys.right_aligned(), area);
            return;
        }
    }
}

/// Draws a notice in the place of the keys, and of the tabs if it needs their room.
fn draw_notice(
    frame: &mut Frame<'_>,
    area: Rect,
    notice: ScreenNotice,
    run: &RunView,
    settings: &ScreenSettings,
    theme: &Theme,
) {
    let text = Line::styled(format!(" {} ", notice.text(settings)), theme.warning());
    let bars = [TabNames::All, TabNames::Selected];
    let bars = bars.map(|names| tabs(run, settings, names, theme));
    let bar = bars
        .into_iter()
        .find(|bar| bar.width() + text.width() <= area.width.into());
    match bar {
        Some(bar) => {
            frame.render_widget(bar, area);
            frame.render_widget(text.right_aligned(), area);
        }
        None => draw_line(frame, area, 0, text),
    }
}

/// The tabs that have their names beside their digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TabNames {
    All,
    Selected,
}

fn tabs(run: &RunView, settings: &ScreenSettings, names: TabNames, theme: &Theme) -> Line<'static> {
    let mut bar = Line::default();
    for (index, tab) in Tab::of(run).iter().enumerate() {
        let is_selected = *tab == settings.tab;
        let text = match names {
            TabNames::Selected if !is_selected => format!("{}", index + 1),
            _ => format!("{} {}", index + 1, tab.name()),
        };
        bar.push_span(" ");
        bar.push_span(match is_selected {
            true => Span::styled(text, theme.selected()),
            false => Span::raw(text),
        });
    }
    bar
}

/// The keys in three groups, the most important first.
fn keys(run: &RunView, settings: &ScreenSettings) -> [Vec<&'static str>; 3] {
    let is_ending = (run.loads.iter()).all(|load| matches!(load.state, LoadState::Finished(_)));
    let mut few = vec!["? help"];
    match &run.stopping {
        Some(RunStop::AtOnce) => {}
        Some(_) => few.push("q stop now"),
        None if is_ending => {}
        None => few.push("q stop"),
    }
    let mut some = vec![match settings.is_frozen {
        true => "space resume",
        false => "space freeze",
    }];
    if run.loads.len() > 1 {
        some.push("[ ] load");
    }
    let all = vec!["+ - zoom", "l scale", "r times", "u unit"];
    [few, some, all]
}
