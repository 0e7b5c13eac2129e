//! Messages while the live display is shown: they are in its log, and printed after it.

use hammer_target::{TargetBehavior, TargetServer};

use super::live_run::LiveRun;
use crate::command::examples;
use crate::servers::free_port;

/// A hammer that panics fails its hit. The display stays.
#[test]
fn a_panic_of_a_hammer_is_in_the_log_and_printed_after_the_run() {
    let hammer = examples().join("hammer-panic");
    let hammer = hammer.display();
    let Some(run) = LiveRun::new(100, 24) else {
        return;
    };
    run.run(&format!("{hammer} -r 50 -z 10m --live -o json"), "");
    run.wait_until_shown();
    run.terminal.wait_for("hammer panicked");
    run.terminal.press("6");
    run.terminal.wait_for("the hammer has a bug");
    run.terminal.press("1");
    let screen = run.terminal.wait_for("whole run");
    assert!(!screen.contains("has a bug\n"), "{screen}");
    run.terminal.press("q");
    let (report, screen) = run.wait_for_end(130);
    assert!(screen.contains("the hammer has a bug"), "{screen}");
    assert!(report["failures"]["hammer_panicked"].as_u64() > Some(0));

    run.run(
        &format!(r#"{hammer} -r 50 -z 2s --assert "errors < 1%" --live -o json"#),
        "",
    );
    let (report, _) = run.wait_for_end(99);
    assert_eq!(report["failures"]["hammer_panicked"], 10, "{report}");
}

/// Each hit logs the error of its connection.
#[test]
fn messages_of_rust_log_scroll_in_the_log_and_do_not_tear_the_screen() {
    let Some(run) = LiveRun::new(100, 24) else {
        return;
    };
    let hammer = env!("CARGO_BIN_EXE_hammer");
    let load = format!("http http://127.0.0.1:{}/ -r 50 -z 10m", free_port());
    run.run(
        &format!("env RUST_LOG=debug {hammer} {load} --live -o json"),
        "",
    );
    run.wait_until_shown();
    let screen = run.terminal.screen();
    assert!(!screen.contains("DEBUG"), "{screen}");
    run.terminal.press("6");
    run.terminal
        .wait_until("messages on clean lines", |screen| {
            let (Some(first), Some(last)) = (screen.lines().next(), screen.lines().last()) else {
                return false;
            };
            first.starts_with(" http  http://")
                && last.starts_with(" 1 overview ")
                && screen.matches("DEBUG hammer").count() > 5
        });
    for (key, text) in [
        ("Up", "1 newer line below (End)"),
        ("PPage", "newer lines below (End)"),
    ] {
        run.terminal.press(key);
        run.terminal.wait_for(text);
    }
    run.terminal.press("End");
    run.terminal
        .wait_until("the newest line", |screen| !screen.contains("(End)"));
    run.terminal.press("q");
    run.wait_for_end(130);
    let history = run.terminal.history();
    assert!(history.contains("DEBUG hammer_core"), "{history}");
}

/// The message about the stop is on the screen and after it, once.
#[test]
fn messages_are_printed_once_after_the_display() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let load = format!("http {} -r 50 -z 10m", target.url());
    let Some(run) = LiveRun::start(80, 24, &load) else {
        return;
    };
    run.terminal.press("q");
    let (_, screen) = run.wait_for_end(130);
    assert_eq!(screen.matches("stopping: ").count(), 1, "{screen}");
}
