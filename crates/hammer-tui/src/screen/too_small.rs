//! One line for a window that is too small.

use std::cmp::Reverse;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use super::overview::time_cell::TimeCells;
use super::screen_settings::ScreenSettings;
use crate::clean_text::cut;
use crate::run_view::load_view::LoadView;
use crate::screen::overview::rate_line::per_second;

/// The least width of the screen.
pub(crate) const LEAST_WIDTH: u16 = 60;

/// The least height of the screen.
pub(crate) const LEAST_HEIGHT: u16 = 16;

/// Draws the rate and the p99 in one line.
pub(super) fn draw(frame: &mut Frame<'_>, load: Option<&LoadView>, settings: &ScreenSettings) {
    let area = frame.area();
    let latest = load.and_then(|load| load.latest.as_deref());
    let figures = latest.map_or(String::new(), |latest| {
        let response = &latest.last.response;
        let cells = TimeCells::for_histograms(settings, [response]);
        let p99 = cells.percentile_with_unit(response, 0.99);
        format!("  {}  p99 {p99}", per_second(latest))
    });
    let needed = match figures.is_empty() {
        true => format!(", needs {LEAST_WIDTH}×{LEAST_HEIGHT}"),
        false => format!("   (needs {LEAST_WIDTH}×{LEAST_HEIGHT})"),
    };
    let short = format!("too small{figures}");
    let long = format!("{short}{needed}");
    let fitting = [long, short].into_iter();
    let width = usize::from(area.width);
    let text = fitting.min_by_key(|text| (text.width() > width, Reverse(text.width())));
    let text = cut(&text.unwrap_or_default(), width);
    frame.render_widget(
        Line::from(text),
        Rect {
            height: area.height.min(1),
            ..area
        },
    );
}
