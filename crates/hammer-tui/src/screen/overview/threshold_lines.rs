//! The thresholds with their figures.

use hammer_diagnostic::format_count;
use ratatui::text::{Line, Span};

use crate::clean_text::cut_name;
use crate::live::live_threshold::LiveThreshold;
use crate::screen::item_line::ItemLine;
use crate::screen::tab::RESULTS_KEY;
use crate::screen::theme::Theme;

/// The least columns in which an expression can be recognized.
const LEAST_EXPRESSION: usize = 12;

/// The columns of `  +99 more: key 4`.
const MORE_COLUMNS: usize = 17;

/// At most `count` lines of thresholds, the failing ones first. Without thresholds, it is empty.
pub(super) fn threshold_lines(
    thresholds: &[LiveThreshold],
    count: usize,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    if thresholds.is_empty() {
        return vec![];
    }
    let line = ItemLine::new("", theme.dim(), width).unlabeled();
    let mut line = line.with_key(RESULTS_KEY);
    // Room for the number of those that do not fit.
    let more = if thresholds.len() > 1 {
        MORE_COLUMNS
    } else {
        0
    };
    let columns = line.item_columns().saturating_sub(more);
    for threshold in by_urgency(thresholds) {
        line.push(threshold_parts(threshold, columns, theme));
    }
    line.finish_lines(count, theme.dim())
}

/// A line per threshold of at most `width`, the failing ones first.
pub(crate) fn threshold_list(
    thresholds: &[LiveThreshold],
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let thresholds = by_urgency(thresholds).into_iter();
    thresholds
        .map(|threshold| threshold_parts(threshold, width, theme).into())
        .collect()
}

fn by_urgency(thresholds: &[LiveThreshold]) -> Vec<&LiveThreshold> {
    let mut sorted: Vec<_> = thresholds.iter().collect();
    sorted.sort_by_key(|threshold| match is_as_wanted(threshold) {
        Some(false) => 0,
        _ if threshold.is_abort_condition => 2,
        _ => 1,
    });
    sorted
}

fn is_as_wanted(threshold: &LiveThreshold) -> Option<bool> {
    threshold
        .holds
        .map(|holds| holds != threshold.is_abort_condition)
}

/// A threshold with its figure, in at most `width` columns: a long expression is cut.
fn threshold_parts(threshold: &LiveThreshold, width: usize, theme: &Theme) -> Vec<Span<'static>> {
    let (word, style) = match (is_as_wanted(threshold), threshold.is_abort_condition) {
        (None, _) => ("no figure yet", theme.dim()),
        (Some(true), false) => ("pass", theme.pass()),
        (Some(false), false) => ("FAIL", theme.fail()),
        (Some(true), true) => ("not met", theme.pass()),
        (Some(false), true) => ("MET: aborts", theme.fail()),
    };
    let expression = match threshold.is_abort_condition {
        true => format!("abort if {}", threshold.expression),
        false => threshold.expression.clone(),
    };
    let mut parts = vec![Span::styled(word, style)];
    if !threshold.figure.is_empty() {
        parts.push(Span::styled(
            format!(" {}", threshold.figure),
            theme.strong(),
        ));
    }
    if let Some(budget) = threshold.budget {
        let (left, total) = (format_count(budget.left), format_count(budget.total));
        let style = if budget.left == 0 {
            theme.fail()
        } else {
            theme.dim()
        };
        parts.push(Span::styled(
            format!(" errors left {left} of {total}"),
            style,
        ));
    }
    let columns: usize = parts.iter().map(Span::width).sum();
    let left = width.saturating_sub(columns + 1).max(LEAST_EXPRESSION);
    parts.insert(0, Span::raw(cut_name(&expression, left) + " "));
    parts
}
