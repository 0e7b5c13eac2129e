//! Tests of a `hammer duel` that ends early.

use std::fs;
use std::path::Path;
use std::process::{Child, Output, Stdio};

use hammer_target::TargetServer;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::command::{hammer, output, stderr, stdout, wait_until};
use crate::duel::{files, plan, target};
use crate::recorded_runs::RecordedRuns;
use crate::signals::{send, start};

#[test]
fn a_signal_ends_the_run_and_the_duel() {
    let runs = RecordedRuns::new();
    let target = target(0);
    let long = plan(&runs, "long.toml", &target, "rate = 100\nduration = '1h'\n");
    let (markdown, junit) = (runs.path("out.md"), runs.path("out.xml"));
    let markdown_flag = format!("md={}", markdown.display());
    let junit_flag = format!("junit={}", junit.display());
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let before = target.counts().requests;
        let flags = ["-o", &*markdown_flag, "-o", &*junit_flag];
        let child = start(&[&["duel", &long, &long], &flags[..]].concat());
        wait_until("hits arrive", || target.counts().requests > before + 5);
        send(&child, signal);
        let stopped = child.wait_with_output().unwrap();
        let text = stderr(&stopped);
        assert_eq!(stopped.status.code(), Some(code), "{text}");
        let name = if signal == Signal::INT {
            "SIGINT"
        } else {
            "SIGTERM"
        };
        let reason = format!("0 of 5 rounds, stopped by {name} (a comparison needs 3)");
        assert!(
            text.contains(&format!("not compared: {reason}; ")),
            "{text}"
        );
        assert_eq!(stdout(&stopped), "");
        // A build server that reads only the files showed nothing.
        for path in [&markdown, &junit] {
            let written = fs::read_to_string(path).unwrap();
            assert!(written.contains("rounds, stopped by SIG"), "{written}");
        }
        let xml = fs::read_to_string(&junit).unwrap();
        assert!(xml.contains("type=\"stopped\""), "{xml}");
        wait_until("the run ends", || target.counts().open_connections == 0);
    }
}

/// All outputs looked like those of a duel of three rounds that ended as asked.
#[test]
fn rounds_that_are_complete_are_compared_after_a_signal() {
    let runs = RecordedRuns::new();
    let target = target(50);
    let short = plan(&runs, "short.toml", &target, "rate = 100\nhits = 10\n");
    let keep = runs.path("kept");
    let files = ["json", "md", "xml", "html"].map(|ending| runs.path(&format!("out.{ending}")));
    let mut args = vec![
        "duel", &*short, &*short, "--rounds", "1000", "--rest", "0", "-q",
    ];
    args.extend(["-o", "text", "--keep", keep.to_str().unwrap()]);
    let outputs = ["json", "md", "junit", "html"].iter().zip(&files);
    let outputs: Vec<_> = outputs
        .map(|(kind, path)| format!("--output={kind}={}", path.display()))
        .collect();
    args.extend(outputs.iter().map(String::as_str));
    let child = start(&args);
    // Three complete rounds are 60 hits.
    wait_until("three rounds are complete", || {
        target.counts().requests > 70
    });
    send(&child, Signal::INT);
    let stopped = child.wait_with_output().unwrap();
    let printed = stderr(&stopped);
    assert_eq!(stopped.status.code(), Some(130), "{printed}");
    let text = stdout(&stopped);
    assert!(text.contains("in pairs"), "{text}{printed}");
    let [json, markdown, junit, html] = files.map(|path| fs::read_to_string(path).unwrap());
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["rounds"]["asked"], 1_000, "{json}");
    let end = json!({"code": "signal", "signal": "SIGINT"});
    assert_eq!(json["rounds"]["early_end"], end);
    let complete = json["rounds"]["complete"].as_u64().unwrap();
    let reason = format!("{complete} of 1000 rounds, stopped by SIGINT");
    for output in [&text, &markdown, &junit, &html, &printed] {
        assert!(output.contains(&reason), "{reason}: {output}");
    }
    assert!(junit.contains("errors=\"1\""), "{junit}");

    // A pattern for the files of a side has those that were compared.
    let kept = files_of(&keep, "base-");
    assert_eq!(kept.len() as u64, complete, "{kept:?}");
    assert_eq!(files_of(&keep, "new-").len() as u64, complete);
    let dropped = files_of(&keep, "dropped-");
    assert!(!dropped.is_empty() && dropped.len() <= 2, "{dropped:?}");
    for name in dropped {
        assert!(name.ends_with(&format!("-{}.run.json.zst", complete + 1)));
        assert!(printed.contains(&name), "{name}: {printed}");
    }
}

fn files_of(folder: &Path, prefix: &str) -> Vec<String> {
    let mut names = files(folder);
    names.retain(|name| name.starts_with(prefix));
    names
}

/// A target that runs in a duel fail after some rounds: their plan needs a file, which is deleted.
struct FailingDuel {
    runs: RecordedRuns,
    target: TargetServer,
    plan: String,
}

