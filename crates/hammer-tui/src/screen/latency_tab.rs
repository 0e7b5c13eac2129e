//! Percentiles of response, service and lateness, and their curves.

use hammer_diagnostic::TimeUnit;
use hammer_stats::Histogram;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::overview::time_cell::TimeCells;
use super::screen_settings::{ScreenSettings, ShownTimes};
use super::tab_parts::{draw_line, draw_no_figures, selected_load, short_count};
use super::theme::Theme;
use crate::live::live_load::LiveLoad;
use crate::live::live_second::{LiveDistributions, LiveSecond};
use crate::run_view::load_view::LoadView;
use crate::run_view::run_view::RunView;
use crate::widgets::cell_text;
use crate::widgets::chart_window::ChartWindow;
use crate::widgets::percentile_curve::{Curve, PercentileCurve};
use crate::widgets::time_axis::TimeAxis;
use crate::widgets::time_chart::{ChartSeries, TimeChart};

/// The least height of a chart with its title and its axis.
const CHART_HEIGHT: u16 = 5;

/// The least and the most columns of a number, with the space before it.
const CELL_COLUMNS: (usize, usize) = (8, 12);

/// The columns of the names of rows.
const NAME_COLUMNS: usize = 8;

const PERCENTILES: [(&str, f64); 6] = [
    ("p50", 0.5),
    ("p90", 0.9),
    ("p95", 0.95),
    ("p99", 0.99),
    ("p99.9", 0.999),
    ("p99.99", 0.9999),
];

/// The hits beyond a percentile below which it is less important.
const FEW_HITS_BEYOND: f64 = 10.0;

/// Draws the tab.
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    run: &RunView,
    load: &LoadView,
    settings: &ScreenSettings,
    theme: &Theme,
) {
    let (Some(latest), Some(live)) = (load.latest.as_deref(), selected_load(run, settings)) else {
        draw_no_figures(frame, area, load, theme);
        return;
    };
    let table = PercentileTable::new(load, latest, settings, area.width, theme);
    let lines = table.lines();
    let height = lines.len() as u16;
    for (row, line) in (0..).zip(lines) {
        draw_line(frame, area, row, line);
    }
    let rest = Rect {
        y: area.y + (height + 1).min(area.height),
        height: area.height.saturating_sub(height + 1),
        ..area
    };
    for (index, part) in chart_areas(rest).into_iter().enumerate() {
        match index {
            0 => draw_curve(frame, part, latest, settings, theme),
            _ => draw_time_chart(frame, part, load, live, settings, theme),
        }
    }
}

/// The areas of the charts that fit: beside each other, above each other, or one.
fn chart_areas(area: Rect) -> Vec<Rect> {
    if area.height < CHART_HEIGHT {
        return vec![];
    }
    let halves = [Constraint::Fill(1), Constraint::Fill(1)];
    if area.width >= 120 {
        return Layout::horizontal(halves).spacing(2).split(area).to_vec();
    }
    if area.height >= 3 * CHART_HEIGHT {
        return Layout::vertical(halves).spacing(1).split(area).to_vec();
    }
    vec![area]
}

/// Percentiles by row, and times by column.
struct PercentileTable<'a> {
    /// The times: the name, and the last second, the last ten and the whole run.
    times: Vec<(&'static str, Style, Vec<&'a Histogram>)>,
    windows: Vec<&'static str>,
    cells: TimeCells,
    /// The columns of a number, with the space before it.
    columns: usize,
    theme: &'a Theme,
}

impl<'a> PercentileTable<'a> {
    fn new(
        load: &'a LoadView,
        latest: &'a LiveSecond,
        settings: &ScreenSettings,
        width: u16,
        theme: &'a Theme,
    ) -> Self {
        let whole = &latest.so_far;
        let cells = TimeCells::for_histograms(settings, [&whole.response, &whole.service]);
        let all = [&latest.last, &load.last_ten, whole];
        let (least, most) = CELL_COLUMNS;
        let columns = usize::from(width).saturating_sub(NAME_COLUMNS);
        let is_wide = columns >= 9 * least;
        let numbers = if is_wide { 9 } else { 6 };
        let select = |times: fn(&LiveDistributions) -> &Histogram| {
            let shown = all.into_iter().skip(usize::from(!is_wide));
            shown.map(times).collect()
        };
        let windows = ["last s", "last 10", "run"];
        Self {
            times: vec![
                ("response", theme.response(), select(|all| &all.response)),
                ("service", theme.service(), select(|all| &all.service)),
                ("lateness", theme.lateness(), select(|all| &all.lateness)),
            ],
            windows: windows.into_iter().skip(usize::from(!is_wide)).collect(),
            cells,
            columns: (columns / numbers).clamp(least, most),
            theme,
        }
    }

