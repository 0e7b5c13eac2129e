//! Secrets on the live display.

use std::fs;

use hammer_target::{TargetBehavior, TargetServer};

use super::live_run::LiveRun;
use crate::servers::free_port;

/// A secret in the target, in groups, thresholds and errors is on no tab, and in no message after it.
#[test]
fn no_tab_shows_a_secret() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let Some(run) = LiveRun::new(120, 40) else {
        return;
    };
    let port = free_port();
    let plan = run.terminal.file("plan.toml");
    let text = format!(
        "assert = '[ok] p99 < ${{BOUND_TOKEN}}us'
[[load]]
name = 'ok'
target = '{}${{API_TOKEN}}?key=${{API_TOKEN}}'
header = ['Authorization: Bearer ${{API_TOKEN}}']
rate = 50
duration = '10m'
[[load]]
name = 'refused'
target = 'http://ann:${{API_TOKEN}}@127.0.0.1:{port}/${{API_TOKEN}}'
rate = 50
duration = '10m'
",
        target.url()
    );
    fs::write(&plan, text).unwrap();
    let hammer = env!("CARGO_BIN_EXE_hammer");
    let variables = "env API_TOKEN=hunter2secret BOUND_TOKEN=7654321 RUST_LOG=trace";
    let command = format!("{variables} {hammer} run {} --live -o json", plan.display());
    // The command line, which is on the screen, has the values.
    let script = run.terminal.file("script");
    fs::write(&script, format!("exec {command}")).unwrap();
    run.run(&format!("sh {}", script.display()), "");
    run.wait_until_shown();
    let secrets = ["hunter2", "7654321"];
    let mut shown = vec![];
    for (digit, text) in [
        ("7", "   load  "),
        ("1", "last 10 s"),
        ("2", " mean "),
        ("3", "many hits"),
        ("4", "results    ok"),
        ("5", "memory "),
        ("6", "DEBUG "),
    ] {
        // Both loads.
        for _ in 0..2 {
            run.terminal.press(digit);
            shown.push(run.terminal.wait_for(text));
            run.terminal.press("]");
        }
    }
    run.terminal.press("q");
    let (report, _) = run.wait_for_end(130);
    shown.extend([run.terminal.history(), report.to_string()]);
    for text in shown {
        for secret in secrets {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}
