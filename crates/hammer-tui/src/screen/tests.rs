//! Pictures of the screen at all sizes, with and without colors.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::glyph_set::GlyphSet;
use super::screen_notice::ScreenNotice;
use super::screen_settings::ScreenSettings;
use super::tab::Tab;
use super::theme::{ColorDepth, Theme};
use crate::live::live_update::LiveUpdate;
use crate::run_view::run_view::RunView;
use crate::testing::{
    Picture, TestLoad, closed_loop, draining, early, failing, mid_run, plan, preparing, steps_run,
    stopping,
};

const SIZES: [(u16, u16); 6] = [
    (60, 16),
    (80, 24),
    (80, 40),
    (100, 30),
    (120, 40),
    (200, 60),
];

pub(super) const NAMED: Theme = Theme::with_color(ColorDepth::Named);

pub(super) fn drawn(
    run: &RunView,
    settings: &ScreenSettings,
    theme: &Theme,
    (width, height): (u16, u16),
) -> Buffer {
    let backend = TestBackend::new(width, height);
    let mut terminal = Terminal::new(backend).expect("a test backend cannot fail");
    let draw = |frame: &mut ratatui::Frame<'_>| super::draw(frame, run, settings, theme);
    terminal.draw(draw).expect("a test backend cannot fail");
    terminal.backend().buffer().clone()
}

/// The texts are the same with and without colors, so the pictures with colors have only what is styled.
fn check_overview(name: &str, run: &RunView) {
    let settings = ScreenSettings::default();
    let mut pictures = Picture::new(80, 24);
    for size in SIZES {
        let plain = drawn(run, &settings, &Theme::plain(), size);
        let named = drawn(run, &settings, &NAMED, size);
        assert_eq!(texts(&plain), texts(&named), "{name} at {size:?}");
        let has_color = |cell: &ratatui::buffer::Cell| cell.fg != ratatui::style::Color::Reset;
        assert!(!plain.content().iter().any(has_color));
        assert!(named.content().iter().any(has_color));
        let title = format!("{}×{}", size.0, size.1);
        pictures.add_buffer(&title, &plain);
        pictures.add_colors(&title, &named);
    }
    pictures.check(&format!("overview_{name}"));
}

pub(super) fn texts(buffer: &Buffer) -> Vec<&str> {
    let cells = buffer.content().iter();
    cells.map(ratatui::buffer::Cell::symbol).collect()
}

#[test]
fn the_overview_before_the_start() {
    check_overview("preparing", &preparing());
}

#[test]
fn the_overview_early() {
    check_overview("early", &early());
}

#[test]
fn the_overview_in_mid_run() {
    check_overview("mid_run", &mid_run());
}

#[test]
fn the_overview_while_draining() {
    check_overview("draining", &draining());
}

#[test]
fn the_overview_with_failures() {
    check_overview("failing", &failing());
}

#[test]
fn the_overview_while_stopping() {
    check_overview("stopping", &stopping());
}

#[test]
fn the_overview_of_a_closed_loop() {
    check_overview("closed_loop", &closed_loop());
}

#[test]
fn the_overview_of_a_plan() {
    check_overview("plan", &plan());
}

/// Each load of a plan can be selected, also one that has not started.
#[test]
fn the_loads_of_a_plan_are_selected() {
    let run = plan();
    let mut pictures = Picture::new(80, 24);
    for load in 1..=2 {
        let settings = ScreenSettings {
            load,
            ..ScreenSettings::default()
        };
        let buffer = drawn(&run, &settings, &Theme::plain(), (80, 24));
        pictures.add_buffer(&format!("load {}", load + 1), &buffer);
    }
    pictures.check("overview_plan_loads");
}

#[test]
fn the_first_and_the_last_lines_say_what_keys_and_states_mean() {
    let line = |run: &RunView, settings: &ScreenSettings, y: usize| {
        let buffer = drawn(run, settings, &Theme::plain(), (100, 30));
        texts(&buffer)[y * 100..(y + 1) * 100].concat()
    };
    let mut run = mid_run();
    let mut settings = ScreenSettings {
        is_frozen: true,
        notice: Some(ScreenNotice::NoSuspend),
        ..ScreenSettings::default()
    };
    assert!(line(&run, &settings, 0).contains(" FROZEN  03:12 of 05:00"));
    assert!(line(&run, &settings, 29).contains("Ctrl-Z does not suspend"));
    settings.notice = None;
    assert!(line(&run, &settings, 29).contains("space resume"));
    let invalid = hammer_core::VerdictStatus::Invalid;
    run.apply(LiveUpdate::Finished {
        load: 0,
        verdict: invalid,
        hits: hammer_core::HitCounts::default(),
        started: 0,
    });
    assert!(line(&run, &settings, 1).starts_with(" INVALID   finished"));
    assert!(!line(&run, &settings, 29).contains("q stop"));
}

/// The words for the same things are the same in all tabs.
#[test]
fn tabs_share_words() {
    let run = mid_run();
    let screen = |tab| {
        let settings = ScreenSettings {
            tab,
            ..ScreenSettings::default()
        };
        texts(&drawn(&run, &settings, &Theme::plain(), (120, 40))).concat()
    };
    for (words, tabs) in [
        ("last 10 s", [Tab::Overview, Tab::Latency]),
        ("whole run", [Tab::Overview, Tab::Latency]),
        (" each second, last 03:12 ", [Tab::Overview, Tab::Latency]),
        (
            " response of each hit, last 03:12 ",
            [Tab::Overview, Tab::Heat],
        ),
    ] {
        for tab in tabs {
            let screen = screen(tab);
            assert!(screen.contains(words), "{words} in {tab:?}: {screen}");
        }
    }
}

