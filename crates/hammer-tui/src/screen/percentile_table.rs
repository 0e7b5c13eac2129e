//! Percentiles of response, service and lateness: last second, last ten seconds, whole run.

use std::time::Duration;

use hammer_stats::Histogram;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::overview::latency_table::WINDOWS;
use super::overview::time_cell::{TimeCells, hits_beyond};
use super::screen_settings::ScreenSettings;
use super::tab_parts::short_count;
use super::theme::Theme;
use crate::live::live_second::{LiveDistributions, LiveSecond};
use crate::run_view::load_view::LoadView;
use crate::widgets::cell_text;

/// The least and the most columns of a number, with the space before it.
const CELL_COLUMNS: (usize, usize) = (8, 12);

/// The columns of `whole run`, with the space before it.
const LEAST_WINDOW_COLUMNS: usize = 10;

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

/// Percentiles by row, and times by column.
pub(super) struct PercentileTable<'a> {
    /// The times: the name, and the last second, the last ten and the whole run.
    times: Vec<(&'static str, Style, Vec<&'a Histogram>)>,
    windows: Vec<&'static str>,
    cells: TimeCells,
    /// The columns of a number, with the space before it.
    columns: usize,
    theme: &'a Theme,
}

impl<'a> PercentileTable<'a> {
    pub(super) fn new(
        load: &'a LoadView,
        latest: &'a LiveSecond,
        settings: &ScreenSettings,
        width: u16,
        theme: &'a Theme,
    ) -> Self {
        let whole = &load.so_far;
        let all = [&latest.last, &load.last_ten, whole];
        let (least, most) = CELL_COLUMNS;
        let columns = usize::from(width).saturating_sub(NAME_COLUMNS);
        let is_wide = columns >= 9 * least;
        let numbers = if is_wide { 9 } else { 6 };
        let every = all
            .iter()
            .flat_map(|all| [&all.response, &all.service, &all.lateness]);
        let cells = TimeCells::for_percentiles(settings, every, 1.0);
        let select = |times: fn(&LiveDistributions) -> &Histogram| {
            let shown = all.into_iter().skip(usize::from(!is_wide));
            shown.map(times).collect()
        };
        // Narrow columns have the words without the adjectives.
        let columns = (columns / numbers).clamp(least, most);
        let windows = match columns < LEAST_WINDOW_COLUMNS {
            true => ["1 s", "10 s", "run"],
            false => WINDOWS,
        };
        Self {
            times: vec![
                ("response", theme.response(), select(|all| &all.response)),
                ("service", theme.service(), select(|all| &all.service)),
                ("lateness", theme.lateness(), select(|all| &all.lateness)),
            ],
            windows: windows.into_iter().skip(usize::from(!is_wide)).collect(),
            cells,
            columns,
            theme,
        }
    }

    pub(super) fn lines(&self) -> Vec<Line<'static>> {
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
        let unit = format!(" {:<1$}", self.cells.unit.name(), NAME_COLUMNS - 1);
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

    fn line(&self, name: &str, time: impl Fn(&Histogram) -> Duration) -> Line<'static> {
        self.row(name, |times| match times.is_empty() {
            true => ("-".to_owned(), Style::new()),
            false => (self.cells.time(time(times)), Style::new()),
        })
    }

    /// A percentile; dim if few hits are beyond it, and `-` if none is.
    fn percentile(&self, times: &Histogram, share: f64) -> (String, Style) {
        let style = match share {
            _ if hits_beyond(times.count(), share) < FEW_HITS_BEYOND => self.theme.dim(),
            0.99 => self.theme.strong(),
            _ => Style::new(),
        };
        (self.cells.percentile(times, share), style)
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
