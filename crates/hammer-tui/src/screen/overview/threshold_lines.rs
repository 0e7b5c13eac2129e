//! The thresholds with their figures.

use hammer_diagnostic::format_count;
use ratatui::text::{Line, Span};

use crate::live::live_threshold::LiveThreshold;
use crate::screen::item_line::ItemLine;
use crate::screen::theme::Theme;

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
    let mut line = ItemLine::new("", theme.dim(), width).unlabeled();
    for threshold in by_urgency(thresholds) {
        line.push(parts(threshold, theme));
    }
    line.finish_lines(count, theme.dim())
}

/// A line per threshold, the failing ones first.
pub(super) fn threshold_list(
    thresholds: &[LiveThreshold],
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let lines = by_urgency(thresholds).into_iter().map(|threshold| {
        let mut line = ItemLine::new("", theme.dim(), width).unlabeled();
        line.push(parts(threshold, theme));
        line.finish(theme.dim())
    });
    lines.collect()
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

fn parts(threshold: &LiveThreshold, theme: &Theme) -> Vec<Span<'static>> {
    let (word, style) = match (is_as_wanted(threshold), threshold.is_abort_condition) {
        (None, _) => ("no figure yet", theme.dim()),
        (Some(true), false) => ("pass", theme.pass()),
        (Some(false), false) => ("FAIL", theme.fail()),
        (Some(true), true) => ("not met", theme.pass()),
        (Some(false), true) => ("MET: aborts", theme.fail()),
    };
    let expression = match threshold.is_abort_condition {
        true => format!("abort if {} ", threshold.expression),
        false => format!("{} ", threshold.expression),
    };
    let mut parts = vec![Span::raw(expression), Span::styled(word, style)];
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
    parts
}
