//! Pictures of the tabs, with and without colors.

use super::screen_settings::{ChartScale, ScreenSettings, ShownTimes};
use super::tab::Tab;
use super::tests::{NAMED, drawn, texts};
use super::theme::{ColorDepth, Theme};
use crate::live::live_load::LiveLoad;
use crate::live::live_run::LiveRun;
use crate::live::live_second::{GroupResponse, GroupSoFar};
use crate::live::live_update::LiveUpdate;
use crate::run_view::run_view::RunView;
use crate::testing::{Picture, TestLoad, closed_loop, early, failing, mid_run, plan, preparing};

fn on(tab: Tab) -> ScreenSettings {
    ScreenSettings {
        tab,
        ..ScreenSettings::default()
    }
}

/// A run with more labels, failures and groups than fit.
fn many_answers() -> RunView {
    let groups = (0..40).map(|index| format!("GET /items/{index}/a-long-name-日本語-{index}"));
    let mut run = RunView::new(LiveRun {
        loads: vec![LiveLoad {
            groups: groups.collect(),
            ..LiveLoad::default()
        }],
        ..LiveRun::default()
    });
    let mut load = TestLoad::new(|_| 1_000_000);
    load.not_ok = [300, 41, 12];
    let mut second = load.second();
    for code in 0..30_u64 {
        second
            .labels
            .insert(format!("{}", 400 + code), 10 * code + 1);
    }
    let group = |index: usize| {
        let mut hits = second.total;
        hits.ok /= index as u64 + 1;
        GroupSoFar {
            index: (index < 40).then_some(index),
            hits,
            response: GroupResponse::new(&second.last.response),
        }
    };
    second.groups = (0..41).map(group).collect();
    run.apply(LiveUpdate::Second {
        load: 0,
        second: Box::new(second),
    });
    run
}

/// A run in which no hit was answered.
fn refused() -> RunView {
    let mut run = RunView::new(LiveRun {
        loads: vec![LiveLoad::default()],
        ..LiveRun::default()
    });
    let mut load = TestLoad::new(|_| 100);
    load.not_ok = [0, 1_000, 0];
    for _ in 0..20 {
        run.apply(LiveUpdate::Second {
            load: 0,
            second: Box::new(load.second()),
        });
    }
    run
}

/// A run with times around `median_us`.
fn with_median(median_us: fn(u64) -> f64) -> RunView {
    let mut run = RunView::new(LiveRun {
        loads: vec![LiveLoad::default()],
        ..LiveRun::default()
    });
    let mut load = TestLoad::new(|_| 2_000);
    load.median_us = median_us;
    load.late_us = |_| 1.0;
    for _ in 0..20 {
        run.apply(LiveUpdate::Second {
            load: 0,
            second: Box::new(load.second()),
        });
    }
    run
}

fn check(name: &str, tab: Tab, runs: &[(&str, RunView)]) {
    let mut pictures = Picture::new(80, 24);
    let settings = on(tab);
    for (state, run) in runs {
        for size in [(60, 16), (80, 24), (120, 40)] {
            let title = format!("{state}, {}×{}", size.0, size.1);
            pictures.add_buffer(&title, &drawn(run, &settings, &Theme::plain(), size));
            pictures.add_colors(&title, &drawn(run, &settings, &NAMED, size));
        }
    }
    pictures.check(name);
}

#[test]
fn the_latency_tab() {
    let runs = [
        ("early", early()),
        ("mid-run", mid_run()),
        ("all hits failed", refused()),
        ("1 µs", with_median(|_| 1.0)),
        ("100 s", with_median(|_| 100e6)),
    ];
    check("latency_tab", Tab::Latency, &runs);
}

#[test]
fn the_heat_tab() {
    let runs = [
        ("early", early()),
        ("mid-run", mid_run()),
        ("with failures", failing()),
        ("before the start", preparing()),
    ];
    check("heat_tab", Tab::Heat, &runs);
}

