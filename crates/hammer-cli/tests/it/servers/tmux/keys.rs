//! Each key of the live display.

use std::fs;

use hammer_target::{TargetBehavior, TargetServer};

use super::live_run::LiveRun;
use crate::command::wait_until;

/// A text that only one tab has, for each tab in their order, of a plan of two loads.
const TABS: [(&str, &str); 7] = [
    ("1", "run p50"),
    ("2", " mean "),
    ("3", "\n started "),
    ("4", "results    ok"),
    ("5", "memory "),
    ("6", "nothing was logged"),
    ("7", "   load  "),
];

/// Starts a plan of the loads `browse` and `order`.
fn start_plan(target: &TargetServer) -> Option<LiveRun> {
    let run = LiveRun::new(110, 30)?;
    let url = target.url();
    let load = |name: &str| {
        format!("[[load]]\nname = '{name}'\ntarget = '{url}'\nrate = 50\nduration = '10m'\n")
    };
    let plan = run.terminal.file("plan.toml");
    fs::write(&plan, load("browse") + &load("order")).unwrap();
    let hammer = env!("CARGO_BIN_EXE_hammer");
    let arguments = format!("run {} --live -o json", plan.display());
    run.run(&format!("{hammer} {arguments}"), "");
    run.wait_until_shown();
    Some(run)
}

#[test]
fn each_key_does_what_the_help_says() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let Some(run) = start_plan(&target) else {
        return;
    };
    tabs_have_digits_and_an_order(&run);
    loads_are_selected(&run);
    axes_and_units_change(&run);
    ctrl_z_does_not_stop_the_process(&run, &target);
    q_only_closes_the_help(&run);
    space_freezes_the_screen_only(&run, &target);
    ctrl_l_draws_again(&run);
    run.terminal.press("q");
    let (report, _) = run.wait_for_end(130);
    assert_eq!(report["hits"]["ok"], target.counts().requests, "{report}");
}

fn tabs_have_digits_and_an_order(run: &LiveRun) {
    for (digit, text) in TABS.iter().rev() {
        run.terminal.press(digit);
        run.terminal.wait_for(text);
    }
    for (_, text) in TABS[1..].iter().chain(&TABS[..1]) {
        run.terminal.press("Tab");
        run.terminal.wait_for(text);
    }
    for (key, (_, text)) in [("BTab", TABS[6]), ("Escape", TABS[0])] {
        run.terminal.press(key);
        run.terminal.wait_for(text);
    }
}

fn loads_are_selected(run: &LiveRun) {
    let [first, second] = ["1/2 browse", "2/2 order"];
    for (key, name) in [
        ("]", second),
        ("]", first),
        ("[", second),
        ("Right", first),
        ("Left", second),
        ("Down", first),
        ("Up", second),
    ] {
        run.terminal.press(key);
        run.terminal.wait_for(name);
    }
}

/// The help shows what is chosen. A short run has nothing to zoom into.
fn axes_and_units_change(run: &LiveRun) {
    for (keys, chosen) in [
        (&[][..], "now: whole run, log, response and service"),
        (&["l"], "now: whole run, linear, response and service"),
        (&["r"], "now: whole run, linear, response "),
        (&["r", "l"], "now: whole run, log, service"),
        (
            &["r", "+", "-"],
            "now: whole run, log, response and service",
        ),
    ] {
        for key in keys {
            run.terminal.press(key);
        }
        run.terminal.press("?");
        run.terminal.wait_for(chosen);
        run.terminal.press("?");
        run.terminal
            .wait_until("no help", |screen| !screen.contains("now: "));
    }
    run.terminal.press("1");
    for unit in ["p99, µs", "p99, ms", "p99, s"] {
        run.terminal.press("u");
        run.terminal.wait_for(unit);
    }
    run.terminal.press("u");
}

fn ctrl_z_does_not_stop_the_process(run: &LiveRun, target: &TargetServer) {
    run.terminal.press("C-z");
    run.terminal.wait_for("Ctrl-Z does not suspend a run");
    wait_for_hits(target);
    run.terminal.press("1");
    run.terminal
        .wait_until("no message", |screen| !screen.contains("Ctrl-Z"));
}

fn q_only_closes_the_help(run: &LiveRun) {
    run.terminal.press("?");
    run.terminal.wait_for("open or close this help");
    run.terminal.press("q");
    let screen = run
        .terminal
        .wait_until("no help", |screen| !screen.contains("this help"));
    assert!(!screen.contains("stopping"), "{screen}");
}

fn space_freezes_the_screen_only(run: &LiveRun, target: &TargetServer) {
    run.terminal.press("Space");
    run.terminal.wait_for("FROZEN");
    wait_for_hits(target);
    let frozen = run.terminal.screen();
    wait_for_hits(target);
    assert_eq!(run.terminal.screen(), frozen);
    run.terminal.press("Space");
    run.terminal.wait_until("a new second", |screen| {
        !screen.contains("FROZEN") && *screen != frozen.replace("FROZEN", "      ")
    });
}

/// The screen is frozen, so that nothing else draws over the foreign text.
fn ctrl_l_draws_again(run: &LiveRun) {
    run.terminal.press("Space");
    run.terminal.wait_for("FROZEN");
    let tty = run.terminal.property("pane_tty");
    fs::write(tty, "\u{1b}[9;9Ha foreign text").unwrap();
    run.terminal.wait_for("a foreign text");
    run.terminal.press("C-l");
    run.terminal
        .wait_until("a clean screen", |screen| !screen.contains("foreign"));
    run.terminal.press("Space");
}

/// Waits until the load has gone on for more than a second.
fn wait_for_hits(target: &TargetServer) {
    let before = target.counts().requests;
    wait_until("hits arrive", || target.counts().requests > before + 150);
}
