//! The groups of a load.

use hammer_core::GroupReport;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::overview::time_cell::TimeCells;
use super::screen_settings::ScreenSettings;
use super::tab_parts::{percent_of, short_count};
use super::theme::Theme;
use crate::live::live_load::LiveLoad;
use crate::live::live_second::{GroupSoFar, LiveSecond};
use crate::widgets::cell_text;

/// The columns of the figures of a group.
const GROUP_FIGURES: [(&str, usize); 5] = [
    ("hits", 11),
    ("share", 8),
    ("not ok", 10),
    ("p50", 9),
    ("p99", 8),
];

/// Groups, those with the most hits first.
pub(super) fn group_lines(
    latest: &LiveSecond,
    live: &LiveLoad,
    settings: &ScreenSettings,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    if live.groups.is_empty() {
        return vec![];
    }
    let mut groups: Vec<&GroupSoFar> = latest.groups.iter().collect();
    groups.retain(|group| group.hits.ended() > 0);
    groups.sort_by_key(|group| std::cmp::Reverse(group.hits.ended()));
    let cells = TimeCells::for_groups(settings, groups.iter().map(|group| &group.response));
    let figure_columns: usize = GROUP_FIGURES.iter().map(|(_, columns)| columns).sum();
    let name_columns = width.saturating_sub(figure_columns + 2).min(48);
    let mut heading = cell_text::left("groups", name_columns);
    for (name, columns) in GROUP_FIGURES {
        let name = match name {
            "p50" => format!("p50, {}", cells.unit.name()),
            name => name.to_owned(),
        };
        heading.push_str(&cell_text::right(&name, columns));
    }
    let mut lines = vec![Line::styled(format!(" {heading}"), theme.dim())];
    for group in groups {
        let name = GroupReport::name_of(&live.groups, group.index);
        lines.push(group_line(&name, name_columns, group, latest, cells, theme));
    }
    lines
}

fn group_line(
    name: &str,
    name_columns: usize,
    group: &GroupSoFar,
    latest: &LiveSecond,
    cells: TimeCells,
    theme: &Theme,
) -> Line<'static> {
    let hits = group.hits.ended();
    let not_ok = hits.saturating_sub(group.hits.ok);
    let response = &group.response;
    let texts = [
        short_count(hits, 10),
        percent_of(hits, latest.total.ended()),
        percent_of(not_ok, hits),
        cells.supported(response.count, 0.5, || response.p50),
        cells.supported(response.count, 0.99, || response.p99),
    ];
    let not_ok_style = match not_ok {
        0 => Style::new(),
        _ => theme.fail(),
    };
    let styles = [
        Style::new(),
        theme.dim(),
        not_ok_style,
        Style::new(),
        theme.strong(),
    ];
    let mut line = Line::from(format!(" {}", cell_text::left(name, name_columns)));
    for ((text, style), (_, columns)) in texts.into_iter().zip(styles).zip(GROUP_FIGURES) {
        let text = format!(" {}", cell_text::right(&text, columns - 1));
        line.push_span(Span::styled(text, style));
    }
    line
}
