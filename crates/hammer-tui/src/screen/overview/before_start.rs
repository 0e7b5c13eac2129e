//! The description of a load that has no figures yet.

use hammer_diagnostic::format_count;
use ratatui::text::{Line, Span};

use super::load_line::load_line;
use super::threshold_lines::threshold_lines;
use crate::clean_text::cut;
use crate::live::live_load::LiveLoad;
use crate::run_view::run_view::RunView;
use crate::screen::clock_text::clock_text;
use crate::screen::theme::Theme;

/// Columns of the label of a line.
const LABEL_COLUMNS: usize = 13;

/// The most lines of thresholds.
const MOST_THRESHOLD_LINES: usize = 3;

/// The loads, the selected one with all that is known of it, and the thresholds.
pub(super) fn lines(
    run: &RunView,
    index: usize,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let mut lines = vec![];
    lines.extend(load_line(run, index, width, theme));
    lines.push(Line::default());
    let facts = run.run.loads.get(index).map(facts).unwrap_or_default();
    for (name, text) in facts {
        // They follow with their figures.
        if name == "thresholds" && !run.thresholds.is_empty() {
            continue;
        }
        let name = format!(" {name:<0$}", LABEL_COLUMNS - 1);
        lines.push(Line::from(vec![
            Span::styled(name, theme.dim()),
            Span::raw(cut(&text, width.saturating_sub(LABEL_COLUMNS + 1))),
        ]));
    }
    lines.extend(threshold_lines(
        &run.thresholds,
        MOST_THRESHOLD_LINES,
        width,
        theme,
    ));
    lines.push(Line::default());
    let text = " no figures yet: the first come one second after the start";
    lines.push(Line::styled(text, theme.dim()));
    lines
}

fn facts(load: &LiveLoad) -> Vec<(&'static str, String)> {
    let stages: Vec<_> = load
        .stages
        .iter()
        .map(|stage| stage.name.as_str())
        .collect();
    let bounds: Vec<_> = load
        .bounds
        .iter()
        .map(|bound| bound.expression.as_str())
        .collect();
    let facts = [
        ("target", load.target.clone()),
        ("shape", load.shape.clone()),
        (
            "length",
            match load.length {
                Some(length) => clock_text(length),
                None => "depends on the target".to_owned(),
            },
        ),
        ("hits", load.hit_count.map(format_count).unwrap_or_default()),
        ("stages", stages.join(", ")),
        ("thresholds", bounds.join(", ")),
    ];
    facts
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .collect()
}
