//! Draws the screen.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};

use super::screen_settings::ScreenSettings;
use super::tab::Tab;
use super::tab_context::TabContext;
use super::tab_parts::{draw_lines, draw_no_figures};
use super::theme::Theme;
use super::too_small::{LEAST_HEIGHT, LEAST_WIDTH};
use super::{
    generator_tab, header, heat_tab, help_overlay, latency_tab, loads_tab, log_tab, overview,
    results_tab, status_line, tab_bar, too_small,
};
use crate::run_view::run_view::RunView;

/// The height from which a long reason of the verdict has two lines.
const HIGH_HEIGHT: u16 = 24;

/// Draws the screen with the glyphs that the terminal has.
pub(crate) fn draw(frame: &mut Frame<'_>, run: &RunView, settings: &ScreenSettings, theme: &Theme) {
    draw_screen(frame, run, settings, theme);
    theme.glyphs.apply(frame.buffer_mut());
}

fn draw_screen(frame: &mut Frame<'_>, run: &RunView, settings: &ScreenSettings, theme: &Theme) {
    let area = frame.area();
    let index = settings.load.min(run.loads.len().saturating_sub(1));
    let load = run.loads.get(index);
    if area.width < LEAST_WIDTH || area.height < LEAST_HEIGHT {
        too_small::draw(frame, load, settings);
        return;
    }
    let most = if area.height < HIGH_HEIGHT { 1 } else { 2 };
    let described = run.run.loads.get(index).zip(load);
    let status_lines = described.map_or(vec![], |load| {
        status_line::status_lines(run, load, area.width.into(), most, theme)
    });
    let [head, status, body, bar] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(status_lines.len() as u16),
        Constraint::Fill(1),
        Constraint::Length(1),
    ])
    .areas(area);
    header::draw(frame, head, run, index, settings, theme);
    tab_bar::draw(frame, bar, run, settings, theme);
    let Some((live, load)) = described else {
        return;
    };
    draw_lines(frame, status, status_lines);
    let context = load.latest.as_deref().map(|latest| TabContext {
        run,
        index,
        live,
        load,
        latest,
        settings,
        theme,
    });
    match (settings.tab, context) {
        (Tab::Log, _) => log_tab::draw(frame, body, run, settings, theme),
        (Tab::Loads, _) => loads_tab::draw(frame, body, run, settings, theme),
        (Tab::Overview, None) => overview::draw_before_start(frame, body, run, index, theme),
        (_, None) => draw_no_figures(frame, body, load, theme),
        (Tab::Overview, Some(context)) => overview::draw(frame, body, context),
        (Tab::Latency, Some(context)) => latency_tab::draw(frame, body, context),
        (Tab::Heat, Some(context)) => heat_tab::draw(frame, body, context),
        (Tab::Results, Some(context)) => results_tab::draw(frame, body, context),
        (Tab::Generator, Some(context)) => generator_tab::draw(frame, body, context),
    }
    if settings.is_help_open {
        help_overlay::draw(frame, area, settings, theme);
    }
}
