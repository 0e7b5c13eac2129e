//! Made-up runs at some instant.

use std::time::Duration;

use hammer_core::{OpenOrClosedLoop, ResourceLimits, VerdictStatus};

use super::test_load::TestLoad;
use crate::live::live_load::{LiveBound, LiveLoad, LiveStage};
use crate::live::live_run::LiveRun;
use crate::live::live_threshold::{ErrorBudget, LiveThreshold};
use crate::live::live_update::LiveUpdate;
use crate::run_view::run_view::RunView;

/// A run of ten steps of thirty seconds, from 100/s to 1,000/s.
pub(crate) fn steps_run() -> LiveRun {
    let second = Duration::from_secs;
    let stages = (0..10).map(|index| LiveStage {
        name: format!("{}/s", (index + 1) * 100),
        start: second(index * 30),
    });
    LiveRun {
        name: "http".to_owned(),
        loads: vec![LiveLoad {
            hammer: "http".to_owned(),
            target: "http://10.0.0.5:8080/".to_owned(),
            shape: "steps(100..1000,10,30s)".to_owned(),
            length: Some(second(300)),
            hit_count: Some(165_000),
            stages: stages.collect(),
            groups: ["GET /items", "GET /items/{id}", "POST /orders"]
                .map(str::to_owned)
                .into(),
            bounds: vec![LiveBound {
                expression: "p99 < 250ms".to_owned(),
                at: Duration::from_millis(250),
            }],
            baseline_p99: Some(Duration::from_millis(45)),
            ..LiveLoad::default()
        }],
        limits: ResourceLimits {
            files: Some(65_536),
            ports: Some(28_232),
        },
    }
}

/// The load of [`steps_run`]: its service gets slower with the rate.
fn steps_load() -> TestLoad {
    let mut load = TestLoad::new(|second| (second / 30 + 1).min(10) * 100);
    load.stage = |second| (second / 30).min(9) as usize;
    load.median_us = |second| 4_000.0 * (1.0 + (second as f64 / 60.0).powi(2) + wave(second));
    load.groups = &[0.62, 0.3, 0.08];
    load.not_ok = [0, 1, 0];
    load
}

/// A small change from second to second.
fn wave(second: u64) -> f64 {
    f64::from((second * 37 % 11) as u32) / 20.0
}

/// Steps after three seconds.
pub(crate) fn early() -> RunView {
    let mut run = started(steps_run());
    play(&mut run, 0, &mut steps_load(), 3);
    run.apply(LiveUpdate::Thresholds(thresholds(
        "41.0 ms",
        Some(true),
        96,
    )));
    run
}

/// Steps after 192 seconds.
pub(crate) fn mid_run() -> RunView {
    let mut run = started(steps_run());
    play(&mut run, 0, &mut steps_load(), 192);
    run.apply(LiveUpdate::Thresholds(thresholds("151 ms", Some(true), 41)));
    run.apply(log(
        "warning: the name resolves to 3 addresses, of which one refuses",
    ));
    run
}

/// Steps after the end of their schedule.
pub(crate) fn draining() -> RunView {
    let mut run = started(steps_run());
    play(&mut run, 0, &mut steps_load(), 300);
    run.apply(LiveUpdate::Thresholds(thresholds("312 ms", Some(false), 2)));
    run.apply(LiveUpdate::Draining { load: 0 });
    run
}

/// Steps with many failures, a generator that is late, and hostile names.
pub(crate) fn failing() -> RunView {
    let mut live = steps_run();
    live.loads[0].groups[2] = "\u{1b}[31mPOST\n/orders/日本語".to_owned();
    let mut run = started(live);
    let mut load = steps_load();
    load.not_ok = [30, 41, 12];
    load.late_us = |second| 900.0 * (1.0 + second as f64 / 20.0);
    load.verdict = TestLoad::verdict(
        VerdictStatus::Suspect,
        "the generator started 1 % of the hits more than 40 ms late, which is 12 % of the p99 of the \
         response. Use more threads or a lower rate.",
    );
    play(&mut run, 0, &mut load, 100);
    run.apply(LiveUpdate::Thresholds(thresholds("301 ms", Some(false), 0)));
    run.apply(log(
        "\u{1b}[33mWARN\u{1b}[0m hammer panicked in hit 1,204: index out of bounds",
    ));
    run
}

