//! The line that is updated in place.

use hammer_target::{TargetBehavior, TargetServer};

use super::terminal::TmuxTerminal;

/// Ctrl-C arrives as a signal, and the progress stays in its line when the terminal is resized.
#[test]
fn the_progress_line_leaves_the_terminal_as_it_was() {
    let Some(terminal) = TmuxTerminal::start(100, 24) else {
        return;
    };
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let report = terminal.file("report.json");
    terminal.run_between_modes(&format!(
        "{} http {} -r 20 -z 10m -o json > {}",
        env!("CARGO_BIN_EXE_hammer"),
        target.url(),
        report.display()
    ));
    terminal.wait_for("0 failed");
    terminal.resize(80, 24);
    terminal.wait_for("0 failed");
    terminal.press("C-c");
    let screen = terminal.wait_for_restored(130);
    assert!(screen.contains("stopping: "), "{screen}");
    let report = std::fs::read(report).unwrap();
    serde_json::from_slice::<serde_json::Value>(&report).unwrap();
}