impl FailingDuel {
    fn new() -> Self {
        let runs = RecordedRuns::new();
        let target = target(20);
        fs::write(runs.path("body"), "a").unwrap();
        let load = "rate = 100\nhits = 10\ndata = '@body'\n";
        let plan = plan(&runs, "plan.toml", &target, load);
        Self { runs, target, plan }
    }

    /// Runs a duel whose runs fail once the target has got this many requests.
    fn run(&self, requests: u64, flags: &[&str]) -> Output {
        let duel = [
            "duel", &self.plan, &self.plan, "--rounds", "1000", "--rest", "0",
        ];
        let child = start(&[&duel[..], flags].concat());
        wait_until("rounds are complete", || {
            self.target.counts().requests > requests
        });
        fs::remove_file(self.runs.path("body")).unwrap();
        child.wait_with_output().unwrap()
    }
}

/// One run that failed lost all rounds.
#[test]
fn rounds_that_are_complete_are_compared_after_a_run_that_failed() {
    let duel = FailingDuel::new();
    let failed = duel.run(70, &[]);
    let text = stderr(&failed);
    assert_eq!(failed.status.code(), Some(1), "{text}");
    assert!(
        text.contains("incomplete: ") && text.contains(" failed: exit code "),
        "{text}"
    );
    let comparison = stdout(&failed);
    assert!(comparison.contains("\nincomplete    "), "{comparison}");
    assert!(comparison.contains("in pairs"), "{comparison}{text}");
}

#[test]
fn too_few_rounds_before_a_run_that_failed_are_not_compared() {
    let duel = FailingDuel::new();
    let keep = duel.runs.path("kept");
    let failed = duel.run(5, &["--keep", keep.to_str().unwrap()]);
    let text = stderr(&failed);
    assert_eq!(failed.status.code(), Some(1), "{text}");
    assert!(
        text.contains("(a comparison needs 3); run files are in "),
        "{text}"
    );
    assert_eq!(stdout(&failed), "");
    let kept = files(&keep);
    let is_whole = |name: &String| name.starts_with("base-") || name.starts_with("new-");
    let whole = kept.iter().filter(|name| is_whole(name)).count();
    assert!(whole.is_multiple_of(2), "{kept:?}");
}

/// A run that a condition ended was compared with complete ones.
#[test]
fn a_run_that_ended_early_ends_the_duel() {
    let runs = RecordedRuns::new();
    let target = target(0);
    let load = "abort_on = 'hits > 20'\n---\nrate = 50\nduration = '1h'\n";
    let aborted = plan(&runs, "plan.toml", &target, load);
    let duel = output(&["duel", &aborted, &aborted, "--rest", "0"]);
    let text = stderr(&duel);
    assert_eq!(duel.status.code(), Some(98), "{text}");
    assert!(
        text.contains("base run 1 was ended early by the condition 'hits > 20'"),
        "{text}"
    );
    assert!(!text.contains("round 2"), "{text}");
}

/// Starts a duel of long runs with a folder for temporary files, and waits for hits.
fn long_duel(runs: &RecordedRuns, target: &TargetServer) -> Child {
    let long = plan(runs, "long.toml", target, "rate = 100\nduration = '1h'\n");
    fs::create_dir_all(runs.path("tmp")).unwrap();
    let mut duel = hammer(&["duel", &long, &long, "-q"]);
    duel.env("TMPDIR", runs.path("tmp"));
    let child = duel.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let child = child.unwrap();
    wait_until("hits arrive", || target.counts().requests > 5);
    child
}

/// The run went on for its hour.
#[cfg(target_os = "linux")]
#[test]
fn a_run_ends_with_a_duel_that_is_killed() {
    let (runs, target) = (RecordedRuns::new(), target(0));
    let mut duel = long_duel(&runs, &target);
    send(&duel, Signal::KILL);
    duel.wait().unwrap();
    wait_until("the run ends", || target.counts().open_connections == 0);
}

#[cfg(target_os = "linux")]
#[test]
fn the_third_signal_ends_a_run_that_hangs_and_leaves_no_files() {
    let (runs, target) = (RecordedRuns::new(), target(0));
    let mut duel = long_duel(&runs, &target);
    let id = duel.id();
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
    let run: i32 = children.trim().parse().unwrap();
    // A process that is stopped takes no notice of signals.
    kill_process(Pid::from_raw(run).unwrap(), Signal::STOP).unwrap();
    wait_until("the duel ends", || {
        // Signals of one kind that arrive at the same time are one.
        let _ = kill_process(Pid::from_child(&duel), Signal::INT);
        duel.try_wait().unwrap().is_some()
    });
    assert_eq!(duel.wait().unwrap().code(), Some(130));
    wait_until("the run ends", || target.counts().open_connections == 0);
    assert_eq!(files(&runs.path("tmp")), [""; 0]);
}
