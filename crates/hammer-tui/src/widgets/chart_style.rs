//! The styles of charts.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use crate::clean_text::cut;
use crate::screen::theme::{ColorDepth, Theme};

/// Levels of the density in a heat map.
pub(crate) const DENSITY_LEVELS: usize = 5;

/// The glyphs of a heat map, from no hits to many.
pub(crate) const DENSITY_GLYPHS: [&str; DENSITY_LEVELS + 1] = [" ", "·", "░", "▒", "▓", "█"];

/// Colors of xterm for few to many hits. All differ from black and from white.
const FAST_RAMP: [u8; DENSITY_LEVELS] = [67, 31, 32, 33, 39];

/// Colors of xterm for few to many hits beyond a bound.
const SLOW_RAMP: [u8; DENSITY_LEVELS] = [131, 167, 160, 196, 202];

/// The style of a cell of a heat map with a density from 1 to [`DENSITY_LEVELS`].
pub(crate) fn heat_style(theme: &Theme, density: usize, is_slow: bool) -> Style {
    let index = density.clamp(1, DENSITY_LEVELS) - 1;
    match theme.color {
        ColorDepth::None => Style::new(),
        ColorDepth::Named if is_slow => Style::new().fg(Color::Red),
        ColorDepth::Named => Style::new(),
        ColorDepth::Ramp256 if is_slow => Style::new().fg(Color::Indexed(SLOW_RAMP[index])),
        ColorDepth::Ramp256 => Style::new().fg(Color::Indexed(FAST_RAMP[index])),
    }
}

/// Says in place of a chart why there is none.
pub(super) fn draw_empty(text: &str, area: Rect, theme: &Theme, buffer: &mut Buffer) {
    let text = cut(&format!(" {text}"), area.width.into());
    buffer.set_string(area.x, area.y, text, theme.dim());
}
