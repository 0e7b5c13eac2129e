//! The rate, the hits in flight and the backlog; and the hits so far.

use std::cmp::Reverse;

use hammer_core::OpenOrClosedLoop;
use hammer_diagnostic::{format_count, format_decimal, format_percent};
use ratatui::text::{Line, Span};

use crate::live::live_load::LiveLoad;
use crate::live::live_second::LiveSecond;
use crate::screen::item_line::ItemLine;
use crate::screen::tab::RESULTS_KEY;
use crate::screen::theme::Theme;

/// The share of the requested rate below which the started rate is marked.
const LEAST_RATE_SHARE: f64 = 0.98;

/// The columns that the rates of the seconds need at least, with the gaps around them.
const SPARK_COLUMNS: usize = 9;

/// The share of the limit of the hits in flight from which it is always shown.
const NEAR_SHARE: f64 = 0.8;

/// The achieved rate of the last second, such as `700/s`.
pub(crate) fn per_second(latest: &LiveSecond) -> String {
    let hits = latest.loop_kind.achieved_hits(latest.started, &latest.hits);
    rate(hits as f64 / latest.length.as_secs_f64().max(1.0))
}

fn rate(per_second: f64) -> String {
    format!("{}/s", format_decimal(per_second))
}

/// The line of the rate, in the longest of its forms that fits.
///
/// Where the line is nearly full, the limit of the hits in flight gives way to the rates of the seconds,
/// unless the limit is near.
pub(super) fn rate_line(latest: &LiveSecond, width: usize, theme: &Theme) -> Line<'static> {
    let is_limit_near =
        latest.in_flight as f64 >= NEAR_SHARE * latest.generator.max_in_flight as f64;
    let reserved = if is_limit_near { 0 } else { SPARK_COLUMNS };
    let forms = [
        (RateForm::Full, reserved),
        (RateForm::Short, reserved),
        (RateForm::Full, 0),
        (RateForm::Short, 0),
    ];
    for (form, reserved) in forms {
        let line = rate_items(latest, form, width, theme);
        if line.left() >= reserved && line.fits() {
            return line.finish(theme.dim());
        }
    }
    rate_items(latest, RateForm::Shortest, width, theme).finish(theme.dim())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RateForm {
    Full,
    /// Without the limit of the hits in flight.
    Short,
    /// And with the requested rate after the started one.
    Shortest,
}

fn rate_items(latest: &LiveSecond, form: RateForm, width: usize, theme: &Theme) -> ItemLine {
    let mut line = ItemLine::new("rate", theme.dim(), width);
    let started = latest.started as f64 / latest.length.as_secs_f64().max(1.0);
    match (latest.loop_kind, latest.requested_rate) {
        (OpenOrClosedLoop::Open, Some(requested)) => {
            // A rate below 50/s is not a whole number in each second.
            let is_low = started + 1.0 < requested * LEAST_RATE_SHARE;
            let style = match is_low {
                true => theme.warning(),
                false => theme.strong(),
            };
            if form == RateForm::Shortest {
                let text = format!("started {} of {}", format_decimal(started), rate(requested));
                line.push([Span::styled(text, style)]);
            } else {
                line.push_text(format!("requested {}", rate(requested)));
                line.push([Span::styled(format!("started {}", rate(started)), style)]);
            }
        }
        _ => {
            line.push_text("closed loop");
            let text = format!("answered {}", per_second(latest));
            line.push([Span::styled(text, theme.strong())]);
        }
    }
    let most = latest.generator.max_in_flight as u64;
    let mut in_flight = format!("in flight {}", format_count(latest.in_flight));
    if most > 0 && form == RateForm::Full {
        in_flight.push_str(&format!(" of {}", format_count(most)));
    }
    match most > 0 && latest.in_flight >= most {
        true => line.push([Span::styled(in_flight, theme.warning())]),
        false => line.push_text(in_flight),
    }
    let backlog = format!("backlog {}", format_count(latest.backlog));
    match latest.backlog {
        0 => line.push_text(backlog),
        _ => line.push([Span::styled(backlog, theme.warning())]),
    }
    line
}

/// The line of the hits so far, by result; those that are not ok come first, the most frequent first.
pub(super) fn hits_line(
    latest: &LiveSecond,
    live: &LiveLoad,
    width: usize,
    theme: &Theme,
) -> Line<'static> {
    let started = format_count(latest.total_started);
    let full = live
        .hit_count
        .map(|all| format!("{started} of {} started", format_count(all)));
    let short = format!("{started} started");
    if let Some(full) = full {
        let line = hits_items(full, latest, width, theme);
        if line.fits() {
            return line.finish(theme.dim());
        }
    }
    hits_items(short, latest, width, theme).finish(theme.dim())
}

fn hits_items(started: String, latest: &LiveSecond, width: usize, theme: &Theme) -> ItemLine {
    let mut line = ItemLine::new("hits", theme.dim(), width).with_key(RESULTS_KEY);
    line.push_text(started);
    let total = &latest.total;
    let mut not_ok = [
        ("rejected", total.rejected),
        ("failed", total.failed),
        ("timed out", total.timed_out),
        ("unsent", total.unsent),
        ("abandoned", total.abandoned),
    ];
    not_ok.sort_by_key(|(_, count)| Reverse(*count));
    for (name, count) in not_ok.into_iter().filter(|(_, count)| *count > 0) {
        let share = count as f64 * 100.0 / total.ended().max(1) as f64;
        let text = format!("{} {name} {} %", format_count(count), format_percent(share));
        line.push([Span::styled(text, theme.fail())]);
    }
    if total.unanswered() + total.rejected == 0 {
        line.push_text("0 failed");
    }
    line.push_text(format!("{} ok", format_count(total.ok)));
    line
}
