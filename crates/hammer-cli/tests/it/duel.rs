//! Tests of `hammer duel`.

use std::fs;
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::time::Duration;

use hammer_target::{TargetBehavior, TargetServer};
use rustix::process::{Pid, Signal, kill_process};

use crate::command::{hammer, json, output, stderr, stdout, wait_until};
use crate::recorded_runs::RecordedRuns;
use crate::signals::{send, start};
use crate::terminals::on_a_terminal;

fn target(delay_ms: u64) -> TargetServer {
    let delay = Duration::from_millis(delay_ms);
    TargetServer::spawn(TargetBehavior::default().delay(delay)).unwrap()
}

/// Writes a plan of one load against a target.
fn plan(runs: &RecordedRuns, name: &str, target: &TargetServer, load: &str) -> String {
    let path = runs.path(name);
    // Keys of the plan come first.
    let (keys, load) = load.split_once("---\n").unwrap_or(("", load));
    let text = format!("{keys}[[load]]\ntarget = '{}'\n{load}", target.url());
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let mut names: Vec<_> = entries.map(|entry| name(entry.unwrap())).collect();
    names.sort();
    names
}

#[test]
fn plans_run_in_turn_and_a_slower_one_is_worse() {
    let runs = RecordedRuns::new();
    let (fast, slow) = (target(200), target(1_200));
    // A threshold that fails, and an output that is not written.
    let load = "assert = 'hits < 1'\noutput = 'json=never.json'\n---\nrate = 50\nhits = 20\n";
    let base = plan(&runs, "a.toml", &fast, load);
    let new = plan(&runs, "b.toml", &slow, load);
    let keep = runs.path("kept");
    let keep_path = keep.to_str().unwrap();
    let flags = [
        "--rounds", "3", "--rest", "0", "--keep", keep_path, "-o", "json",
    ];
    let duel = output(&[&["duel", &base, &new], &flags[..]].concat());
    let progress = stderr(&duel);
    assert_eq!(duel.status.code(), Some(99), "{progress}");
    let comparison = json(&duel);
    assert_eq!(comparison["outcome"], "worse", "{comparison}");
    assert_eq!(comparison["design"], "paired", "{comparison}");
    assert_eq!([&fast, &slow].map(|it| it.counts().requests), [60, 60]);
    let at = |text: &str| {
        progress
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {progress}"))
    };
    let order = [
        at("round 1 of 3: ") < at("b.toml"),
        at("b.toml") < at("round 2 of 3: "),
        at("round 3 of 3: ") > at("round 2 of 3: "),
    ];
    assert_eq!(order, [true; 3], "{progress}");

    let sides = ["base", "new"];
    let names: Vec<_> = sides
        .iter()
        .flat_map(|side| (1..=3).map(move |round| format!("{side}-{round}.run.json.zst")))
        .collect();
    assert_eq!(files(&keep), names);
    assert!(!Path::new("never.json").exists());
    // The same comparison from the kept files, whose start times alternate.
    let [base, new] = sides.map(|side| {
        let kept = names.iter().filter(|name| name.starts_with(side));
        let kept = kept.map(|name| keep.join(name).to_str().unwrap().to_owned());
        kept.collect::<Vec<_>>()
    });
    let mut args = vec!["compare"];
    args.extend(base.iter().map(String::as_str));
    args.push("--with");
    args.extend(new.iter().map(String::as_str));
    args.extend(["-o", "json"]);
    assert_eq!(json(&output(&args)), comparison);
}

#[test]
fn nothing_is_sent_if_a_plan_is_invalid() {
    let runs = RecordedRuns::new();
    let target = target(0);
    let good = plan(&runs, "good.toml", &target, "rate = 50\nhits = 5\n");
    let bad = plan(&runs, "bad.toml", &target, "rate = 'fast'\nhits = 5\n");
    for plans in [[&good, &bad], [&bad, &good]] {
        let refused = output(&["duel", plans[0], plans[1]]);
        let text = stderr(&refused);
        assert_eq!(refused.status.code(), Some(2), "{text}");
        assert!(text.contains("bad.toml:3"), "{text}");
    }
    assert_eq!(target.counts().connections, 0);
}

