//! One row for each load.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::clock_text::clock_text;
use super::overview::rate_line::per_second;
use super::overview::time_cell::TimeCells;
use super::screen_settings::ScreenSettings;
use super::status_line::status;
use super::tab_parts::{draw_line, percent_of, short_count};
use super::theme::Theme;
use crate::live::live_load::LiveLoad;
use crate::run_view::load_view::{LoadState, LoadView};
use crate::run_view::run_view::RunView;
use crate::widgets::cell_text;

/// The figures of a load, with their columns.
const FIGURES: [(&str, usize); 6] = [
    ("rate", 10),
    ("hits", 11),
    ("not ok", 8),
    ("in flight", 10),
    ("p50", 8),
    ("p99", 8),
];

/// Columns of the state of a load.
const STATE_COLUMNS: usize = 11;

/// Columns of the verdict on a load.
const VERDICT_COLUMNS: usize = 7;

/// The most columns of the name of a load.
const MOST_NAME_COLUMNS: usize = 40;

/// The least columns of the name of a load.
const LEAST_NAME_COLUMNS: usize = 16;

/// The width from which hammers and targets are shown.
const WIDE: usize = 120;

/// Draws the tab.
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    run: &RunView,
    settings: &ScreenSettings,
    theme: &Theme,
) {
    let recent = run.loads.iter().map(|load| &load.last_ten.response);
    let cells = TimeCells::for_histograms(settings, recent);
    let columns = LoadColumns::new(usize::from(area.width));
    draw_line(frame, area, 0, columns.heading(cells, theme));
    let count = run.loads.len();
    let mut rows = usize::from(area.height).saturating_sub(1);
    let is_cut = count > rows;
    rows -= usize::from(is_cut && rows > 0);
    // The selected row is in the middle, except near the ends.
    let first = settings.load.saturating_sub(rows / 2);
    let first = first.min(count.saturating_sub(rows));
    let loads = run.run.loads.iter().zip(&run.loads).enumerate();
    let mut row = 1;
    for (index, (live, load)) in loads.skip(first).take(rows) {
        let is_selected = index == settings.load;
        let line = columns.line(live, load, is_selected, cells, theme);
        draw_line(frame, area, row, line);
        row += 1;
    }
    if is_cut {
        let text = format!(
            " loads {} to {} of {count} (↑ ↓ PgUp PgDn)",
            first + 1,
            first + rows
        );
        draw_line(frame, area, row, Line::styled(text, theme.dim()));
    }
}

struct LoadColumns {
    name: usize,
    target: usize,
    figures: Vec<(&'static str, usize)>,
}

impl LoadColumns {
    /// Leaves out the less important figures for which there is no room.
    fn new(width: usize) -> Self {
        let mut figures = FIGURES.to_vec();
        let sum = |figures: &[(&str, usize)]| figures.iter().map(|(_, columns)| columns).sum();
        let least = 3 + LEAST_NAME_COLUMNS + STATE_COLUMNS + VERDICT_COLUMNS;
        for left_out in ["p50", "in flight", "hits"] {
            let needed: usize = sum(&figures);
            if least + needed > width {
                figures.retain(|(name, _)| *name != left_out);
            }
        }
        let rest = width.saturating_sub(3 + STATE_COLUMNS + VERDICT_COLUMNS + sum(&figures));
        let (name, target) = match width {
            0..WIDE => (rest, 0),
            _ => (rest / 2, rest - rest / 2),
        };
        Self {
            name: name.min(MOST_NAME_COLUMNS),
            target,
            figures,
        }
    }

    fn heading(&self, cells: TimeCells, theme: &Theme) -> Line<'static> {
        let mut text = format!("   {}", cell_text::left("load", self.name));
        text.push_str(&cell_text::left("target", self.target));
        text.push_str(&cell_text::left("state", STATE_COLUMNS));
        text.push_str(&cell_text::left("verdict", VERDICT_COLUMNS));
        for (name, columns) in &self.figures {
            let name = match *name {
                "p99" => format!("p99, {}", cells.unit.name()),
                name => name.to_owned(),
            };
            text.push_str(&cell_text::right(&name, *columns));
        }
        Line::styled(text, theme.dim())
    }

    fn line(
        &self,
        live: &LiveLoad,
        load: &LoadView,
        is_selected: bool,
        cells: TimeCells,
        theme: &Theme,
    ) -> Line<'static> {
        let name = if live.name.is_empty() {
            &live.hammer
        } else {
            &live.name
        };
        let mark = if is_selected { " > " } else { "   " };
        let name = format!("{mark}{}", gapped(name, self.name));
        let target = format!("{} {}", live.hammer, live.target);
        let (state, state_style) = state_text(live, load, theme);
        let (verdict, verdict_style) = verdict_text(load, theme);
        let mut line = Line::from(vec![
            Span::styled(
                name,
                if is_selected {
                    theme.strong()
                } else {
                    Style::new()
                },
            ),
            Span::raw(gapped(&target, self.target)),
            Span::styled(cell_text::left(&state, STATE_COLUMNS), state_style),
            Span::styled(cell_text::left(&verdict, VERDICT_COLUMNS), verdict_style),
        ]);
        for (name, columns) in &self.figures {
            let (text, style) = figure(name, load, cells, theme);
            // The space keeps the figure apart from its neighbor.
            let text = format!(" {}", cell_text::right(&text, columns - 1));
            line.push_span(Span::styled(text, style));
        }
        line
    }
}

/// The state of a load in a word.
fn state_text(live: &LiveLoad, load: &LoadView, theme: &Theme) -> (String, Style) {
    match &load.state {
        LoadState::Finished(_) => ("ended".to_owned(), theme.dim()),
        LoadState::Draining => ("draining".to_owned(), theme.warning()),
        LoadState::Preparing(_) if live.offset > Duration::ZERO => {
            (format!("at {}", clock_text(live.offset)), theme.dim())
        }
        LoadState::Preparing(_) => ("preparing".to_owned(), theme.dim()),
        LoadState::Running => ("running".to_owned(), Style::new()),
    }
}

/// The verdict on a load, or that so far, as the second line of the screen has it.
fn verdict_text(load: &LoadView, theme: &Theme) -> (String, Style) {
    match status(load) {
        Some(status) => (status.as_str().to_uppercase(), theme.verdict(status)),
        None => ("-".to_owned(), theme.dim()),
    }
}

/// A figure of a load by its name: the times are those of the last ten seconds.
fn figure(name: &str, load: &LoadView, cells: TimeCells, theme: &Theme) -> (String, Style) {
    let Some(latest) = load.latest.as_deref() else {
        return ("-".to_owned(), theme.dim());
    };
    let response = &load.last_ten.response;
    let not_ok = latest.total.ended().saturating_sub(latest.total.ok);
    match name {
        "rate" => (per_second(latest), theme.strong()),
        "hits" => (short_count(latest.total.ended(), 10), Style::new()),
        "not ok" => {
            let style = if not_ok > 0 {
                theme.fail()
            } else {
                Style::new()
            };
            (percent_of(not_ok, latest.total.ended()), style)
        }
        "in flight" => (short_count(latest.in_flight, 9), Style::new()),
        "p50" => (cells.percentile(response, 0.5), Style::new()),
        _ => (cells.percentile(response, 0.99), theme.strong()),
    }
}

/// A text in exactly `columns`, of which the last is a space.
fn gapped(text: &str, columns: usize) -> String {
    let text = cell_text::left(text, columns.saturating_sub(1));
    if columns == 0 { text } else { text + " " }
}
