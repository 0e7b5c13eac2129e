//! Tests of `hammer duel`.

use std::fs;
use std::path::Path;
use std::time::Duration;

use hammer_target::{TargetBehavior, TargetServer};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::command::{json, output, stderr, wait_until};
use crate::recorded_runs::RecordedRuns;
use crate::signals::{send, start};
use crate::terminals::on_a_terminal;

pub(crate) fn target(delay_ms: u64) -> TargetServer {
    let delay = Duration::from_millis(delay_ms);
    TargetServer::spawn(TargetBehavior::default().delay(delay)).unwrap()
}

/// Writes a plan of one load against a target.
pub(crate) fn plan(runs: &RecordedRuns, name: &str, target: &TargetServer, load: &str) -> String {
    let path = runs.path(name);
    // Keys of the plan come first.
    let (keys, load) = load.split_once("---\n").unwrap_or(("", load));
    let text = format!("{keys}[[load]]\ntarget = '{}'\n{load}", target.url());
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

pub(crate) fn files(folder: &Path) -> Vec<String> {
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
        at("round 1 of 3, base: ") < at("round 1 of 3, new: "),
        at("round 1 of 3, new: ") < at("round 2 of 3, base: "),
        at("round 3 of 3, new: ") > at("round 2 of 3, new: "),
    ];
    assert_eq!(order, [true; 3], "{progress}");
    // A log had two lines for each run.
    assert_eq!(progress.lines().count(), 6, "{progress}");
    assert!(progress.contains(", 20 of 20 ok, p99 "), "{progress}");

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
    let mut compared = json(&output(&args));
    assert_eq!(compared["rounds"], Value::Null);
    compared["rounds"] = json!({"asked": 3, "complete": 3, "early_end": null});
    assert_eq!(compared, comparison);
}

