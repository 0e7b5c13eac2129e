//! The rate, the hits in flight and the backlog; and the hits so far.

use hammer_core::OpenOrClosedLoop;
use hammer_diagnostic::{format_count, format_decimal, format_percent};
use ratatui::text::{Line, Span};

use crate::live::live_load::LiveLoad;
use crate::live::live_second::LiveSecond;
use crate::screen::item_line::ItemLine;
use crate::screen::theme::Theme;

/// The share of the requested rate below which the started rate is marked.
const LEAST_RATE_SHARE: f64 = 0.98;

/// The achieved rate of the last second, such as `700/s`.
pub(crate) fn per_second(latest: &LiveSecond) -> String {
    let hits = latest.loop_kind.achieved_hits(latest.started, &latest.hits);
    rate(hits as f64 / latest.length.as_secs_f64().max(1.0))
}

fn rate(per_second: f64) -> String {
    format!("{}/s", format_decimal(per_second))
}

/// The line of the rate, in the longest of its forms that fits.
pub(super) fn rate_line(latest: &LiveSecond, width: usize, theme: &Theme) -> Line<'static> {
    let forms = [RateForm::Full, RateForm::Short, RateForm::Shortest];
    let lines = forms.map(|form| rate_items(latest, form, width, theme));
    let mut lines = lines.into_iter().peekable();
    while let Some(line) = lines.next() {
        if line.fits() || lines.peek().is_none() {
            return line.finish(theme.dim());
        }
    }
    Line::default()
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
    let in_flight = format!("in flight {}", format_count(latest.in_flight));
    line.push_text(match latest.generator.max_in_flight {
        most @ 1.. if form == RateForm::Full => {
            format!("{in_flight} of {}", format_count(most as u64))
        }
        _ => in_flight,
    });
    let backlog = format!("backlog {}", format_count(latest.backlog));
    match latest.backlog {
        0 => line.push_text(backlog),
        _ => line.push([Span::styled(backlog, theme.warning())]),
    }
    line
}

/// The line of the hits so far, by result.
pub(super) fn hits_line(
    latest: &LiveSecond,
    live: &LiveLoad,
    width: usize,
    theme: &Theme,
) -> Line<'static> {
    let mut line = ItemLine::new("hits", theme.dim(), width);
    let total = &latest.total;
    line.push_text(match live.hit_count {
        Some(count) => format!(
            "{} of {} started",
            format_count(latest.total_started),
            format_count(count)
        ),
        None => format!("{} started", format_count(latest.total_started)),
    });
    for (name, count) in [
        ("rejected", total.rejected),
        ("failed", total.failed),
        ("timed out", total.timed_out),
        ("unsent", total.unsent),
        ("abandoned", total.abandoned),
    ] {
        if count > 0 {
            let share = count as f64 * 100.0 / total.ended().max(1) as f64;
            let text = format!("{} {name} {} %", format_count(count), format_percent(share));
            line.push([Span::styled(text, theme.fail())]);
        }
    }
    if total.unanswered() + total.rejected == 0 {
        line.push_text("0 failed");
    }
    line.push_text(format!("{} ok", format_count(total.ok)));
    line.finish(theme.dim())
}
