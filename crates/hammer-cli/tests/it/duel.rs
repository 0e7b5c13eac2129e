//! Tests of `hammer duel`.

use std::fs;
use std::path::Path;
use std::time::Duration;

use hammer_target::{TargetBehavior, TargetServer};
use rustix::process::Signal;

use crate::command::{json, output, stderr, stdout, wait_until};
use crate::recorded_runs::RecordedRuns;
use crate::signals::{send, start};

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
    for (args, message) in [
        (&[&*good][..], "required arguments were not provided"),
        (&["-", &good], "a plan from stdin can be read only once"),
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
        (&[&good, "missing.toml"], "missing.toml"),
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
        assert!(text.contains("stopped: 0 complete rounds"), "{text}");
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
