//! Each key changes what it says, and nothing else.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use hammer_diagnostic::TimeUnit;

use super::screen_notice::ScreenNotice;
use super::screen_settings::{ChartScale, KeyAction, ScreenSettings, ShownTimes};
use super::tab::Tab;
use super::tests::{drawn, texts};
use super::theme::Theme;
use crate::run_view::run_view::RunView;
use crate::testing::{failing, mid_run, plan};

fn press(settings: &mut ScreenSettings, run: &RunView, code: KeyCode) -> KeyAction {
    settings.on_key(KeyEvent::new(code, KeyModifiers::NONE), run)
}

fn press_all(settings: &mut ScreenSettings, run: &RunView, keys: &str) {
    for key in keys.chars() {
        let action = press(settings, run, KeyCode::Char(key));
        assert_eq!(action, KeyAction::Redraw, "{key}");
    }
}

#[test]
fn stopping_needs_q_or_control_c() {
    let run = mid_run();
    let mut settings = ScreenSettings::default();
    let control = |key| KeyEvent::new(KeyCode::Char(key), KeyModifiers::CONTROL);
    assert_eq!(
        press(&mut settings, &run, KeyCode::Char('q')),
        KeyAction::Stop
    );
    assert_eq!(settings.on_key(control('c'), &run), KeyAction::Stop);
    assert_eq!(settings.on_key(control('l'), &run), KeyAction::Clear);
    assert_eq!(settings.on_key(control('q'), &run), KeyAction::None);
    assert_eq!(
        press(&mut settings, &run, KeyCode::Char('c')),
        KeyAction::None
    );
    let mut released = control('c');
    released.kind = KeyEventKind::Release;
    assert_eq!(settings.on_key(released, &run), KeyAction::None);
}

/// `q` in the help meant the help, and stopped the run.
#[test]
fn q_closes_the_help_and_control_c_stops_in_it() {
    let run = mid_run();
    let mut settings = ScreenSettings::default();
    press_all(&mut settings, &run, "?");
    assert!(settings.is_help_open);
    let stop = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(settings.on_key(stop, &run), KeyAction::Stop);
    press_all(&mut settings, &run, "q");
    assert!(!settings.is_help_open);
}

#[test]
fn control_z_says_that_it_does_nothing_until_the_next_key() {
    let run = mid_run();
    let mut settings = ScreenSettings::default();
    let suspend = KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL);
    assert_eq!(settings.on_key(suspend, &run), KeyAction::SayNoStop);
    assert_eq!(settings.notice, Some(ScreenNotice::NoSuspend));
    assert_eq!(
        press(&mut settings, &run, KeyCode::Char('ä')),
        KeyAction::Redraw
    );
    assert_eq!(settings.notice, None);
}

#[test]
fn digits_and_tab_select_a_tab() {
    let (run, plan) = (mid_run(), plan());
    let mut settings = ScreenSettings::default();
    press_all(&mut settings, &run, "4");
    assert_eq!(settings.tab, Tab::Results);
    assert_eq!(
        press(&mut settings, &run, KeyCode::Char('7')),
        KeyAction::None
    );
    press_all(&mut settings, &plan, "7");
    assert_eq!(settings.tab, Tab::Loads);
    press(&mut settings, &plan, KeyCode::Tab);
    assert_eq!(settings.tab, Tab::Overview);
    press(&mut settings, &run, KeyCode::BackTab);
    assert_eq!(settings.tab, Tab::Log);
    press(&mut settings, &run, KeyCode::Esc);
    assert_eq!(settings.tab, Tab::Overview);
}

#[test]
fn brackets_and_arrows_select_a_load() {
    let plan = plan();
    let mut settings = ScreenSettings::default();
    let mut shown = vec![];
    for code in [
        KeyCode::Char(']'),
        KeyCode::Right,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Char('['),
    ] {
        press(&mut settings, &plan, code);
        shown.push(settings.load);
    }
    assert_eq!(shown, [1, 2, 0, 2, 1]);
}

#[test]
fn charts_have_a_zoom_a_scale_times_and_a_unit() {
    let run = mid_run();
    let mut settings = ScreenSettings::default();
    press_all(&mut settings, &run, "+");
    assert_eq!(settings.zoom, Some(120), "the run is longer");
    press_all(&mut settings, &run, "+++++");
    assert_eq!(settings.zoom, Some(30), "the shortest");
    press_all(&mut settings, &run, "------");
    assert_eq!(settings.zoom, None, "the whole run");
    press_all(&mut settings, &run, "lr");
    assert_eq!(settings.scale, ChartScale::Linear);
    assert_eq!(settings.times, ShownTimes::Response);
    press_all(&mut settings, &run, "lrr");
    assert_eq!(settings.scale, ChartScale::Log);
    assert_eq!(settings.times, ShownTimes::Both);
    press_all(&mut settings, &run, "uu");
    assert_eq!(settings.unit, Some(TimeUnit::Millis));
    press_all(&mut settings, &run, "uu");
    assert_eq!(settings.unit, None);
    press_all(&mut settings, &run, " ");
    assert!(settings.is_frozen);
    press_all(&mut settings, &run, "p");
    assert!(!settings.is_frozen);
}

#[test]
fn keys_say_what_they_changed() {
    let run = mid_run();
    let mut settings = ScreenSettings::default();
    for (keys, text) in [
        ("+", "time axis: last 02:00"),
        ("++", "time axis: last 00:30"),
        ("-----", "time axis: whole run"),
        ("l", "scale: linear"),
        ("r", "times: response"),
        ("u", "unit: µs"),
        ("uuu", "unit: automatic"),
    ] {
        press_all(&mut settings, &run, keys);
        for size in [(60, 16), (80, 24), (120, 40)] {
            let buffer = drawn(&run, &settings, &Theme::plain(), size);
            let last = texts(&buffer)[usize::from(size.0 * (size.1 - 1))..].concat();
            assert!(last.ends_with(&format!(" {text} ")), "{keys}: {last}");
            assert!(last.contains("1 overview"), "{keys}: {last}");
        }
    }
    press(&mut settings, &run, KeyCode::Tab);
    assert_eq!(settings.notice, None, "until the next key");
}

#[test]
fn keys_scroll_long_lists() {
    let run = failing();
    let mut settings = ScreenSettings {
        tab: Tab::Results,
        ..ScreenSettings::default()
    };
    let first_line = |settings: &ScreenSettings| {
        let buffer = drawn(&run, settings, &Theme::plain(), (60, 16));
        texts(&buffer)[120..180].concat()
    };
    let top = first_line(&settings);
    for (code, skipped) in [
        (KeyCode::Up, 0),
        (KeyCode::Down, 1),
        (KeyCode::PageDown, 2),
        (KeyCode::Up, 1),
        (KeyCode::End, 2),
        (KeyCode::Up, 1),
        (KeyCode::PageUp, 0),
        (KeyCode::End, 2),
    ] {
        press(&mut settings, &run, code);
        assert_eq!(settings.skipped_lines, skipped, "{code:?}");
        assert_eq!(first_line(&settings) == top, skipped == 0, "{code:?}");
    }
    press(&mut settings, &run, KeyCode::Tab);
    assert_eq!(settings.skipped_lines, 0, "another tab starts at its top");
}
