//! Lists that are longer than their panel can be scrolled, or say how many of their lines are hidden.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use hammer_core::{HitCounts, VerdictStatus};

use super::screen_settings::ScreenSettings;
use super::tab::Tab;
use super::tests::{drawn, texts};
use super::theme::Theme;
use crate::live::live_load::LiveLoad;
use crate::live::live_threshold::LiveThreshold;
use crate::live::live_update::LiveUpdate;
use crate::run_view::run_view::RunView;
use crate::testing::{TestLoad, failing, mid_run, steps_run};

/// The lines of the screen, without spaces at their ends.
fn lines(run: &RunView, settings: &ScreenSettings, size: (u16, u16)) -> Vec<String> {
    let buffer = drawn(run, settings, &Theme::plain(), size);
    let rows = texts(&buffer);
    let rows = rows.chunks(size.0.into());
    rows.map(|row| row.concat().trim_end().to_owned()).collect()
}

fn on(tab: Tab) -> ScreenSettings {
    ScreenSettings {
        tab,
        ..ScreenSettings::default()
    }
}

fn press(settings: &mut ScreenSettings, run: &RunView, code: KeyCode) {
    settings.on_key(KeyEvent::new(code, KeyModifiers::NONE), run);
}

/// A run with thresholds on `count` groups, of which the last one fails.
fn with_thresholds(mut run: RunView, count: usize) -> RunView {
    let threshold = |index: usize| LiveThreshold {
        expression: format!("p99{{GET /customers/{{id}}/orders/recent/{index}}} < 250ms"),
        figure: "151 ms".to_owned(),
        holds: Some(index + 1 != count),
        is_abort_condition: false,
        budget: None,
    };
    run.apply(LiveUpdate::Thresholds((0..count).map(threshold).collect()));
    run
}

/// A plan of `count` loads with long names that begin alike.
fn many_loads(count: usize) -> RunView {
    let mut live = steps_run();
    live.loads = (0..count)
        .map(|index| LiveLoad {
            name: format!("checkout-of-the-european-shop-{index}"),
            ..live.loads[0].clone()
        })
        .collect();
    let mut run = RunView::new(live).with_open_files(1);
    for load in 0..count {
        let second = Box::new(TestLoad::new(|_| 100).second());
        run.apply(LiveUpdate::Second { load, second });
    }
    run
}

#[test]
fn the_overview_has_the_failed_thresholds_first_and_says_how_many_are_hidden() {
    let run = with_thresholds(mid_run(), 20);
    for (size, hidden) in [((60, 16), " +19 (4)"), ((80, 24), "  +18 more: key 4")] {
        let lines = lines(&run, &on(Tab::Overview), size);
        assert!(lines[2].contains("19} < 250ms FAIL 151 ms"), "{lines:#?}");
        let hiding = lines[2..4].iter().any(|line| line.ends_with(hidden));
        assert!(hiding, "{lines:#?}");
    }
    let lines = lines(&run, &on(Tab::Overview), (120, 40));
    let hidden = lines.iter().find(|line| line.ends_with("more: key 4"));
    assert!(hidden.is_some(), "{lines:#?}");
}

#[test]
fn all_thresholds_can_be_scrolled_to() {
    let run = with_thresholds(failing(), 60);
    let mut settings = on(Tab::Results);
    let first = lines(&run, &settings, (80, 24));
    let is_failed = |line: &&String| line.contains("recent/59} < 250ms FAIL 151 ms");
    assert_eq!(first.iter().filter(is_failed).count(), 1, "{first:#?}");
    assert!(first[22].contains(" more lines (PgDn)"), "{first:#?}");
    let mut seen = String::new();
    for _ in 0..10 {
        seen.extend(lines(&run, &settings, (80, 24)));
        press(&mut settings, &run, KeyCode::PageDown);
    }
    for index in 0..60 {
        let threshold = format!("recent/{index}}} < 250ms");
        assert!(seen.contains(&threshold), "{threshold}");
    }
}

