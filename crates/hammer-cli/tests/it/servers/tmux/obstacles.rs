//! Places without a live display, where `--live` prints lines and a note.

use hammer_target::{TargetBehavior, TargetServer};
use rustix::process::Signal;

use super::live_run::LiveRun;

#[test]
fn a_note_says_why_there_is_no_display() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    for (columns, rows, variables, reason) in [
        (
            59,
            24,
            "",
            "expected a terminal of at least 60×16, found 59×24",
        ),
        (
            80,
            15,
            "",
            "expected a terminal of at least 60×16, found 80×15",
        ),
        (80, 24, "env TERM=dumb", "TERM is dumb"),
    ] {
        let Some(run) = LiveRun::new(columns, rows) else {
            return;
        };
        let (hammer, url) = (env!("CARGO_BIN_EXE_hammer"), target.url());
        let load = format!("http {url} -r 50 -z 10m --live -o json");
        run.run(&format!("{variables} {hammer} {load}"), "");
        let screen = run.terminal.wait_for("note: ");
        assert!(
            screen.contains(&format!("note: no live display: {reason}")),
            "{screen}"
        );
        assert!(!run.terminal.has("alternate_on"));
        // The signal comes from the terminal, which is not in raw mode.
        run.terminal.press("C-c");
        let (report, screen) = run.wait_for_end(130);
        assert_eq!(screen.matches("note: ").count(), 1, "{screen}");
        assert_eq!(report["stopped"], true, "{report}");
    }
}

#[test]
fn a_run_in_the_background_leaves_the_terminal_alone() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let Some(run) = LiveRun::new(80, 24) else {
        return;
    };
    let (hammer, url) = (env!("CARGO_BIN_EXE_hammer"), target.url());
    let load = format!("http {url} -r 50 -z 10m --live -o json");
    run.run(&format!("{hammer} {load}"), "& wait $!");
    run.terminal
        .wait_for("note: no live display: hammer runs in the background");
    assert!(!run.terminal.has("alternate_on"));
    run.send(Signal::TERM);
    run.wait_for_end(143);
}

/// It drew over the program that runs in the foreground.
#[test]
fn a_detached_run_leaves_the_terminal_alone() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let Some(run) = LiveRun::new(80, 24) else {
        return;
    };
    let (hammer, url) = (env!("CARGO_BIN_EXE_hammer"), target.url());
    let load = format!("http {url} -r 50 -z 1s --live -o json");
    run.run(&format!("setsid -w {hammer} {load}"), "");
    let (_, screen) = run.wait_for_end(0);
    let note = "note: no live display: hammer has no controlling terminal";
    assert!(screen.contains(note), "{screen}");
}

/// A display and a pager that share a terminal took each other's modes for those of before.
#[test]
fn a_terminal_that_another_program_reads_keys_from_is_left_alone() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let Some(run) = LiveRun::new(80, 24) else {
        return;
    };
    let (hammer, url) = (env!("CARGO_BIN_EXE_hammer"), target.url());
    let load = format!("{hammer} http {url} -r 50 -z 10m --live -o json");
    let line = format!(r"trap : INT; stty -icanon; {load}; code=\$?; stty icanon; exit \$code");
    run.run(&format!("sh -c \"{line}\""), "");
    run.terminal
        .wait_for("note: no live display: another program uses the terminal");
    assert!(!run.terminal.has("alternate_on"));
    run.terminal.press("C-c");
    run.wait_for_end(130);
}
