//! The line below the header: the worst verdict so far with its first reason, and what the load does.

use std::time::{Duration, Instant};

use hammer_core::{OpenOrClosedLoop, VerdictStatus};
use hammer_diagnostic::{format_count, format_counted};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::clock_text::clock_text;
use super::tab::GENERATOR_KEY;
use super::theme::Theme;
use crate::clean_text::{cut, cut_name};
use crate::live::live_load::LiveLoad;
use crate::live::live_second::LiveSecond;
use crate::run_view::load_view::{LoadState, LoadView};
use crate::run_view::run_view::{RunStop, RunView};
use crate::widgets::cell_text;

/// The least columns in which the begin of a reason says something.
const LEAST_REASON: usize = 20;

/// The most columns of the name of a load.
const LOAD_COLUMNS: usize = 16;

/// The second line, and where `most` allows it a third one for a reason that is too long for one.
pub(super) fn status_lines(
    run: &RunView,
    (live, load): (&LiveLoad, &LoadView),
    width: usize,
    most: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let width = width.saturating_sub(1);
    let worst = worst_load(run, load);
    let judged = worst.map_or(load, |(_, worst)| worst);
    let latest = judged.latest.as_ref();
    let has_reasons = latest.is_some_and(|latest| !latest.verdict.reasons.is_empty());
    let mut line = Line::from(" ");
    if let Some((word, status)) = verdict_word(judged) {
        line.push_span(Span::styled(word, theme.verdict(status)));
        if let Some((name, _)) = worst {
            line.push_span(format!(" in {}", cut_name(name, LOAD_COLUMNS)));
        }
        line.push_span("   ");
    }
    if let Some(text) = activity(run, (live, load), Instant::now()) {
        let text = cut(&text, width.saturating_sub(line.width()));
        line.push_span(Span::styled(text, theme.warning()));
        if !has_reasons {
            return vec![line];
        }
        line.push_span("   ");
    }
    let Some(latest) = latest else {
        return vec![line];
    };
    let left = width.saturating_sub(line.width());
    let mut reason = reason_lines(latest, [left, width.saturating_sub(2)], most).into_iter();
    line.extend(reason.next().map(Span::raw));
    let mut lines = vec![line];
    lines.extend(reason.map(|text| Line::from(format!("   {text}"))));
    lines
}

/// The load with the worst verdict and its name, if that of the selected load is better.
fn worst_load<'a>(run: &'a RunView, selected: &LoadView) -> Option<(&'a str, &'a LoadView)> {
    let loads = run.run.loads.iter().zip(&run.loads);
    let mut worst = None;
    let mut worst_status = status(selected).unwrap_or_default();
    for (live, load) in loads {
        if let Some(status) = status(load).filter(|status| *status > worst_status) {
            worst_status = status;
            worst = Some((live.name.as_str(), load));
        }
    }
    worst
}

/// The verdict on a load, or that so far.
pub(super) fn status(load: &LoadView) -> Option<VerdictStatus> {
    match (&load.state, &load.latest) {
        (LoadState::Finished(status), _) => Some(*status),
        (_, latest) => Some(latest.as_ref()?.verdict.status),
    }
}

fn verdict_word(load: &LoadView) -> Option<(String, VerdictStatus)> {
    let status = status(load)?;
    let word = status.as_str().to_uppercase();
    match load.state {
        LoadState::Finished(_) => Some((word, status)),
        _ => Some((format!("{word} so far"), status)),
    }
}

/// The activity of the load, unless it runs.
fn activity(run: &RunView, (live, load): (&LiveLoad, &LoadView), now: Instant) -> Option<String> {
    let in_flight = load.latest.as_ref().map_or(0, |latest| latest.in_flight);
    match (&load.state, &run.stopping) {
        (LoadState::Finished(_), _) => Some("finished".to_owned()),
        (_, Some(RunStop::Explained(text))) => Some(text.clone()),
        (_, Some(RunStop::Requested)) => Some(format!(
            "stopping: {} in flight may end (q: stop now)",
            format_counted(in_flight, "hit")
        )),
        (_, Some(RunStop::AtOnce)) => Some("stopping now: hits in flight are cut off".to_owned()),
        (LoadState::Preparing(text), _) if text.is_empty() => match time_to_start(run, live) {
            Some(left) => Some(format!(
                "waits for its start at {}, {} left",
                clock_text(live.offset),
                clock_text(left)
            )),
            None => Some("preparing".to_owned()),
        },
        (LoadState::Preparing(text), _) => Some(format!("{text}{}", countdown(load, now))),
        (LoadState::Draining, _) => Some(format!(
            "draining: {} in flight{}",
            format_counted(in_flight, "hit"),
            countdown(load, now)
        )),
        (LoadState::Running, _) => None,
    }
}

