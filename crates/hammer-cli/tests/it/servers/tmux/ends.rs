//! Each end of a run with a live display restores the terminal, with the right exit code.

use std::time::Duration;

use hammer_target::{TargetBehavior, TargetServer};
use rustix::process::Signal;

use super::live_run::LiveRun;
use super::terminal::TmuxTerminal;

fn target(delay: Duration) -> TargetServer {
    TargetServer::spawn(TargetBehavior::default().delay(delay)).unwrap()
}

#[test]
fn q_and_ctrl_c_drain_and_end_with_a_report() {
    for key in ["q", "C-c"] {
        let target = target(Duration::from_millis(300));
        let load = format!("http {} -r 50 -z 10m", target.url());
        let Some(run) = LiveRun::start(80, 24, &load) else {
            return;
        };
        run.terminal.press(key);
        let (report, screen) = run.wait_for_end(130);
        assert_eq!(report["stopped"], true, "{report}");
        assert_eq!(report["hits"]["abandoned"], 0, "{report}");
        assert_eq!(report["hits"]["ok"], target.counts().requests, "{report}");
        assert!(screen.contains("stopping: "), "{screen}");
    }
}

#[test]
fn q_a_second_time_does_not_wait_for_hits_in_flight() {
    let target = target(Duration::from_secs(3600));
    let load = format!("http {} -r 50 -z 10m -t 1h --drain 1h", target.url());
    let Some(run) = LiveRun::start(80, 24, &load) else {
        return;
    };
    run.terminal.press("q");
    run.terminal.wait_for("stopping: ");
    run.terminal.press_until("q", "done:130");
    let (report, _) = run.wait_for_end(130);
    assert!(report["hits"]["abandoned"].as_u64() > Some(0), "{report}");
}

#[test]
fn signals_restore_the_terminal() {
    for (signal, exit) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
        let target = target(Duration::ZERO);
        let load = format!("http {} -r 50 -z 10m", target.url());
        let Some(run) = LiveRun::start(80, 24, &load) else {
            return;
        };
        run.send(signal);
        let (report, _) = run.wait_for_end(exit);
        assert_eq!(report["stopped"], true, "{report}");
    }
}

#[test]
fn a_run_that_ends_by_itself_leaves_its_exit_code() {
    let target = target(Duration::ZERO);
    let load = format!(r#"http {} -r 50 -z 2s --assert "p99 < 1us""#, target.url());
    let Some(run) = LiveRun::start(80, 24, &load) else {
        return;
    };
    let (report, _) = run.wait_for_end(99);
    assert_eq!(report["hits"]["ok"], 100, "{report}");
}

/// Keys come from one terminal, which goes away, and the display is drawn on another.
#[test]
fn lines_replace_a_display_that_ends_by_itself() {
    let target = target(Duration::ZERO);
    let (Some(keyboard), Some(run)) = (TmuxTerminal::start(80, 24), LiveRun::new(80, 24)) else {
        return;
    };
    let (hammer, url) = (env!("CARGO_BIN_EXE_hammer"), target.url());
    let keys = keyboard.property("pane_tty");
    let load = format!("http {url} -r 50 -z 10m --live -o json < {keys}");
    run.run(&format!("{hammer} {load}"), "");
    run.wait_until_shown();
    drop(keyboard);
    let note = "note: the live display ended: no keys can be read: the terminal went away";
    run.terminal.wait_for(note);
    assert!(!run.terminal.has("alternate_on"));
    // Within ten seconds.
    run.terminal.wait_for(" left   50/s   p99 ");
    run.terminal.press("C-c");
    let (report, screen) = run.wait_for_end(130);
    assert_eq!(screen.matches("note: ").count(), 1, "{screen}");
    assert_eq!(report["stopped"], true, "{report}");
}
