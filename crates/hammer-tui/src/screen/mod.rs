//! What is drawn: the settings, the theme, and the tabs.

pub(crate) mod screen_settings;
pub(crate) mod tab;
pub(crate) mod theme;

pub(crate) fn draw(
    _: &mut ratatui::Frame<'_>,
    _: &crate::run_view::run_view::RunView,
    _: &screen_settings::ScreenSettings,
    _: &theme::Theme,
) {
}