#[test]
fn wrong_arguments_are_explained() {
    let runs = RecordedRuns::new();
    let target = target(0);
    let good = plan(&runs, "good.toml", &target, "rate = 50\nhits = 5\n");
    let used = runs.folder.path().to_str().unwrap();
    let plan_output = format!("md={good}");
    for (args, message) in [
        (&[&*good][..], "required arguments were not provided"),
        (
            &["-", &good],
            "invalid value '-' for '<A>': a plan from stdin can be read only once",
        ),
        (
            &[&good, &good, "--rounds", "0"],
            "a whole number above 0, up to 1,000",
        ),
        (&[&good, &good, "--rest", "soon"], "expected a duration"),
        (
            &[&good, &good, "--keep", used],
            "expected a new or an empty folder",
        ),
        (&[&good, &good, "-o", "run=x"], "unknown kind"),
        (
            &[&good, "missing.toml"],
            "invalid value 'missing.toml' for '<B>': failed to read the plan",
        ),
        (
            &[&good, &good, "-o", &plan_output],
            "this command reads that file",
        ),
    ] {
        let refused = output(&[&["duel"], args].concat());
        let text = stderr(&refused);
        assert_eq!(refused.status.code(), Some(2), "{args:?}: {text}");
        assert!(text.contains(message), "{args:?}: {text}");
    }
    assert_eq!(target.counts().connections, 0);
}

#[test]
fn a_signal_ends_the_run_and_the_duel() {
    let runs = RecordedRuns::new();
    let target = target(0);
    let long = plan(&runs, "long.toml", &target, "rate = 100\nduration = '1h'\n");
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let before = target.counts().requests;
        let child = start(&["duel", &long, &long]);
        wait_until("hits arrive", || target.counts().requests > before + 5);
        send(&child, signal);
        let stopped = child.wait_with_output().unwrap();
        let text = stderr(&stopped);
        assert_eq!(stopped.status.code(), Some(code), "{text}");
        assert!(text.contains("stopped after 0 complete rounds"), "{text}");
        assert_eq!(stdout(&stopped), "");
        wait_until("the run ends", || target.counts().open_connections == 0);
    }
}

#[test]
fn rounds_that_are_complete_are_compared_after_a_signal() {
    let runs = RecordedRuns::new();
    let target = target(50);
    let short = plan(&runs, "short.toml", &target, "rate = 100\nhits = 10\n");
    let flags = ["--rounds", "1000", "--rest", "0", "-q"];
    let child = start(&[&["duel", &short, &short], &flags[..]].concat());
    // Three complete rounds are 60 hits.
    wait_until("three rounds are complete", || {
        target.counts().requests > 70
    });
    send(&child, Signal::INT);
    let stopped = child.wait_with_output().unwrap();
    let text = stderr(&stopped);
    assert_eq!(stopped.status.code(), Some(130), "{text}");
    let comparison = stdout(&stopped);
    assert!(comparison.contains("in pairs"), "{comparison}{text}");
    assert!(comparison.contains("short.toml (round 1)"), "{comparison}");
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
        text.contains("error: round ") && text.contains(" failed: exit status: "),
        "{text}"
    );
    let comparison = stdout(&failed);
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
        text.contains("a comparison needs 3; run files are in "),
        "{text}"
    );
    assert_eq!(stdout(&failed), "");
    assert_eq!(files(&keep)[0], "base-1.run.json.zst");
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

/// With `stty tostop`, the terminal stopped the runs, which are in the background, at their first message.
#[test]
fn a_terminal_that_stops_background_output_does_not_stop_the_duel() {
    let (runs, target) = (RecordedRuns::new(), target(0));
    let short = plan(&runs, "short.toml", &target, "rate = 100\nhits = 10\n");
    let arguments = format!("duel {short} {short} --rounds 1 --rest 0");
    let Some(printed) = on_a_terminal(&arguments, 80, "stty tostop; timeout --foreground 60")
    else {
        return;
    };
    assert!(printed.contains("1 base run with 1 new run"), "{printed}");
}
