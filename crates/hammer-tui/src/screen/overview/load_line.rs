//! All loads of a plan in one line.

use hammer_diagnostic::format_count;
use ratatui::text::{Line, Span};

use super::rate_line::per_second;
use crate::clean_text::cut_name;
use crate::run_view::load_view::{LoadState, LoadView};
use crate::run_view::run_view::RunView;
use crate::screen::item_line::ItemLine;
use crate::screen::tab::LOADS_KEY;
use crate::screen::theme::Theme;

/// The most columns of the name of a load.
const NAME_COLUMNS: usize = 16;

/// The loads with their rates and failures, or `None` if there is one load. If not all of them fit, the
/// selected one comes first.
pub(super) fn load_line(
    run: &RunView,
    selected: usize,
    width: usize,
    theme: &Theme,
) -> Option<Line<'static>> {
    let count = run.loads.len();
    if count < 2 {
        return None;
    }
    let selected = selected.min(count - 1);
    let in_order = load_items(run, 0..count, selected, width, theme);
    let line = match in_order.fits() {
        true => in_order,
        false => {
            let order = (selected..count).chain(0..selected);
            load_items(run, order, selected, width, theme)
        }
    };
    Some(line.finish(theme.dim()))
}

fn load_items(
    run: &RunView,
    order: impl Iterator<Item = usize>,
    selected: usize,
    width: usize,
    theme: &Theme,
) -> ItemLine {
    let mut line = ItemLine::new("loads", theme.dim(), width).with_key(LOADS_KEY);
    for index in order {
        let load = &run.loads[index];
        let name = cut_name(&run.run.loads[index].name, NAME_COLUMNS);
        let style = match index == selected {
            true => theme.selected(),
            false => theme.strong(),
        };
        let state = format!(" {}", state_text(load));
        let mut parts = vec![Span::styled(name, style), Span::raw(state)];
        let not_ok = load.latest.as_ref().map_or(0, |latest| {
            latest.total.ended().saturating_sub(latest.total.ok)
        });
        if not_ok > 0 {
            let text = format!(" {} not ok", format_count(not_ok));
            parts.push(Span::styled(text, theme.fail()));
        }
        line.push(parts);
    }
    line
}

fn state_text(load: &LoadView) -> String {
    match (&load.state, &load.latest) {
        (LoadState::Preparing(_), _) => "not started".to_owned(),
        (LoadState::Running, None) => "starts".to_owned(),
        (LoadState::Running, Some(latest)) => per_second(latest),
        (LoadState::Draining, _) => "draining".to_owned(),
        (LoadState::Finished(verdict), _) => format!("ended {}", verdict.as_str().to_uppercase()),
    }
}
