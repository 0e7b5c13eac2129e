//! All keys, above the screen.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::screen_settings::ScreenSettings;
use super::theme::Theme;

/// Keys and what they do.
const KEYS: [(&str, &str); 12] = [
    ("q  Ctrl-C", "stop and drain; again: stop at once"),
    ("space  p", "freeze the screen; the load goes on"),
    ("Tab  1 to 7", "next tab; tab by number; Esc: overview"),
    ("[  ]  ← →", "previous or next load"),
    ("↑ ↓  PgUp PgDn", "scroll; End: follow the log"),
    ("+  -", "shorter or longer time axis"),
    ("l", "logarithmic or linear axis"),
    ("r", "response, service or both"),
    ("u", "unit of times: automatic, µs, ms, s"),
    ("Ctrl-L", "draw the screen anew"),
    ("Ctrl-Z", "ignored: a stopped process is late"),
    ("?", "open or close this help"),
];

/// Columns of the keys.
const KEY_COLUMNS: usize = 16;

/// Columns of the overlay, with its border.
const WIDTH: u16 = 60;

/// Draws the overlay in the middle of `area`.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, settings: &ScreenSettings, theme: &Theme) {
    let now = [
        settings.time_axis_text(),
        settings.scale.name().to_owned(),
        settings.times.name().to_owned(),
    ];
    let mut lines: Vec<Line<'_>> = (KEYS.iter())
        .map(|(keys, action)| {
            let keys = format!(" {keys:<KEY_COLUMNS$}");
            Line::from(vec![Span::styled(keys, theme.strong()), Span::raw(*action)])
        })
        .collect();
    lines.push(Line::styled(
        format!(" now: {}", now.join(", ")),
        theme.dim(),
    ));
    let height = (lines.len() as u16 + 2).min(area.height);
    let width = WIDTH.min(area.width);
    let overlay = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    frame.render_widget(Clear, overlay);
    let block = Block::bordered().title(" keys ");
    frame.render_widget(Paragraph::new(lines).block(block), overlay);
}
