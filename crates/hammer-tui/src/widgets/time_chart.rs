//! Percentiles over time, as lines.

use std::time::Duration;

use hammer_diagnostic::TimeUnit;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::braille_grid::BrailleGrid;
use super::chart_cell::ChartCell;
use super::chart_style::draw_empty;
use super::chart_window::ChartWindow;
use super::reference_line::ReferenceLine;
use super::time_scale::TimeScale;
use crate::live::live_load::LiveLoad;
use crate::screen::screen_settings::{ChartScale, ScreenSettings, ShownTimes};
use crate::screen::theme::Theme;

/// A line of a [`TimeChart`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChartSeries {
    pub(crate) name: &'static str,
    pub(crate) style: Style,
    /// True if only every second dot is set, so that lines differ without colors.
    pub(crate) is_dotted: bool,
    pub(crate) value: fn(&ChartCell) -> Option<Duration>,
}

impl ChartSeries {
    /// The p99 of the response and of the service, as far as the settings show them.
    pub(crate) fn p99s(settings: &ScreenSettings, theme: &Theme) -> Vec<Self> {
        let response = Self {
            name: "response p99",
            style: theme.response(),
            is_dotted: false,
            value: |cell| cell.response.p99,
        };
        let service = Self {
            name: "service p99",
            style: theme.service(),
            is_dotted: true,
            value: |cell| cell.service.p99,
        };
        match settings.times {
            ShownTimes::Response => vec![response],
            ShownTimes::Service => vec![service],
            ShownTimes::Both => vec![response, service],
        }
    }

    /// The names of series, each with a piece of its line.
    pub(crate) fn legend(series: &[Self]) -> Line<'static> {
        let items = series.iter().flat_map(|series| {
            let sample = if series.is_dotted {
                "⠄⠄⠄ "
            } else {
                "⠤⠤⠤ "
            };
            [
                Span::styled(sample, series.style),
                Span::raw(series.name),
                Span::raw("   "),
            ]
        });
        items.collect()
    }
}

/// Percentiles over time as lines, with bounds and a baseline.
///
/// Make the window with [`ChartWindow::in_chart`].
#[derive(Debug)]
pub(crate) struct TimeChart<'a> {
    pub(crate) window: &'a ChartWindow,
    pub(crate) series: Vec<ChartSeries>,
    pub(crate) lines: Vec<ReferenceLine>,
    pub(crate) scale: ChartScale,
    pub(crate) unit: Option<TimeUnit>,
    pub(crate) theme: &'a Theme,
}

impl<'a> TimeChart<'a> {
    /// Makes a chart of the p99s of a load.
    pub(crate) fn new(
        window: &'a ChartWindow,
        load: &LiveLoad,
        settings: &ScreenSettings,
        theme: &'a Theme,
    ) -> Self {
        // Bounds are on the response.
        let lines = match settings.times {
            ShownTimes::Service => vec![],
            ShownTimes::Both | ShownTimes::Response => ReferenceLine::of(load, theme),
        };
        Self {
            window,
            series: ChartSeries::p99s(settings, theme),
            lines,
            scale: settings.scale,
            unit: settings.unit,
            theme,
        }
    }

    fn values<'b>(
        &'b self,
        series: &'b ChartSeries,
    ) -> impl Iterator<Item = Option<Duration>> + 'b {
        let cells = self.window.cells.iter();
        cells.map(|cell| cell.as_ref().and_then(series.value))
    }

    fn draw_series(&self, series: &ChartSeries, scale: &TimeScale, grid: &mut BrailleGrid) {
        let cells = self.window.cells.len();
        let skipped = cells.saturating_sub(grid.width() / 2);
        let offset = (grid.width() / 2).saturating_sub(cells);
        let values: Vec<_> = self.values(series).skip(skipped).collect();
        for (index, value) in values.iter().enumerate() {
            let Some(value) = value else { continue };
            let next = values.get(index + 1).copied().flatten().unwrap_or(*value);
            let x = (offset + index) * 2;
            let y = |time: Duration| grid.dot_at(scale.share(time));
            let (from, to) = ((x, y(*value)), (x + 2, y(next)));
            grid.line(from, to, series.is_dotted, series.style);
        }
    }
}

impl Widget for TimeChart<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        let times = self.series.iter().flat_map(|series| self.values(series));
        let mut times = times.flatten().peekable();
        if times.peek().is_none() {
            draw_empty(self.window.empty_text(), area, self.theme, buffer);
            return;
        }
        let times = times.chain(self.lines.iter().map(|line| line.at));
        let scale = TimeScale::new(self.scale, times);
        let labels = scale.labels(area.height, self.unit);
        let chart = labels.draw(area, self.theme.dim(), buffer);
        let mut grid = BrailleGrid::new(chart);
        // The first is drawn last, above the others.
        for series in self.series.iter().rev() {
            self.draw_series(series, &scale, &mut grid);
        }
        grid.draw(buffer);
        let row_of = |line: &ReferenceLine| Some(scale.line(line.at, chart.height));
        ReferenceLine::draw_all(&self.lines, chart, row_of, buffer);
    }
}
