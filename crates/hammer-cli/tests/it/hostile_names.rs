//! Names of files and loads with line ends and escapes, in messages.

use std::fs;
use std::process::Output;

use crate::command::{hammer, stderr, stdout};

/// A name that would begin a line of its own, and control a terminal.
const NAME: &str = "a\nerror: forged\u{1b}[2J";

/// Checks that no line of the messages is made of a name, and that they have no controls.
fn check(output: &Output, what: &str) {
    for text in [stderr(output), stdout(output)] {
        let forged = text.lines().any(|line| line.starts_with("error: forged"));
        assert!(!forged && !text.contains('\u{1b}'), "{what}: {text}");
    }
    assert!(
        stderr(output).contains("forged"),
        "{what}: {}",
        stderr(output)
    );
}

/// The name of a plan with a line end broke the line of its error.
#[test]
fn names_of_files_are_escaped_in_messages() {
    let folder = tempfile::tempdir().unwrap();
    let path = |ending: &str| {
        let path = folder.path().join(format!("{NAME}{ending}"));
        path.to_str().unwrap().to_owned()
    };
    let [plan, other, missing] = [".toml", "b.toml", "c"].map(path);
    fs::write(&plan, "[[load]]\nrate = 'x'\n").unwrap();
    fs::write(
        &other,
        "[[load]]\ntarget = 'http://127.0.0.1:1/'\nrate = 1\nhits = 1\nfeed = 'x'\n",
    )
    .unwrap();
    let output = format!("json={missing}/x");
    let feed = format!("f=@{missing}");
    let url = "http://127.0.0.1:1/";
    let once = ["-r", "1", "-n", "1"];
    let http = |flags: &[&str]| [&["http", url][..], &once, flags].concat().join("\u{1}");
    let commands = [
        vec!["run", &plan],
        vec!["run", &other],
        vec!["run", &missing],
        vec!["run", &plan, "-r", "1"],
        vec!["report", &plan],
        vec!["report", &missing],
        vec!["compare", &missing, &plan],
        vec!["duel", &plan, &other],
        vec!["timeline", "show", &missing],
        vec!["timeline", "build", &plan, "-o", &missing],
        vec!["replay", &missing, "--endpoint", url],
    ];
    for command in commands {
        check(&hammer(&command).output().unwrap(), &format!("{command:?}"));
    }
    for flags in [
        vec!["-o", &output],
        vec!["--feed", &feed],
        vec!["--targets", &missing],
        vec!["--cacert", &missing],
        vec!["--baseline", &missing],
        vec!["-d", &format!("@{missing}")],
    ] {
        let command = http(&flags);
        let words: Vec<_> = command.split('\u{1}').collect();
        check(&hammer(&words).output().unwrap(), &format!("{flags:?}"));
    }
}

/// Warnings, progress and the outputs name loads.
#[test]
fn names_of_loads_are_escaped_in_messages() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.toml");
    let load = |name: &str| {
        format!(
            "[[load]]\nname = \"{name}\"\ntarget = 'http://127.0.0.1:1/'\nrate = 100\nhits = 5\n\
             warmup = '10ms'\n"
        )
    };
    let text = load("a\\nerror: forged\\u001b[2J") + &load("b");
    fs::write(&plan, text).unwrap();
    let plan = plan.to_str().unwrap();
    check(&hammer(&["run", plan]).output().unwrap(), "run");
}