/// Steps that are being stopped.
pub(crate) fn stopping() -> RunView {
    let mut run = mid_run();
    run.apply(LiveUpdate::StopRequested { at_once: false });
    run.apply(LiveUpdate::Draining { load: 0 });
    run
}

/// Steps before their start.
pub(crate) fn preparing() -> RunView {
    let mut run = RunView::new(steps_run()).with_open_files(12);
    run.apply(LiveUpdate::Preparing {
        load: 0,
        text: "opening sessions (at most 3 s)".to_owned(),
        ends_at: None,
    });
    run
}

/// A closed loop of unknown length.
pub(crate) fn closed_loop() -> RunView {
    let mut live = steps_run();
    live.loads[0] = LiveLoad {
        hammer: "http".to_owned(),
        target: "http://10.0.0.5:8080/".to_owned(),
        shape: "max".to_owned(),
        ..LiveLoad::default()
    };
    let mut run = started(live);
    let mut load = TestLoad::new(|second| 8_000 + second * 37 % 211);
    load.loop_kind = OpenOrClosedLoop::Closed;
    load.late_us = |_| 0.0;
    play(&mut run, 0, &mut load, 42);
    run
}

/// A plan of three loads: one is steady, one ramps, and one has not started.
pub(crate) fn plan() -> RunView {
    let second = Duration::from_secs;
    let load = |name: &str, hammer: &str, target: &str, shape: &str| LiveLoad {
        name: name.to_owned(),
        hammer: hammer.to_owned(),
        target: target.to_owned(),
        shape: shape.to_owned(),
        length: Some(second(120)),
        ..LiveLoad::default()
    };
    let mut live = steps_run();
    live.name = "shop.toml".to_owned();
    live.loads = vec![
        load("browse", "http", "http://10.0.0.5:8080/items", "500/s"),
        load("checkout", "http", "http://10.0.0.5:8080/orders", "5..50/s"),
        load("sensors", "mqtt", "mqtt://10.0.0.7:1883", "200/s"),
    ];
    live.loads[2].offset = second(90);
    let mut run = started(live);
    run.apply(LiveUpdate::Preparing {
        load: 2,
        text: "waiting until 01:30".to_owned(),
        ends_at: None,
    });
    let mut browse = TestLoad::new(|_| 500);
    let mut checkout = TestLoad::new(|second| 5 + second * 45 / 120);
    checkout.median_us = |second| 31_000.0 * (1.0 + wave(second));
    checkout.not_ok = [20, 0, 5];
    play(&mut run, 0, &mut browse, 71);
    play(&mut run, 1, &mut checkout, 71);
    run.apply(LiveUpdate::Thresholds(thresholds(
        "11.4 ms",
        Some(true),
        96,
    )));
    run
}

fn started(run: LiveRun) -> RunView {
    let loads = run.loads.len();
    let mut run = RunView::new(run).with_open_files(71);
    for load in 0..loads {
        run.apply(LiveUpdate::Started {
            load,
            hit_count: None,
            length: None,
        });
    }
    run
}

fn play(run: &mut RunView, index: usize, load: &mut TestLoad, seconds: u64) {
    for _ in 0..seconds {
        run.apply(LiveUpdate::Second {
            load: index,
            second: Box::new(load.second()),
        });
    }
}

fn log(line: &str) -> LiveUpdate {
    LiveUpdate::Log(line.to_owned())
}

fn thresholds(p99: &str, holds: Option<bool>, left: u64) -> Vec<LiveThreshold> {
    let threshold = |expression: &str, figure: &str, holds, budget| LiveThreshold {
        expression: expression.to_owned(),
        figure: figure.to_owned(),
        holds,
        is_abort_condition: false,
        budget,
    };
    let budget = ErrorBudget { left, total: 96 };
    let errors = if left == 0 { "8.3 %" } else { "0.02 %" };
    vec![
        threshold("p99 < 250ms", p99, holds, None),
        threshold("errors < 0.1%", errors, Some(left > 0), Some(budget)),
        LiveThreshold {
            is_abort_condition: true,
            ..threshold("errors > 50%", errors, Some(false), None)
        },
    ]
}