/// The digits are the last ones of the colors of xterm.
#[test]
fn the_heat_tab_with_256_colors() {
    let mut pictures = Picture::new(80, 24);
    let theme = Theme::with_color(ColorDepth::Ramp256);
    let buffer = drawn(&mid_run(), &on(Tab::Heat), &theme, (80, 24));
    pictures.add_buffer("80×24", &buffer);
    pictures.add_colors("80×24", &buffer);
    pictures.check("heat_tab_256_colors");
}

#[test]
fn the_results_tab() {
    let runs = [
        ("mid-run", mid_run()),
        ("with failures", failing()),
        ("more than fits", many_answers()),
        ("closed loop", closed_loop()),
    ];
    check("results_tab", Tab::Results, &runs);
}

#[test]
fn the_generator_tab() {
    let runs = [
        ("mid-run", mid_run()),
        ("with failures", failing()),
        ("closed loop", closed_loop()),
    ];
    check("generator_tab", Tab::Generator, &runs);
}

#[test]
fn the_log_tab() {
    let mut long = failing();
    for line in 0..60 {
        long.apply(LiveUpdate::Log(format!(
            "DEBUG hammer_http: connection {line} opened"
        )));
    }
    let text = "ERROR \u{1b}[31m日本語\u{1b}[0m ".to_owned() + &"a long line ".repeat(20);
    long.apply(LiveUpdate::Log(text));
    let runs = [("empty", early()), ("long", long)];
    check("log_tab", Tab::Log, &runs);
}

#[test]
fn the_loads_tab() {
    check("loads_tab", Tab::Loads, &[("a plan", plan())]);
}

#[test]
fn the_help() {
    let mut pictures = Picture::new(80, 24);
    let settings = ScreenSettings {
        is_help_open: true,
        ..ScreenSettings::default()
    };
    for size in [(60, 16), (80, 24), (120, 40)] {
        let title = format!("{}×{}", size.0, size.1);
        pictures.add_buffer(&title, &drawn(&mid_run(), &settings, &Theme::plain(), size));
    }
    pictures.check("help");
}

/// A scrolled list ends with its last line.
#[test]
fn lists_scroll_to_their_end() {
    let run = many_answers();
    let mut settings = on(Tab::Results);
    settings.skipped_lines = 1_000;
    let text = texts(&drawn(&run, &settings, &Theme::plain(), (80, 24))).concat();
    assert!(text.contains("(no group)"), "{text}");
    assert!(!text.contains("more lines"), "{text}");
}

#[test]
fn colors_do_not_change_texts() {
    for run in [
        early(),
        mid_run(),
        failing(),
        plan(),
        many_answers(),
        refused(),
    ] {
        for tab in Tab::of(&plan()) {
            for size in [
                (60, 16),
                (80, 24),
                (120, 40),
                (200, 60),
                (61, 17),
                (119, 23),
            ] {
                let settings = on(*tab);
                let plain = drawn(&run, &settings, &Theme::plain(), size);
                for color in [ColorDepth::Named, ColorDepth::Ramp256] {
                    let colored = drawn(&run, &settings, &Theme::with_color(color), size);
                    assert_eq!(texts(&plain), texts(&colored), "{tab:?} at {size:?}");
                }
            }
        }
    }
}

/// No tab panics, whatever the settings are.
#[test]
fn tabs_draw_with_all_settings() {
    let run = mid_run();
    for tab in Tab::of(&plan()) {
        for scale in [ChartScale::Log, ChartScale::Linear] {
            for times in [ShownTimes::Both, ShownTimes::Response, ShownTimes::Service] {
                for zoom in [None, Some(60), Some(3_600)] {
                    let settings = ScreenSettings {
                        scale,
                        times,
                        zoom,
                        unit: Some(hammer_diagnostic::TimeUnit::Micros),
                        load: 7,
                        log_offset: 99,
                        skipped_lines: 99,
                        ..on(*tab)
                    };
                    drawn(&run, &settings, &Theme::plain(), (60, 16));
                    drawn(&run, &settings, &Theme::plain(), (120, 40));
                }
            }
        }
    }
}
