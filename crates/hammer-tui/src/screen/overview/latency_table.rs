//! Response, service and lateness beside each other: last second, last ten seconds, whole run.

use hammer_core::OpenOrClosedLoop;
use hammer_stats::Histogram;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::time_cell::TimeCells;
use super::trend_lines::draw_trends;
use crate::live::live_second::LiveDistributions;
use crate::screen::tab_context::TabContext;
use crate::screen::theme::Theme;

/// The height of the table.
pub(super) const LATENCY_HEIGHT: u16 = 4;

/// Columns of the names of the times.
const NAME_COLUMNS: usize = 9;

/// The width from which the table has the maximum of the run.
const MAXIMUM_WIDTH: u16 = 100;

/// The parts of a run that tables of times compare.
pub(crate) const WINDOWS: [&str; 3] = ["last 1 s", "last 10 s", "whole run"];

/// The least columns in which a trend can be seen.
const LEAST_TREND_COLUMNS: u16 = 10;

/// Draws the table, and at its right the p99 of each second.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, context: TabContext<'_>) {
    let TabContext {
        load,
        latest,
        settings,
        theme,
        ..
    } = context;
    let all = [&latest.last, &load.last_ten, &load.so_far];
    let shown = TIMES.iter().flat_map(|(_, of)| all.map(of));
    let cells = TimeCells::for_percentiles(settings, shown, 0.999);
    let cell_columns = match area.width {
        ..72 => 10,
        72..120 => 11,
        _ => 13,
    };
    let mut head = WINDOWS.to_vec();
    head.extend(["run p50", "run p99.9"]);
    let has_maximum = area.width >= MAXIMUM_WIDTH;
    head.extend(has_maximum.then_some("run max"));
    let table = 1 + NAME_COLUMNS + head.len() * cell_columns + 2;
    let name = format!(" {:<NAME_COLUMNS$}", format!("p99, {}", cells.unit.name()));
    let head = head.iter().map(|head| format!("{head:>cell_columns$}"));
    let head: String = head.collect();
    let mut lines = vec![Line::styled(format!("{name}{head}"), theme.dim())];
    let styles = [theme.response(), theme.service(), theme.lateness()];
    for ((name, of), style) in TIMES.into_iter().zip(styles) {
        let is_closed = latest.loop_kind == OpenOrClosedLoop::Closed;
        lines.push(match is_closed && name == "lateness" {
            true => closed_loop_line(style),
            false => {
                let columns = (cell_columns, has_maximum);
                row(name, all.map(of), cells, columns, style, theme)
            }
        });
    }
    for (line, row) in lines.into_iter().zip(area.rows()) {
        frame.render_widget(line, row);
    }
    let table = table as u16;
    let trends = Rect {
        x: area.x + table.min(area.width),
        y: area.y + 1,
        width: area.width.saturating_sub(table + 1),
        height: area.height.saturating_sub(1),
    };
    if trends.width >= LEAST_TREND_COLUMNS {
        draw_trends(trends, frame.buffer_mut(), context, styles);
    }
}

type SelectTimes = fn(&LiveDistributions) -> &Histogram;

const TIMES: [(&str, SelectTimes); 3] = [
    ("response", |times| &times.response),
    ("service", |times| &times.service),
    ("lateness", |times| &times.lateness),
];

fn row(
    name: &str,
    [last, last_ten, whole]: [&Histogram; 3],
    cells: TimeCells,
    (columns, has_maximum): (usize, bool),
    style: Style,
    theme: &Theme,
) -> Line<'static> {
    let p99s = [last, last_ten, whole].map(|times| cells.percentile(times, 0.99));
    let mut others = [0.5, 0.999]
        .map(|share| cells.percentile(whole, share))
        .to_vec();
    if has_maximum {
        others.push(cells.maximum(whole));
    }
    let text = |texts: &[String]| -> String {
        texts
            .iter()
            .map(|text| format!(" {text:>0$}", columns - 1))
            .collect()
    };
    Line::from(vec![
        Span::styled(format!(" {name:<NAME_COLUMNS$}"), style),
        Span::styled(text(&p99s), theme.strong()),
        Span::raw(text(&others)),
    ])
}

fn closed_loop_line(style: Style) -> Line<'static> {
    Line::from(vec![
        Span::styled(format!(" {:<NAME_COLUMNS$}", "lateness"), style),
        Span::raw("  none: a closed loop has no schedule"),
    ])
}
