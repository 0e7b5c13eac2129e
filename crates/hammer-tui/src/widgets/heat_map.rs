//! A heat map: hits by time and by the time they took.

use hammer_diagnostic::TimeUnit;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::axis_labels::AxisLabels;
use super::chart_style::{DENSITY_GLYPHS, draw_empty, heat_style};
use super::chart_window::ChartWindow;
use super::heat_lines::HeatLines;
use super::reference_line::ReferenceLine;
use crate::live::live_load::LiveLoad;
use crate::run_view::heat_rows::{HEAT_ROWS, heat_row};
use crate::screen::screen_settings::{ScreenSettings, ShownTimes};
use crate::screen::theme::Theme;

/// A heat map: hits by time and by the time they took, with bounds and a baseline as lines.
///
/// Labels at the left say the times. Make the window with [`ChartWindow::in_chart`].
#[derive(Debug)]
pub(crate) struct HeatMap<'a> {
    /// The hits of each column; `None` before the start.
    pub(crate) columns: Vec<Option<&'a [f64; HEAT_ROWS]>>,
    /// The text in place of a map without hits.
    empty_text: &'static str,
    pub(crate) lines: Vec<ReferenceLine>,
    pub(crate) unit: Option<TimeUnit>,
    pub(crate) theme: &'a Theme,
}

impl<'a> HeatMap<'a> {
    /// Makes the heat map of a load: of its service if the settings show only that, else of its
    /// response.
    pub(crate) fn new(
        window: &'a ChartWindow,
        load: &LiveLoad,
        settings: &ScreenSettings,
        theme: &'a Theme,
    ) -> Self {
        let is_service = settings.times == ShownTimes::Service;
        let columns = window.cells.iter().map(|cell| {
            let cell = cell.as_ref()?;
            let times = if is_service {
                &cell.service
            } else {
                &cell.response
            };
            Some(&*times.rows)
        });
        // Bounds are on the response.
        let lines = if is_service {
            vec![]
        } else {
            ReferenceLine::of(load, theme)
        };
        Self {
            columns: columns.collect(),
            empty_text: window.empty_text(),
            lines,
            unit: settings.unit,
            theme,
        }
    }

    /// The rows with hits or lines, or `None` without hits.
    fn rows_in_use(&self) -> Option<(usize, usize)> {
        let has_hits = |row: &usize| self.columns.iter().flatten().any(|rows| rows[*row] > 0.0);
        let mut rows: Vec<_> = (0..HEAT_ROWS).filter(has_hits).collect();
        rows.first()?;
        rows.extend(self.lines.iter().map(|line| heat_row(line.at)));
        Some((*rows.iter().min()?, *rows.iter().max()?))
    }

    fn draw_hits(&self, lines: &HeatLines, area: Rect, buffer: &mut Buffer) {
        let hits = |column: &Option<&[f64; HEAT_ROWS]>, line: usize| -> f64 {
            column.map_or(0.0, |rows| lines.rows(line).map(|row| rows[row]).sum())
        };
        let columns = self.columns.len().saturating_sub(area.width.into());
        let columns = &self.columns[columns..];
        let all =
            (0..lines.lines).flat_map(|line| columns.iter().map(move |column| (column, line)));
        let most = all
            .map(|(column, line)| hits(column, line))
            .fold(0.0, f64::max);
        let bound = self.lines.iter().map(|line| heat_row(line.at)).min();
        for line in 0..lines.lines {
            let y = area.bottom() - 1 - line as u16;
            let is_slow = bound.is_some_and(|bound| lines.rows(line).start > bound);
            for (x, column) in (area.right() - columns.len() as u16..).zip(columns) {
                let density = density(hits(column, line), most);
                if let Some(cell) = buffer.cell_mut((x, y))
                    && density > 0
                {
                    cell.set_symbol(DENSITY_GLYPHS[density])
                        .set_style(heat_style(self.theme, density, is_slow));
                }
            }
        }
    }
}

impl Widget for HeatMap<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        let Some((first, last)) = self.rows_in_use() else {
            draw_empty(self.empty_text, area, self.theme, buffer);
            return;
        };
        let lines = HeatLines::new(first..=last, area.height.into());
        let decades = lines.decades();
        let unit = self
            .unit
            .unwrap_or_else(|| TimeUnit::for_micros(decades.last().map_or(1e3, |(_, us)| *us)));
        let labels = decades
            .iter()
            .map(|(line, us)| (area.height - 1 - *line as u16, *us));
        let labels = AxisLabels::new(labels, unit);
        let chart = labels.draw(area, self.theme.dim(), buffer);
        self.draw_hits(&lines, chart, buffer);
        let row_of = |line: &ReferenceLine| {
            let index = lines.line_of(line.at)? as u16;
            (chart.height - 1).checked_sub(index)
        };
        ReferenceLine::draw_all(&self.lines, chart, row_of, buffer);
    }
}

/// The density of a cell, an index of [`DENSITY_GLYPHS`], by its share of the hits of the densest.
fn density(hits: f64, most: f64) -> usize {
    match hits / most {
        share if share >= 0.5 => 5,
        share if share >= 0.2 => 4,
        share if share >= 0.05 => 3,
        share if share >= 0.01 => 2,
        share if share > 0.0 => 1,
        _ => 0,
    }
}