#[test]
fn the_tab_of_loads_keeps_its_heading_and_the_selected_load() {
    let run = many_loads(64);
    let mut settings = on(Tab::Loads);
    for (code, first, selected) in [
        (KeyCode::Home, 0, 0),
        (KeyCode::PageDown, 1, 10),
        (KeyCode::PageDown, 11, 20),
        (KeyCode::Down, 12, 21),
        (KeyCode::End, 45, 63),
        (KeyCode::Down, 0, 0),
        (KeyCode::PageUp, 0, 0),
    ] {
        press(&mut settings, &run, code);
        let lines = lines(&run, &settings, (80, 24));
        assert!(lines[2].starts_with("   load "), "{lines:#?}");
        assert!(lines[3].contains(&format!("p-{first} ")), "{lines:#?}");
        let marked = lines.iter().find(|line| line.starts_with(" > "));
        let name = format!("p-{selected} ");
        assert!(
            marked.is_some_and(|line| line.contains(&name)),
            "{lines:#?}"
        );
        let note = format!(" loads {} to {} of 64", first + 1, first + 19);
        assert!(lines[22].starts_with(&note), "{lines:#?}");
    }
}

/// A load that drains or has ended was never called suspect.
#[test]
fn the_tab_of_loads_has_the_verdict_of_the_second_line() {
    let mut run = many_loads(3);
    let mut load = TestLoad::new(|_| 100);
    load.verdict = TestLoad::verdict(VerdictStatus::Suspect, "it is late");
    let second = Box::new(load.second());
    run.apply(LiveUpdate::Second { load: 1, second });
    for (update, state) in [
        (None, "running    SUSPECT"),
        (Some(LiveUpdate::Draining { load: 1 }), "draining   SUSPECT"),
        (
            Some(LiveUpdate::Finished {
                load: 1,
                verdict: VerdictStatus::Invalid,
                hits: HitCounts::default(),
                started: 0,
            }),
            "ended      INVALID",
        ),
    ] {
        update.into_iter().for_each(|update| run.apply(update));
        for size in [(60, 16), (80, 24), (120, 40)] {
            let lines = lines(&run, &on(Tab::Loads), size);
            let verdict = state.split_whitespace().last().unwrap_or_default();
            assert!(lines[1].starts_with(&format!(" {verdict}")), "{lines:#?}");
            assert!(lines[4].contains(state), "{lines:#?}");
            assert!(lines[3].contains("running    VALID"), "{lines:#?}");
        }
    }
}

/// The first characters of the names are the same.
#[test]
fn long_names_that_begin_alike_can_be_told_apart() {
    let run = many_loads(3);
    for size in [(60, 16), (80, 24), (120, 40)] {
        for tab in [Tab::Overview, Tab::Loads] {
            let settings = ScreenSettings { load: 1, ..on(tab) };
            let lines = lines(&run, &settings, size);
            // Below the header, which has the name of the selected load too.
            let row = lines[2..].iter().find(|line| line.contains("p-1"));
            assert!(row.is_some(), "{tab:?} at {size:?}: {lines:#?}");
        }
    }
}

/// The reason of the verdict was cut after 60 characters.
#[test]
fn a_long_reason_has_two_lines_or_names_the_tab_that_has_it_whole() {
    let run = failing();
    let high = lines(&run, &on(Tab::Overview), (80, 24));
    assert!(
        high[1].starts_with(" SUSPECT so far   the generator started 1 %"),
        "{high:#?}"
    );
    let whole = format!("{} {}", high[1].trim(), high[2].trim());
    let reason = "which is 12 % of the p99 of the response. Use more threads or a lower rate.";
    assert!(whole.ends_with(reason), "{high:#?}");
    let low = lines(&run, &on(Tab::Overview), (60, 16));
    assert!(low[1].ends_with("… key 5"), "{low:#?}");
    assert!(low[2].starts_with(" p99 < 250ms"), "{low:#?}");
    let whole = lines(&run, &on(Tab::Generator), (60, 16)).join(" ");
    assert!(whole.contains("lower rate."), "{whole}");
}

/// The edge of the side column cut lines, and the figures of thresholds first.
#[test]
fn nothing_is_cut_without_an_ellipsis() {
    let run = with_thresholds(failing(), 3);
    let lines = lines(&run, &on(Tab::Overview), (120, 40));
    for end in [
        "2} < 250ms FAIL 151 ms",
        "1} < 250ms pass 151 ms",
        "WARN hammer panicked in hit 1,204: index out …",
    ] {
        let shown = |line: &&String| line.ends_with(end) && line.contains('…');
        assert_eq!(lines.iter().filter(shown).count(), 1, "{end}: {lines:#?}");
    }
}