    fn lines(&self) -> Vec<Line<'static>> {
        let mut lines = self.heading();
        lines.push(self.line("min", |times| times.min()));
        for (name, share) in PERCENTILES {
            let cells = |times: &Histogram| self.percentile(times, share);
            lines.push(self.row(name, cells));
        }
        lines.push(self.line("max", |times| times.max()));
        lines.push(self.line("mean", |times| times.mean()));
        lines.push(self.row("hits", |times| {
            (short_count(times.count(), self.columns - 1), Style::new())
        }));
        lines
    }

    fn heading(&self) -> Vec<Line<'static>> {
        let columns = self.windows.len() * self.columns;
        let unit = format!(" {:<1$}", self.unit(), NAME_COLUMNS - 1);
        let mut names = Line::from(Span::styled(unit, self.theme.dim()));
        let mut windows = Line::from(" ".repeat(NAME_COLUMNS));
        for (name, style, _) in &self.times {
            let name = cell_text::right(name, columns);
            names.push_span(Span::styled(name, *style));
            for window in &self.windows {
                let window = cell_text::right(window, self.columns);
                windows.push_span(Span::styled(window, self.theme.dim()));
            }
        }
        vec![names, windows]
    }

    fn unit(&self) -> &'static str {
        TimeUnit::name(self.cells.unit)
    }

    fn line(&self, name: &str, time: impl Fn(&Histogram) -> std::time::Duration) -> Line<'static> {
        self.row(name, |times| match times.is_empty() {
            true => ("-".to_owned(), Style::new()),
            false => (self.cells.time(time(times)), Style::new()),
        })
    }

    /// A percentile; dim if few hits are beyond it, and `-` if none is.
    fn percentile(&self, times: &Histogram, share: f64) -> (String, Style) {
        // 100 hits × (1 − 0.99) is slightly less than one.
        let beyond = times.count() as f64 * (1.0 - share) + 1e-6;
        let style = match share >= 0.99 {
            _ if beyond < FEW_HITS_BEYOND => self.theme.dim(),
            true if share < 0.995 => self.theme.strong(),
            _ => Style::new(),
        };
        match beyond >= 1.0 || share <= 0.5 && !times.is_empty() {
            true => (self.cells.time(times.quantile(share)), style),
            false => ("-".to_owned(), self.theme.dim()),
        }
    }

    fn row(&self, name: &str, cell: impl Fn(&Histogram) -> (String, Style)) -> Line<'static> {
        let name = format!(" {name:<0$}", NAME_COLUMNS - 1);
        let mut line = Line::from(Span::styled(name, self.theme.dim()));
        for times in self.times.iter().flat_map(|(_, _, times)| times) {
            let (text, style) = cell(times);
            // The space keeps the number apart from its neighbor.
            let text = format!(" {}", cell_text::right(&text, self.columns - 1));
            line.push_span(Span::styled(text, style));
        }
        line
    }
}

/// Draws the percentile curve of the whole run, under a title.
fn draw_curve(
    frame: &mut Frame<'_>,
    area: Rect,
    latest: &LiveSecond,
    settings: &ScreenSettings,
    theme: &Theme,
) {
    let times = &latest.so_far;
    let response = Curve {
        times: &times.response,
        style: theme.response(),
        is_dotted: false,
    };
    let service = Curve {
        times: &times.service,
        style: theme.service(),
        is_dotted: true,
    };
    let curves = match settings.times {
        ShownTimes::Both => vec![response, service],
        ShownTimes::Response => vec![response],
        ShownTimes::Service => vec![service],
    };
    let mut title = Line::from(" whole run by percentile   ");
    for curve in &curves {
        let (sample, name) = match curve.is_dotted {
            true => ("⠄⠄⠄ ", "service  "),
            false => ("⠤⠤⠤ ", "response  "),
        };
        title.push_span(Span::styled(sample, curve.style));
        title.push_span(name);
    }
    draw_line(frame, area, 0, title);
    let chart = below_title(area);
    let hits = curves.iter().map(|curve| curve.times.count()).max();
    if hits.unwrap_or(0) < PercentileCurve::LEAST_HITS {
        let text = format!(
            " the curve needs {} answered hits",
            PercentileCurve::LEAST_HITS
        );
        draw_line(frame, chart, 0, Line::styled(text, theme.dim()));
        return;
    }
    let widget = PercentileCurve {
        curves,
        scale: settings.scale,
        unit: settings.unit,
        theme,
    };
    frame.render_widget(widget, chart);
}

/// Draws the p99 of each second, under a title.
fn draw_time_chart(
    frame: &mut Frame<'_>,
    area: Rect,
    load: &LoadView,
    live: &LiveLoad,
    settings: &ScreenSettings,
    theme: &Theme,
) {
    let window = ChartWindow::in_chart(&load.history, settings, area.width);
    let widget = TimeChart::new(&window, live, settings, theme);
    let mut title = Line::from(" each second   ");
    title.extend(ChartSeries::legend(&widget.series).spans);
    draw_line(frame, area, 0, title);
    let [chart, axis] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(below_title(area));
    frame.render_widget(widget, chart);
    let axis_widget = TimeAxis {
        window: &window,
        stages: &live.stages,
        theme,
    };
    frame.render_widget(axis_widget, axis);
}

fn below_title(area: Rect) -> Rect {
    Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    }
}
