//! The last lines of the log.

use hammer_diagnostic::format_counted;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::screen_settings::ScreenSettings;
use super::tab_parts::draw_line;
use super::theme::Theme;
use crate::run_view::run_view::RunView;
use crate::widgets::cell_text;

/// Draws the tab.
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    run: &RunView,
    settings: &ScreenSettings,
    theme: &Theme,
) {
    draw_line(frame, area, 0, title_line(run, settings, theme));
    let height = usize::from(area.height).saturating_sub(1);
    let width = usize::from(area.width).saturating_sub(2);
    // From the newest line, until the screen is full.
    let mut rows = vec![];
    let newest_first = run.log.iter().rev().skip(settings.log_offset);
    for line in newest_first {
        let style = level_style(line, theme);
        let wrapped = cell_text::wrap(line, width).into_iter().enumerate();
        let wrapped = wrapped.map(|(index, part)| {
            let indent = if index == 0 { " " } else { "  " };
            Line::styled(format!("{indent}{part}"), style)
        });
        rows.extend(wrapped.rev());
        if rows.len() >= height {
            break;
        }
    }
    rows.truncate(height);
    for (row, line) in (1..).zip(rows.into_iter().rev()) {
        draw_line(frame, area, row, line);
    }
}

fn title_line(run: &RunView, settings: &ScreenSettings, theme: &Theme) -> Line<'static> {
    if run.log.is_empty() {
        return Line::styled(" nothing was logged", theme.dim());
    }
    let mut title = format!(" {}", format_counted(run.log.len() as u64, "line"));
    if run.dropped_log_lines > 0 {
        let dropped = format_counted(run.dropped_log_lines, "older line");
        title.push_str(&format!(", without {dropped}"));
    }
    if settings.log_offset > 0 {
        let newer = format_counted(settings.log_offset as u64, "newer line");
        title.push_str(&format!("   {newer} below (End)"));
    }
    Line::styled(title, theme.dim())
}

/// The style of a line by the level in its first words.
fn level_style(line: &str, theme: &Theme) -> Style {
    let mut words = line
        .split([' ', ':'])
        .filter(|word| !word.is_empty())
        .take(3);
    let style = words.find_map(|word| match word {
        "ERROR" | "error" => Some(theme.fail()),
        "WARN" | "warning" => Some(theme.warning()),
        "DEBUG" | "TRACE" => Some(theme.dim()),
        _ => None,
    });
    style.unwrap_or_default()
}