/// Long numbers of a chosen unit ran together with their neighbors.
#[test]
fn columns_of_latencies_have_a_space_between() {
    let mut run = RunView::new(steps_run());
    let mut load = TestLoad::new(|_| 2_000);
    load.median_us = |_| 4_810_000.0;
    let second = Box::new(load.second());
    run.apply(LiveUpdate::Second { load: 0, second });
    let settings = ScreenSettings {
        unit: Some(hammer_diagnostic::TimeUnit::Micros),
        ..ScreenSettings::default()
    };
    let buffer = drawn(&run, &settings, &Theme::plain(), (80, 24));
    let screen = texts(&buffer).concat();
    let row = screen.split(" response ").nth(1).unwrap_or_default();
    let figures: Vec<_> = row.split_whitespace().take(5).collect();
    assert!(
        figures
            .iter()
            .all(|figure| figure.len() == 10 || figure.len() == 9),
        "{row}"
    );
}

/// The verdict on a plan is the worst of its loads, whichever is selected.
#[test]
fn the_second_line_has_the_worst_verdict_of_all_loads() {
    let mut run = plan();
    run.apply(LiveUpdate::Finished {
        load: 1,
        verdict: hammer_core::VerdictStatus::Suspect,
        hits: hammer_core::HitCounts::default(),
        started: 0,
    });
    for (load, text) in [
        (0, " SUSPECT in checkout   "),
        (1, " SUSPECT   finished"),
        (2, " SUSPECT in checkout   waiting until 01:30"),
    ] {
        let settings = ScreenSettings {
            load,
            ..ScreenSettings::default()
        };
        let buffer = drawn(&run, &settings, &Theme::plain(), (100, 30));
        let line = texts(&buffer)[100..200].concat();
        assert!(line.starts_with(text), "{line}");
    }
}

/// Without UTF-8, the screen has no other character than those of ASCII, and the console none of braille.
#[test]
fn terminals_get_the_glyphs_that_they_have() {
    for tab in Tab::of(&plan()) {
        for (glyphs, is_shown) in [
            (
                GlyphSet::Ascii,
                (|symbol| symbol.is_ascii()) as fn(char) -> bool,
            ),
            (GlyphSet::Console, |symbol| symbol < '\u{2800}'),
        ] {
            let theme = Theme {
                glyphs,
                ..Theme::plain()
            };
            let settings = ScreenSettings {
                tab: *tab,
                is_help_open: *tab == Tab::Heat,
                ..ScreenSettings::default()
            };
            for size in [(120, 40), (30, 10)] {
                let buffer = drawn(&mid_run(), &settings, &theme, size);
                let screen = texts(&buffer).concat();
                assert!(screen.chars().all(is_shown), "{tab:?} {glyphs:?} {screen}");
            }
        }
    }
}

/// A window that is too small has the figures that matter most in one line.
#[test]
fn a_small_window_has_one_line() {
    let settings = ScreenSettings::default();
    let mut pictures = Picture::new(30, 10);
    for (name, run) in [("mid run", mid_run()), ("preparing", preparing())] {
        let buffer = drawn(&run, &settings, &Theme::plain(), (30, 10));
        pictures.add_buffer(name, &buffer);
    }
    pictures.check("too_small");
    for size in [(1, 1), (0, 0), (59, 16), (60, 15), (200, 1)] {
        drawn(&mid_run(), &settings, &NAMED, size);
    }
}

/// Nothing that a target or a file says can move the cursor, and nothing leaves its column.
#[test]
fn hostile_texts_are_harmless() {
    let hostile = "\u{1b}[2J\u{1b}]0;x\u{7}日本語\r\n\u{202e}é".repeat(40);
    let mut live = crate::testing::steps_run();
    live.name = hostile.clone();
    let load = &mut live.loads[0];
    for text in [
        &mut load.name,
        &mut load.hammer,
        &mut load.target,
        &mut load.shape,
    ] {
        *text = hostile.clone();
    }
    load.stages
        .iter_mut()
        .for_each(|stage| stage.name = hostile.clone());
    load.groups
        .iter_mut()
        .for_each(|group| *group = hostile.clone());
    load.bounds[0].expression = hostile.clone();
    let mut run = RunView::new(live).with_open_files(1);
    let mut load = crate::testing::TestLoad::new(|_| 100);
    load.groups = &[0.5, 0.5];
    load.verdict = crate::testing::TestLoad::verdict(hammer_core::VerdictStatus::Invalid, &hostile);
    let mut second = load.second();
    second.failures = [(hostile.clone(), 3)].into();
    second.labels = [(hostile.clone(), 3)].into();
    second.advice = [(hostile.clone(), hostile.clone())].into();
    run.apply(LiveUpdate::Started {
        load: 0,
        hit_count: None,
        length: None,
    });
    run.apply(LiveUpdate::Second {
        load: 0,
        second: Box::new(second),
    });
    run.apply(LiveUpdate::Log(hostile.clone()));
    for stopping in [false, true] {
        for size in SIZES {
            for tab in Tab::of(&run) {
                let settings = ScreenSettings {
                    tab: *tab,
                    ..ScreenSettings::default()
                };
                let buffer = drawn(&run, &settings, &NAMED, size);
                let has_control = |text: &str| text.contains(hammer_diagnostic::is_control);
                assert!(
                    !texts(&buffer).into_iter().any(has_control),
                    "{tab:?} {size:?}"
                );
            }
        }
        if !stopping {
            run.apply(LiveUpdate::Stopping(hostile.clone()));
        }
    }
}
