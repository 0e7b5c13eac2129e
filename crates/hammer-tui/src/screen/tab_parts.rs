//! Parts that several tabs share.

use hammer_diagnostic::{format_count, format_percent, format_significant};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::screen_settings::ScreenSettings;
use super::theme::Theme;
use crate::clean_text::cut;
use crate::run_view::load_view::{LoadState, LoadView};
use crate::widgets::cell_text;

/// The share of time without a core, stolen or throttled, from which it is marked.
pub(super) const NOTABLE: f64 = 0.05;

/// Columns of the names at the left of the lines of a tab.
pub(super) const NAME_COLUMNS: usize = 12;

/// Says why a load has no figures.
pub(super) fn draw_no_figures(frame: &mut Frame<'_>, area: Rect, load: &LoadView, theme: &Theme) {
    let text = match &load.state {
        LoadState::Preparing(text) if !text.is_empty() => format!("no figures yet: {text}"),
        LoadState::Finished(_) => "no figures: the load ended within its first second".to_owned(),
        _ => "no figures yet: the first come after a second".to_owned(),
    };
    let text = cut(&text, usize::from(area.width).saturating_sub(2));
    draw_line(
        frame,
        area,
        1,
        Line::styled(format!(" {text}"), theme.dim()),
    );
}

/// Draws a line at a row of `area`, if it has that row. A longer line ends with an ellipsis.
pub(super) fn draw_line(frame: &mut Frame<'_>, area: Rect, row: u16, line: Line<'_>) {
    if row < area.height {
        let area = Rect {
            y: area.y + row,
            height: 1,
            ..area
        };
        frame.render_widget(cell_text::cut_line(line, area.width.into()), area);
    }
}

/// Draws lines from the top, as many as fit.
pub(super) fn draw_lines(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'_>>) {
    for (row, line) in (0..).zip(lines) {
        draw_line(frame, area, row, line);
    }
}

/// Draws the lines after those that the settings skip, as many as fit. If they do not, empty lines are left out,
/// and the last row says how many are missing.
pub(super) fn draw_scrolled_lines(
    frame: &mut Frame<'_>,
    area: Rect,
    mut lines: Vec<Line<'static>>,
    settings: &ScreenSettings,
    theme: &Theme,
) {
    let height = usize::from(area.height);
    if lines.len() > height {
        lines.retain(|line| line.width() > 0);
    }
    let most_skipped = lines.len().saturating_sub(height);
    settings.most_skipped.set(Some(most_skipped));
    let skipped = settings.skipped_lines.min(most_skipped);
    let missing = (lines.len() - skipped).saturating_sub(height);
    let shown = if missing > 0 {
        height.saturating_sub(1)
    } else {
        height
    };
    for (row, line) in lines.into_iter().skip(skipped).take(shown).enumerate() {
        draw_line(frame, area, row as u16, line);
    }
    if missing > 0 {
        let more = format!(" and {} more lines (PgDn)", missing + 1);
        let row = area.height.saturating_sub(1);
        draw_line(frame, area, row, Line::styled(more, theme.dim()));
    }
}

/// A line with a name at its left.
pub(super) fn named_line(
    name: &str,
    parts: impl IntoIterator<Item = Span<'static>>,
    theme: &Theme,
) -> Line<'static> {
    let name = format!(" {}", cell_text::left(name, NAME_COLUMNS - 1));
    let mut line = Line::from(Span::styled(name, theme.dim()));
    line.extend(parts);
    line
}

/// Lines of a name and a text that is wrapped to `width` columns.
pub(super) fn wrapped_lines(
    name: &str,
    text: &str,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let lines = cell_text::wrap(text, width.saturating_sub(NAME_COLUMNS + 1));
    let lines = lines.into_iter().enumerate();
    lines
        .map(|(index, line)| {
            let name = if index == 0 { name } else { "" };
            named_line(name, [Span::raw(line)], theme)
        })
        .collect()
}

/// A count in at most `columns`: if it needs more, in millions or more.
pub(super) fn short_count(count: u64, columns: usize) -> String {
    let text = format_count(count);
    if text.len() <= columns {
        return text;
    }
    let (number, unit) = match count as f64 {
        n if n < 1e9 => (n / 1e6, "M"),
        n if n < 1e12 => (n / 1e9, "G"),
        n => (n / 1e12, "T"),
    };
    format!("{}{unit}", format_significant(number))
}

/// The share of `part` in `all` in percent, with the sign; `-` of nothing.
pub(super) fn percent_of(part: u64, all: u64) -> String {
    match all {
        0 => "-".to_owned(),
        _ => percent(part as f64 / all as f64),
    }
}

/// A share in percent, with the sign.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", format_percent(share * 100.0))
}

/// A share in percent with at most one decimal, or `unknown`.
pub(super) fn share_text(share: Option<f64>) -> String {
    share.map_or("unknown".to_owned(), rounded_percent)
}

/// A share in percent with at most one decimal.
pub(super) fn rounded_percent(share: f64) -> String {
    percent((share * 1e3).round() / 1e3)
}

/// Marks a share that is at least `notable`.
pub(super) fn marked(share: Option<f64>, notable: f64, theme: &Theme) -> Style {
    match share {
        Some(share) if share >= notable => theme.warning(),
        _ => Style::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_counts_are_shortened() {
        for (count, columns, text) in [
            (0, 7, "0"),
            (999_999, 7, "999,999"),
            (1_000_000, 7, "1.00M"),
            (12_345_678_901, 8, "12.3G"),
            (u64::MAX, 10, "18,400,000T"),
        ] {
            assert_eq!(short_count(count, columns), text);
        }
        assert_eq!(percent_of(0, 0), "-");
        assert_eq!(percent_of(1, 3), "33.3 %");
    }
}
