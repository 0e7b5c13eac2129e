//! The live display on a terminal whose size changes.

use hammer_target::{TargetBehavior, TargetServer};

use super::live_run::LiveRun;

#[test]
fn the_screen_follows_the_size_of_the_terminal() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let load = format!("http {} -r 50 -z 10m", target.url());
    let Some(run) = LiveRun::start(80, 24, &load) else {
        return;
    };
    for (columns, rows) in [(30, 10), (120, 40), (60, 16), (80, 24), (200, 60), (80, 24)] {
        run.terminal.resize(columns, rows);
        if columns < 60 {
            run.terminal.wait_until("one line", |screen| {
                screen.starts_with("too small") && screen.trim_end().lines().count() == 1
            });
            continue;
        }
        // The first line and the last one, and nothing beyond them.
        run.terminal.wait_until("the screen", |screen| {
            let lines: Vec<_> = screen.lines().collect();
            lines.len() == usize::from(rows)
                && lines[0].starts_with(" http  http://")
                && lines[0].trim_end().ends_with(if columns < 100 {
                    " left of 10:00"
                } else {
                    " left"
                })
                && lines[lines.len() - 1].starts_with(" 1 overview ")
                && lines[lines.len() - 1].contains("q stop")
                && screen.matches("q stop").count() == 1
                && screen.matches("whole run").count() == 1
        });
    }
    // A key that follows a resize at once is not lost.
    run.terminal.resize(120, 40);
    run.terminal.press("q");
    run.wait_for_end(130);
}