/// The time until the start of a load that starts after its plan, by the clock of the loads that run.
fn time_to_start(run: &RunView, live: &LiveLoad) -> Option<Duration> {
    let loads = run.run.loads.iter().zip(&run.loads);
    let clocks = loads.filter_map(|(live, load)| Some(live.offset + load.latest.as_ref()?.elapsed));
    let left = live.offset.checked_sub(clocks.max()?)?;
    (!left.is_zero()).then_some(left)
}

/// The time until the activity ends at the latest, in whole seconds, if known.
fn countdown(load: &LoadView, now: Instant) -> String {
    let left = load.time_left(now).filter(|left| !left.is_zero());
    left.map_or(String::new(), |left| {
        let seconds = Duration::from_secs(left.as_millis().div_ceil(1_000) as u64);
        format!(", {} left", clock_text(seconds))
    })
}

/// The first reason of the verdict in at most `most` lines of these widths, with the number of further
/// ones. If anything is missing, the key of the tab that has it is named.
fn reason_lines(latest: &LiveSecond, [first, second]: [usize; 2], most: usize) -> Vec<String> {
    let reasons = &latest.verdict.reasons;
    let Some(reason) = reasons.first() else {
        let text = match latest.loop_kind {
            OpenOrClosedLoop::Open => "the generator keeps the schedule",
            OpenOrClosedLoop::Closed => "closed loop: the target decides on the rate",
        };
        return vec![cut(text, first)];
    };
    let more = match reasons.len() - 1 {
        0 => String::new(),
        more => format!(" +{} more: key {GENERATOR_KEY}", format_count(more as u64)),
    };
    if reason.width() + more.width() <= first {
        return vec![format!("{reason}{more}")];
    }
    let cut_to = |text: &str, width: usize| match text.width() + more.width() <= width {
        true => format!("{text}{more}"),
        false => {
            let more = match more.is_empty() {
                true => format!(" key {GENERATOR_KEY}"),
                false => more.clone(),
            };
            format!("{}{more}", cut(text, width.saturating_sub(more.width())))
        }
    };
    if most < 2 || first < LEAST_REASON {
        return vec![cut_to(reason, first)];
    }
    let wrapped = cell_text::wrap(reason, first);
    let rest = wrapped[1..].join(" ");
    vec![wrapped[0].clone(), cut_to(&rest, second)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::live_update::LiveUpdate;
    use crate::testing::{plan, steps_run};

    /// The load of a plan that had yet to start was `preparing`.
    #[test]
    fn the_time_until_the_start_of_a_later_load_is_counted_down() {
        let mut run = plan();
        run.loads[2].state = LoadState::Preparing(String::new());
        let text = |run: &RunView| {
            let load = (&run.run.loads[2], &run.loads[2]);
            activity(run, load, Instant::now()).expect("an activity")
        };
        assert_eq!(text(&run), "waits for its start at 01:30, 00:19 left");
        run.run.loads[2].offset = Duration::from_secs(71);
        assert_eq!(text(&run), "preparing", "it is due");
        run.run.loads[2].offset = Duration::ZERO;
        assert_eq!(text(&run), "preparing");
    }

    #[test]
    fn the_time_that_is_left_of_a_warm_up_and_of_a_drain_is_counted_down() {
        let mut live = steps_run();
        live.loads[0].drain = Some(Duration::from_secs(5));
        let mut run = RunView::new(live);
        let now = Instant::now();
        run.apply(LiveUpdate::Preparing {
            load: 0,
            text: "warming up for 90s".to_owned(),
            ends_at: now.checked_add(Duration::from_secs(90)),
        });
        let text = |run: &RunView, ms| {
            let now = now + Duration::from_millis(ms);
            let load = (&run.run.loads[0], &run.loads[0]);
            activity(run, load, now).expect("an activity")
        };
        assert_eq!(text(&run, 0), "warming up for 90s, 01:30 left");
        assert_eq!(text(&run, 88_500), "warming up for 90s, 00:02 left");
        assert_eq!(text(&run, 90_000), "warming up for 90s");
        assert!(run.counts_down(now));
        assert!(!run.counts_down(now + Duration::from_secs(90)));
        run.apply(LiveUpdate::Draining { load: 0 });
        let drain = text(&run, 1_000);
        assert!(
            drain.starts_with("draining: 0 hits in flight, 00:0"),
            "{drain}"
        );
        assert!(!run.counts_down(now), "each second of a drain has its tick");
    }
}