/// They were refused after the first round, which can take an hour.
#[test]
fn plans_that_differ_are_refused_before_the_first_hit() {
    let runs = RecordedRuns::new();
    let target = target(0);
    let base = plan(&runs, "base.toml", &target, "rate = 50\nhits = 5\n");
    let two = "rate = 50\nhits = 5\nname = 'a'\n[[load]]\nname = 'b'\nrate = 1\n";
    let two = format!("{two}duration = '1s'\ntarget = '{}'\n", target.url());
    let junit = runs.path("out.xml");
    let output_flag = format!("junit={}", junit.display());
    for (load, reason) in [
        (
            "rate = 60\nhits = 5\n",
            "different rate: 50/s in base run 1, 60/s in new run 1",
        ),
        (
            "rate = 50\nhits = 5\narrivals = 'poisson'\n",
            "different arrival process: even in base run 1, poisson in new run 1",
        ),
        (&two, "new run 1 has no load "),
        (
            "rate = 'max'\nhits = 5\nmax_in_flight = 2\n",
            "different loop: open in base run 1, closed in new run 1",
        ),
    ] {
        let new = plan(&runs, "new.toml", &target, load);
        let refused = output(&["duel", &base, &new, "-o", &output_flag]);
        let text = stderr(&refused);
        assert_eq!(refused.status.code(), Some(98), "{text}");
        for part in [
            "error: the runs cannot be compared:\n",
            reason,
            &format!("new run 1: {new}\n"),
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("round 1"), "{text}");
        let xml = fs::read_to_string(&junit).unwrap();
        assert!(xml.contains("errors=\"1\""), "{xml}");
    }
    assert_eq!(target.counts().connections, 0);
    // What the comparison allows, a duel allows as well.
    let new = plan(
        &runs,
        "new.toml",
        &target,
        "name = 'a'\nrate = 50\nhits = 5\ntimeout = '2s'\n",
    );
    let allowed = output(&["duel", &base, &new, "--rounds", "1", "--rest", "0"]);
    assert_eq!(target.counts().requests, 10, "{}", stderr(&allowed));
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
fn one_round_is_compared_within_its_runs() {
    let runs = RecordedRuns::new();
    let target = target(0);
    let load = "output = ['json=never.json', 'hits=never.csv']\n---\nrate = 50\nhits = 5\n";
    let short = plan(&runs, "short.toml", &target, load);
    let flags = ["--rounds", "1", "--rest", "0", "-o", "json"];
    let duel = output(&[&["duel", &short, &short], &flags[..]].concat());
    assert_eq!(duel.status.code(), Some(0), "{}", stderr(&duel));
    let comparison = json(&duel);
    assert_eq!(comparison["design"], "within_runs");
    let rounds = json!({"asked": 1, "complete": 1, "early_end": null});
    assert_eq!(comparison["rounds"], rounds);
    assert!(!Path::new("never.json").exists() && !Path::new("never.csv").exists());

    let long = plan(&runs, "long.toml", &target, "rate = 100\nduration = '1h'\n");
    let child = start(&["duel", &long, &long, "--rounds", "1"]);
    wait_until("hits arrive", || target.counts().requests > 20);
    send(&child, Signal::INT);
    let stopped = child.wait_with_output().unwrap();
    let text = stderr(&stopped);
    assert_eq!(stopped.status.code(), Some(130), "{text}");
    let reason = "0 of 1 round, stopped by SIGINT (a comparison needs 1)";
    assert!(text.contains(reason), "{text}");
}

/// Progress had only the verdict, which is valid for a side that does not answer.
#[test]
fn a_target_that_dies_shows_in_the_progress_and_the_outcome() {
    let runs = RecordedRuns::new();
    let (alive, dying) = (target(200), target(200));
    let load = "rate = 100\nhits = 20\n";
    let base = plan(&runs, "base.toml", &alive, load);
    let new = plan(&runs, "new.toml", &dying, load);
    let flags = ["--rounds", "4", "--rest", "0", "-o", "json"];
    let child = start(&[&["duel", &base, &new], &flags[..]].concat());
    wait_until("round 2 begins", || alive.counts().requests > 20);
    dying.shutdown();
    let ended = child.wait_with_output().unwrap();
    let progress = stderr(&ended);
    assert!(progress.contains("round 1 of 4, new: "), "{progress}");
    for round in 3..=4 {
        let line = format!("round {round} of 4, new: ");
        let line = progress.lines().find(|it| it.starts_with(&line));
        let line = line.unwrap_or_else(|| panic!("{round}: {progress}"));
        assert!(line.ends_with(", 0 of 20 ok, 100 % errors"), "{line}");
    }
    let comparison = json(&ended);
    assert_eq!(comparison["rounds"]["complete"], 4, "{comparison}");
    assert_ne!(comparison["outcome"], "same", "{comparison}");
    assert_ne!(comparison["outcome"], "better", "{comparison}");
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

/// The key is for a person who runs the plan. Two processes cannot share a terminal.
#[test]
fn a_plan_with_the_key_progress_does_not_draw_in_a_duel() {
    let (runs, target) = (RecordedRuns::new(), target(0));
    let load = "progress = 'live'\n---\nrate = 20\nduration = '1500ms'\n";
    let live = plan(&runs, "live.toml", &target, load);
    let arguments = format!("duel {live} {live} --rounds 1 --rest 0");
    let Some(printed) = on_a_terminal(&arguments, 80, "stty rows 24;") else {
        return;
    };
    assert!(printed.contains("1 base run with 1 new run"), "{printed}");
    assert!(!printed.contains("\u{1b}[?1049h"), "{printed:?}");
    assert!(!printed.contains("live display"), "{printed}");
    // The line of a run.
    assert!(printed.contains("0 failed"), "{printed}");
}

/// The check of each plan printed the same warning.
#[test]
#[cfg(target_os = "linux")]
fn a_warning_of_both_plans_is_printed_once() {
    let (runs, target) = (RecordedRuns::new(), target(0));
    let load = "rate = 1000\nhits = 300\n";
    let [base, new] = ["a.toml", "b.toml"].map(|name| plan(&runs, name, &target, load));
    let mut shell = std::process::Command::new("sh");
    shell.args([
        "-c",
        "ulimit -n 256; exec \"$0\" \"$@\"",
        env!("CARGO_BIN_EXE_hammer"),
    ]);
    let flags = ["--rounds", "1", "--rest", "0"];
    let duel = shell
        .args(["duel", &base, &new])
        .args(flags)
        .output()
        .unwrap();
    let text = stderr(&duel);
    assert_eq!(text.matches("warning: ").count(), 1, "{text}");
}
