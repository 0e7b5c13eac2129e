//! Updates and what they change.

use std::time::Duration;

use hammer_core::{HitCounts, VerdictStatus};

use super::load_view::LoadState;
use super::run_view::RunView;
use crate::live::live_second::LiveSecond;
use crate::live::live_update::LiveUpdate;
use crate::testing::{TestLoad, steps_run};

fn add(run: &mut RunView, second: LiveSecond) {
    run.apply(LiveUpdate::Second {
        load: 0,
        second: Box::new(second),
    });
}

#[test]
fn the_last_ten_seconds_forget_the_eleventh() {
    let mut run = RunView::new(steps_run());
    let mut load = TestLoad::new(|second| if second == 0 { 1_000 } else { 10 });
    for seconds in 1..=15 {
        add(&mut run, load.second());
        let expected = match seconds {
            1..=10 => 1_000 + 10 * (seconds - 1),
            _ => 100,
        };
        assert_eq!(
            run.loads[0].last_ten.response.count(),
            expected,
            "{seconds} s"
        );
    }
}

/// A tick after a stall covers several seconds.
#[test]
fn a_long_second_counts_with_its_length() {
    let mut run = RunView::new(steps_run());
    let mut load = TestLoad::new(|_| 10);
    for _ in 0..9 {
        add(&mut run, load.second());
    }
    let mut second = load.second();
    second.length = Duration::from_secs(4);
    second.elapsed = Duration::from_secs(13);
    add(&mut run, second);
    assert_eq!(run.loads[0].last_ten.response.count(), 70);
    let last = run.loads[0]
        .history
        .columns(None)
        .last()
        .expect("there is one");
    assert_eq!((last.start, last.seconds), (9, 4));
}

#[test]
fn seconds_that_were_not_told_leave_a_gap_in_the_charts() {
    let mut run = RunView::new(steps_run());
    let mut load = TestLoad::new(|_| 10);
    for index in 0..20 {
        let second = load.second();
        if !(5..8).contains(&index) {
            add(&mut run, second);
        }
    }
    let columns: Vec<_> = run.loads[0].history.columns(None).collect();
    let gap = columns
        .iter()
        .find(|column| column.seconds == 3)
        .expect("a gap");
    assert_eq!(
        (gap.start, gap.value.started, gap.value.response.p99),
        (5, 0, None)
    );
    let last = columns.last().expect("there is one");
    assert_eq!(last.start + last.seconds, 20);
}

#[test]
fn threads_show_the_last_second_and_not_the_mean() {
    let mut run = RunView::new(steps_run());
    let mut load = TestLoad::new(|_| 10);
    for cpu_s in [0.1, 0.2, 1.1, 1.1] {
        let mut second = load.second();
        let seconds = second.elapsed.as_secs_f64();
        let thread = &mut second.generator.workers[0];
        thread.cpu_s = Some(cpu_s);
        // Without a core for half of the third second.
        thread.no_core = Some(if seconds >= 3.0 { 0.5 / seconds } else { 0.0 });
        thread.blocked_max_us = if seconds >= 3.0 { 19_000.0 } else { 9_000.0 };
        second.generator.host.stolen = Some(if seconds >= 3.0 { 0.25 / seconds } else { 0.0 });
        add(&mut run, second);
        let (thread, stolen) = (&run.loads[0].threads[0], run.loads[0].stolen);
        let expected = match seconds as u64 {
            1 | 2 => (0.1, 0.0, 0.0),
            3 => (0.9, 0.5, 0.25),
            _ => (0.0, 0.0, 0.0),
        };
        let found = [thread.busy, thread.no_core, stolen].map(|share| share.expect("it is known"));
        for (found, expected) in found.into_iter().zip([expected.0, expected.1, expected.2]) {
            assert!(
                (found - expected).abs() < 1e-9,
                "{seconds} s: {found}, {expected}"
            );
        }
        assert_eq!(thread.stalled, seconds as u64 == 3, "{seconds} s");
    }
}

