//! Pictures of the screen at all sizes, with and without colors.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::screen_settings::ScreenSettings;
use super::theme::{ColorDepth, Theme};
use crate::run_view::run_view::RunView;
use crate::testing::{
    Picture, closed_loop, draining, early, failing, mid_run, plan, preparing, stopping,
};

const SIZES: [(u16, u16); 6] = [
    (60, 16),
    (80, 24),
    (80, 40),
    (100, 30),
    (120, 40),
    (200, 60),
];

pub(super) const NAMED: Theme = Theme {
    color: ColorDepth::Named,
};

pub(super) fn drawn(
    run: &RunView,
    settings: &ScreenSettings,
    theme: &Theme,
    (width, height): (u16, u16),
) -> Buffer {
    let backend = TestBackend::new(width, height);
    let mut terminal = Terminal::new(backend).expect("a test backend cannot fail");
    let draw = |frame: &mut ratatui::Frame<'_>| super::draw(frame, run, settings, theme);
    terminal.draw(draw).expect("a test backend cannot fail");
    terminal.backend().buffer().clone()
}

/// The texts are the same with and without colors, so each size is pictured once, and the colors of
/// 80×24 as letters.
fn check_overview(name: &str, run: &RunView) {
    let settings = ScreenSettings::default();
    let mut pictures = Picture::new(80, 24);
    for size in SIZES {
        let plain = drawn(run, &settings, &Theme::plain(), size);
        let named = drawn(run, &settings, &NAMED, size);
        assert_eq!(texts(&plain), texts(&named), "{name} at {size:?}");
        let has_color = |cell: &ratatui::buffer::Cell| cell.fg != ratatui::style::Color::Reset;
        assert!(!plain.content().iter().any(has_color));
        assert!(named.content().iter().any(has_color));
        pictures.add_buffer(&format!("{}×{}", size.0, size.1), &plain);
    }
    pictures.add_color_buffer("80×24", &drawn(run, &settings, &NAMED, (80, 24)));
    pictures.check(&format!("overview_{name}"));
}

pub(super) fn texts(buffer: &Buffer) -> Vec<&str> {
    let cells = buffer.content().iter();
    cells.map(ratatui::buffer::Cell::symbol).collect()
}

#[test]
fn the_overview_before_the_start() {
    check_overview("preparing", &preparing());
}

#[test]
fn the_overview_early() {
    check_overview("early", &early());
}

#[test]
fn the_overview_in_mid_run() {
    check_overview("mid_run", &mid_run());
}

#[test]
fn the_overview_while_draining() {
    check_overview("draining", &draining());
}

#[test]
fn the_overview_with_failures() {
    check_overview("failing", &failing());
}

#[test]
fn the_overview_while_stopping() {
    check_overview("stopping", &stopping());
}

#[test]
fn the_overview_of_a_closed_loop() {
    check_overview("closed_loop", &closed_loop());
}

#[test]
fn the_overview_of_a_plan() {
    check_overview("plan", &plan());
}
