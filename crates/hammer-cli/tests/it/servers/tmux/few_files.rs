//! The live display of a run that uses up all files that the process can open.

use std::time::Duration;

use hammer_target::{TargetBehavior, TargetServer};

use super::live_run::LiveRun;

/// The display opened a file for each frame, and the reader of keys at the first key. Neither worked
/// any more, and the terminal stayed in raw mode.
#[test]
fn the_display_goes_on_when_no_more_files_can_be_opened() {
    let behavior = TargetBehavior::default().delay(Duration::from_secs(3600));
    let target = TargetServer::spawn(behavior).unwrap();
    let Some(run) = LiveRun::new(100, 24) else {
        return;
    };
    let (hammer, url) = (env!("CARGO_BIN_EXE_hammer"), target.url());
    let load = format!("http {url} -r 100 -z 10m -t 1h --live -o json");
    run.run(
        &format!(r#"sh -c "ulimit -n 60; exec {hammer} {load}""#),
        "",
    );
    run.wait_until_shown();
    run.terminal.wait_for("out of files");
    run.terminal.press("5");
    run.terminal.wait_for("of 60");
    run.terminal.resize(80, 24);
    run.terminal.press("1");
    run.terminal.wait_for("last 10 s");
    run.terminal.press("q");
    run.terminal.wait_for("stopping: ");
    run.terminal.press_until("q", "done:130");
    run.wait_for_end(130);
}
