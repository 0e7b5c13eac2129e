//! The panels of the overview in one column.
//!
//! Those at the bottom drop on low screens.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::charts::{LEAST_CHARTS_HEIGHT, draw_charts};
use super::latency_table::LATENCY_HEIGHT;
use super::{latency_table, rate_line, result_lines};
use crate::screen::tab_context::TabContext;
use crate::screen::tab_parts::draw_lines;

/// The height from which blank lines separate the panels.
const LOOSE_HEIGHT: u16 = 24;

/// The areas of the panels.
#[derive(Debug)]
pub(super) struct OverviewPanels {
    hits: Vec<Line<'static>>,
    hits_area: Rect,
    latency: Rect,
    charts: Rect,
    /// Failures, codes and groups.
    results: Vec<Line<'static>>,
    results_area: Rect,
}

impl OverviewPanels {
    pub(super) fn of(context: TabContext<'_>, area: Rect) -> Self {
        let width = usize::from(area.width);
        let TabContext {
            latest,
            live,
            settings,
            theme,
            ..
        } = context;
        let hits = vec![rate_line::hits_line(latest, live, width, theme)];
        let mut results = result_lines::failure_lines(latest, width, theme);
        results.extend(result_lines::label_line(latest, width, theme));
        results.extend(result_lines::group_line(
            latest, live, settings, width, theme,
        ));
        let gap = u16::from(area.height >= LOOSE_HEIGHT);
        let mut rest = area;
        let hits_area = take_top(&mut rest, hits.len() as u16);
        take_top(&mut rest, gap);
        let latency = take_top(&mut rest, LATENCY_HEIGHT);
        take_top(&mut rest, gap);
        let most = rest.height.saturating_sub(LEAST_CHARTS_HEIGHT);
        let results_height = (results.len() as u16).min(most);
        let gap = gap * u16::from(results_height > 0);
        let charts_height = rest.height - results_height - gap.min(rest.height - results_height);
        let charts = take_top(&mut rest, charts_height);
        take_top(&mut rest, gap);
        Self {
            hits,
            hits_area,
            latency,
            charts,
            results,
            results_area: rest,
        }
    }

    pub(super) fn draw(self, frame: &mut Frame<'_>, context: TabContext<'_>) {
        draw_lines(frame, self.hits_area, self.hits);
        latency_table::draw(frame, self.latency, context);
        draw_charts(frame, self.charts, context);
        draw_lines(frame, self.results_area, self.results);
    }
}

/// Cuts lines off the top of an area.
pub(super) fn take_top(area: &mut Rect, lines: u16) -> Rect {
    let lines = lines.min(area.height);
    let top = Rect {
        height: lines,
        ..*area
    };
    area.y += lines;
    area.height -= lines;
    top
}
