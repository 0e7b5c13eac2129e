//! The generator: its verdict, threads, lateness and limits.

use hammer_core::{OpenOrClosedLoop, Verdict, VerdictStatus};
use hammer_diagnostic::{TimeUnit, format_bytes, format_count};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::screen_settings::ScreenSettings;
use super::tab_context::TabContext;
use super::tab_parts::{
    NOTABLE, draw_scrolled_lines, marked, named_line, rounded_percent, share_text, wrapped_lines,
};
use super::theme::Theme;
use super::thread_table::thread_lines;
use crate::live::live_second::LiveSecond;
use crate::run_view::load_view::LoadView;
use crate::run_view::run_view::RunView;

/// The share of a limit from which its use is marked.
const NEAR_LIMIT: f64 = 0.9;

/// Draws the tab.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, context: TabContext<'_>) {
    let TabContext {
        run,
        load,
        latest,
        settings,
        theme,
        ..
    } = context;
    let width = usize::from(area.width);
    let mut lines = verdict_lines(&latest.verdict, width, theme);
    lines.push(Line::default());
    lines.push(lateness_line(latest, settings, theme));
    lines.extend(hit_lines(latest, width, theme));
    lines.push(Line::default());
    lines.push(cpu_line(load, latest, theme));
    lines.extend(limit_lines(run, latest, theme));
    lines.push(Line::default());
    // The last, since there can be many.
    lines.extend(thread_lines(&load.threads, latest, settings, width, theme));
    draw_scrolled_lines(frame, area, lines, settings, theme);
}

/// The verdict so far, with all its reasons.
fn verdict_lines(verdict: &Verdict, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let word = format!("{} so far", verdict.status.as_str().to_uppercase());
    let mut parts = vec![Span::styled(word, theme.verdict(verdict.status))];
    if verdict.status == VerdictStatus::Valid {
        parts.push(Span::raw("   the numbers describe the target"));
    }
    let mut lines = vec![named_line("verdict", parts, theme)];
    for (index, reason) in verdict.reasons.iter().enumerate() {
        let number = match verdict.reasons.len() {
            1 => String::new(),
            _ => format!("{:>9}", index + 1),
        };
        lines.extend(wrapped_lines(&number, reason, width, theme));
    }
    lines
}

/// The CPU time on average, and what others took in the last second.
fn cpu_line(load: &LoadView, latest: &LiveSecond, theme: &Theme) -> Line<'static> {
    let cores = latest.generator.cpu_s / latest.elapsed.as_secs_f64().max(1.0);
    let used = format!("{} of a core", rounded_percent(cores));
    let item = |name: &str, share: Option<f64>| {
        let mark = match share {
            Some(share) if share >= NOTABLE => " (high)",
            _ => "",
        };
        let text = format!("   {name} {}{mark}", share_text(share));
        Span::styled(text, marked(share, NOTABLE, theme))
    };
    let items = [
        Span::raw(used),
        item("stolen", load.stolen),
        item("throttled", load.throttled),
    ];
    named_line("CPU", items, theme)
}

/// The generator's own lateness over the whole run.
fn lateness_line(latest: &LiveSecond, settings: &ScreenSettings, theme: &Theme) -> Line<'static> {
    let text = match (
        latest.loop_kind,
        latest.generator.schedule_late_us.measured(),
    ) {
        (OpenOrClosedLoop::Closed, _) => "a closed loop has no schedule".to_owned(),
        (OpenOrClosedLoop::Open, None) => "nothing is measured yet".to_owned(),
        (OpenOrClosedLoop::Open, Some(late)) => {
            let unit = settings.unit.unwrap_or(TimeUnit::for_micros(late.p99));
            let figures = [("p50", late.p50), ("p99", late.p99), ("max", late.max)];
            let figures = figures.map(|(name, us)| format!("{name} {}", unit.format(us)));
            format!("late by {}, {}", figures.join("   "), unit.name())
        }
    };
    named_line("schedule", [Span::raw(text)], theme)
}

/// Hits in flight, in the backlog, that waited and that were not sent.
fn hit_lines(latest: &LiveSecond, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let generator = &latest.generator;
    let count = format_count;
    let used = |now: u64, limit: u64| match limit {
        0 => Style::new(),
        limit => marked(Some(now as f64 / limit as f64), NEAR_LIMIT, theme),
    };
    let limit = generator.max_in_flight as u64;
    let in_flight = format!(
        "{} of {} (peak {})",
        count(latest.in_flight),
        count(limit),
        count(generator.peak_in_flight)
    );
    let backlog = format!(
        "   backlog {} (peak {})",
        count(latest.backlog),
        count(generator.peak_backlog)
    );
    let backlog_style = match latest.backlog {
        0 => Style::new(),
        _ => theme.warning(),
    };
    let parts = [
        Span::styled(in_flight, used(latest.in_flight, limit)),
        Span::styled(backlog, backlog_style),
    ];
    let mut lines = vec![named_line("in flight", parts, theme)];
    let mut waits: Vec<(&str, u64)> = vec![];
    if generator.waited_at_limit > 0 {
        let setting = if generator.is_user_pool {
            "users"
        } else {
            "slots"
        };
        waits.push((setting, generator.waited_at_limit));
    }
    waits.extend(
        generator
            .waited_for
            .iter()
            .map(|(name, hits)| (name.as_str(), *hits)),
    );
    let unsent = generator
        .unsent
        .iter()
        .map(|(name, hits)| (name.as_str(), *hits));
    for (name, counts) in [("waited for", waits), ("not sent", unsent.collect())] {
        if !counts.is_empty() {
            let texts: Vec<_> = (counts.iter())
                .map(|(name, hits)| format!("{name} {}", count(*hits)))
                .collect();
            lines.extend(wrapped_lines(name, &texts.join(",  "), width, theme));
        }
    }
    lines
}

/// Files, ports, memory and sessions against their limits.
fn limit_lines(run: &RunView, latest: &LiveSecond, theme: &Theme) -> Vec<Line<'static>> {
    let limits = run.run.limits;
    let generator = &latest.generator;
    let of = |used: Option<u64>, limit: Option<u64>| {
        let share = used
            .zip(limit)
            .map(|(used, limit)| used as f64 / limit.max(1) as f64);
        let mark = match share {
            Some(share) if share >= NEAR_LIMIT => " (near the limit)",
            _ => "",
        };
        let used = used.map_or("unknown".to_owned(), format_count);
        let text = match limit {
            Some(limit) => format!("{used} of {}{mark}", format_count(limit)),
            None => format!("{used}, the limit is unknown"),
        };
        Span::styled(text, marked(share, NEAR_LIMIT, theme))
    };
    let memory = match generator.host.memory_bytes {
        Some(bytes) => format!(
            "{} of {} at the peak",
            format_bytes(generator.peak_rss_bytes),
            format_bytes(bytes)
        ),
        None => format!("{} at the peak", format_bytes(generator.peak_rss_bytes)),
    };
    let sessions = format!(
        "{} opened in {} slots",
        format_count(generator.sessions_opened),
        format_count(generator.slots_opened)
    );
    vec![
        named_line("files", [of(run.open_files, limits.files)], theme),
        named_line(
            "ports",
            [
                of(Some(run.open_ports()), limits.ports),
                Span::raw(" (open sessions)"),
            ],
            theme,
        ),
        named_line("memory", [Span::raw(memory)], theme),
        named_line("sessions", [Span::raw(sessions)], theme),
    ]
}
