//! All loads of a plan in one line.

use hammer_diagnostic::format_count;
use ratatui::text::{Line, Span};

use super::rate_line::per_second;
use crate::clean_text::cut;
use crate::run_view::load_view::{LoadState, LoadView};
use crate::run_view::run_view::RunView;
use crate::screen::item_line::ItemLine;
use crate::screen::theme::Theme;

/// The most columns of the name of a load.
const NAME_COLUMNS: usize = 16;

/// The loads with their rates and failures, the selected one first; none if there is one load.
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
    let mut line = ItemLine::new("loads", theme.dim(), width);
    // From the selected load, if not all of them fit.
    for index in (selected.min(count - 1)..count).chain(0..selected.min(count - 1)) {
        let (load, name) = (
            &run.loads[index],
            cut(&run.run.loads[index].name, NAME_COLUMNS),
        );
        let style = if index == selected {
            theme.selected()
        } else {
            theme.strong()
        };
        let mut parts = vec![Span::styled(name, style), Span::raw(" ")];
        parts.push(Span::raw(state_text(load)));
        let not_ok = load.latest.as_ref().map_or(0, |latest| {
            latest.total.ended().saturating_sub(latest.total.ok)
        });
        if not_ok > 0 {
            let text = format!(" {} not ok", format_count(not_ok));
            parts.push(Span::styled(text, theme.fail()));
        }
        line.push(parts);
    }
    Some(line.finish(theme.dim()))
}

fn state_text(load: &LoadView) -> String {
    match (&load.state, &load.latest) {
        (LoadState::Preparing(_), _) => "not started".to_owned(),
        (LoadState::Running, None) => "starts".to_owned(),
        (LoadState::Running, Some(latest)) => per_second(latest),
        (LoadState::Draining, _) => "draining".to_owned(),
        (LoadState::Finished(verdict), _) => format!("ended {}", verdict.as_str()),
    }
}