/// A tick that was dropped made threads twice as busy.
#[test]
fn threads_show_the_time_since_the_last_tick_that_came() {
    let mut run = RunView::new(steps_run());
    let mut load = TestLoad::new(|_| 10);
    for (second_number, cpu_s) in [(1, 0.5), (2, 0.9), (3, 1.3)] {
        let mut second = load.second();
        second.generator.workers[0].cpu_s = Some(cpu_s);
        if second_number != 2 {
            add(&mut run, second);
        }
    }
    let busy = run.loads[0].threads[0].busy.expect("it is known");
    assert!((busy - 0.4).abs() < 1e-9, "{busy}");
}

#[test]
fn the_log_keeps_the_last_thousand_lines() {
    let mut run = RunView::new(steps_run());
    for index in 0..600 {
        run.apply(LiveUpdate::Log(format!(
            "\u{1b}[31m{index}\u{1b}[0m\nsecond line"
        )));
    }
    assert_eq!((run.log.len(), run.dropped_log_lines), (1_000, 200));
    assert_eq!(run.log[0], "100");
    run.apply(LiveUpdate::Log("é".repeat(10_000)));
    assert_eq!(run.log[999].len(), 4_096);
}

#[test]
fn updates_change_the_state_and_those_for_unknown_loads_do_nothing() {
    let mut run = RunView::new(steps_run());
    run.apply(LiveUpdate::Started {
        load: 0,
        hit_count: Some(7),
        length: None,
    });
    let starts = LoadState::Preparing("starts in a moment".to_owned());
    assert_eq!(run.loads[0].state, starts);
    add(&mut run, TestLoad::new(|_| 10).second());
    assert_eq!(run.loads[0].state, LoadState::Running);
    assert_eq!(run.run.loads[0].hit_count, Some(7));
    assert_eq!(run.run.loads[0].length, Some(Duration::from_secs(300)));
    run.apply(LiveUpdate::Draining { load: 0 });
    assert_eq!(run.loads[0].state, LoadState::Draining);
    run.apply(LiveUpdate::Finished {
        load: 0,
        verdict: VerdictStatus::Suspect,
        hits: HitCounts {
            ok: 12,
            ..HitCounts::default()
        },
        started: 13,
    });
    let latest = run.loads[0].latest.as_ref().expect("there was a second");
    assert_eq!((latest.total.ok, latest.total_started), (12, 13));
    assert_eq!((latest.started, latest.hits.ok), (0, 0));
    assert_eq!(latest.requested_rate, Some(0.0));
    assert_eq!(
        run.loads[0].state,
        LoadState::Finished(VerdictStatus::Suspect)
    );
    run.apply(LiveUpdate::Draining { load: 9 });
    let second = Box::new(TestLoad::new(|_| 1).second());
    run.apply(LiveUpdate::Second { load: 9, second });
    assert_eq!(run.loads.len(), 1);
}

/// Hits in flight were shown as ports: too few with sessions that wait, too many on shared connections.
#[test]
fn ports_are_those_of_the_open_sessions_of_all_loads() {
    let mut live = steps_run();
    live.loads = vec![live.loads[0].clone(); 4];
    live.loads[1].most_ports = Some(4);
    live.loads[2].most_ports = Some(0);
    let mut run = RunView::new(live);
    for load in 0..3 {
        let mut second = TestLoad::new(|_| 10).second();
        (second.in_flight, second.open_sessions) = (1, 50);
        let second = Box::new(second);
        run.apply(LiveUpdate::Second { load, second });
    }
    assert_eq!(run.open_ports(), 50 + 4);
    run.apply(LiveUpdate::Finished {
        load: 0,
        verdict: VerdictStatus::Valid,
        hits: HitCounts::default(),
        started: 0,
    });
    assert_eq!(run.open_ports(), 4);
}
