//! The first line: the load, its stage, and the time.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::clock_text::clock_text;
use super::screen_settings::ScreenSettings;
use super::theme::Theme;
use crate::clean_text::{cut, cut_name};
use crate::live::live_load::LiveLoad;
use crate::run_view::load_view::{LoadState, LoadView};
use crate::run_view::run_view::RunView;

/// The width from which the time has both the time that has passed and the time that is left.
const LONG_TIME_WIDTH: u16 = 100;

/// The most columns of the name of a load.
const LOAD_COLUMNS: usize = 20;

/// The least columns in which a cut text says something.
const LEAST_TEXT: usize = 12;

/// The width from which a stage has its name.
const STAGE_NAME_WIDTH: u16 = 80;

/// The width from which a stage has the time that is left of it.
const STAGE_TIME_WIDTH: u16 = 120;

/// Draws the first line.
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    run: &RunView,
    index: usize,
    settings: &ScreenSettings,
    theme: &Theme,
) {
    let (Some(live), Some(load)) = (run.run.loads.get(index), run.loads.get(index)) else {
        frame.render_widget(Line::from(format!(" {}", run.run.name)), area);
        return;
    };
    let time = time_text(live, load, area.width >= LONG_TIME_WIDTH);
    let frozen = if settings.is_frozen { " FROZEN " } else { "" };
    let right = Line::from(vec![
        Span::styled(frozen, theme.selected()),
        Span::raw(format!(" {time} ")),
    ]);
    let left = usize::from(area.width).saturating_sub(right.width() + 2);
    let mut line = Line::from(" ");
    for name in names(live, index, run.loads.len()) {
        line.push_span(Span::styled(name, theme.strong()));
        line.push_span("  ");
    }
    let stage = stage_text(live, load, area.width);
    let rest = left.saturating_sub(line.width());
    for text in fitted([&live.target, &live.shape, &stage], rest) {
        line.push_span(text);
        line.push_span("  ");
    }
    frame.render_widget(line, area);
    frame.render_widget(right.right_aligned(), area);
}

/// The name of the load in its plan, and that of its hammer.
fn names(live: &LiveLoad, index: usize, count: usize) -> Vec<String> {
    let name = match count {
        1 => cut_name(&live.name, LOAD_COLUMNS),
        _ => format!(
            "{}/{count} {}",
            index + 1,
            cut_name(&live.name, LOAD_COLUMNS)
        ),
    };
    let names = [name, cut_name(&live.hammer, 12)];
    names.into_iter().filter(|name| !name.is_empty()).collect()
}

/// Cuts the target and the shape, so that the stage fits too.
fn fitted([target, shape, stage]: [&str; 3], width: usize) -> Vec<String> {
    let after = |width: usize, text: &str| match text.width() {
        0 => width,
        columns => width.saturating_sub(columns + 2),
    };
    let rest = after(width, stage);
    let target = cut(target, rest);
    let mut rest = after(rest, &target);
    if rest < LEAST_TEXT.min(shape.width()) {
        rest = 0;
    }
    let texts = [target, cut(shape, rest), stage.to_owned()];
    texts.into_iter().filter(|text| !text.is_empty()).collect()
}

fn stage_text(live: &LiveLoad, load: &LoadView, width: u16) -> String {
    let Some(latest) = load.latest.as_deref() else {
        return String::new();
    };
    let stage = latest
        .stage
        .and_then(|index| Some((index, live.stages.get(index)?)));
    let Some((index, stage)) = stage.filter(|_| load.state == LoadState::Running) else {
        return String::new();
    };
    let mut text = format!("stage {}/{}", index + 1, live.stages.len());
    if width >= STAGE_NAME_WIDTH {
        text.push_str(&format!(" {}", cut_name(&stage.name, 24)));
    }
    let end = match live.stages.get(index + 1) {
        Some(next) => Some(next.start),
        None => live.length,
    };
    if let Some(end) = end.filter(|_| width >= STAGE_TIME_WIDTH) {
        let left = clock_text(end.saturating_sub(latest.elapsed));
        text.push_str(&format!(", {left} left"));
    }
    text
}

fn time_text(live: &LiveLoad, load: &LoadView, is_long: bool) -> String {
    let elapsed = load.latest.as_ref().map_or(Duration::ZERO, |it| it.elapsed);
    let now = clock_text(elapsed);
    let Some(length) = live.length else {
        return match load.state {
            LoadState::Finished(_) => format!("{now} in all"),
            _ => format!("{now} so far"),
        };
    };
    let all = clock_text(length);
    let left = clock_text(length.saturating_sub(elapsed));
    match load.state {
        LoadState::Preparing(_) => format!("{all} to run"),
        LoadState::Draining | LoadState::Finished(_) => format!("{now} of {all}"),
        LoadState::Running if is_long => format!("{now} of {all}, {left} left"),
        LoadState::Running => format!("{left} left of {all}"),
    }
}
