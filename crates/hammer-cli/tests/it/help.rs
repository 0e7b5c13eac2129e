//! Compares the help of every command with golden files, so that reviews show each change.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hammer_target::{TargetBehavior, TargetServer};

use crate::command::{hammer, repository, stderr, stdout};

const FOLDER: &str = "crates/hammer-cli/tests/it/golden/help";

/// Columns at which help is wrapped.
const WIDTH: &str = "100";

/// The variable that makes the test write the files instead of comparing them.
const WRITE: &str = "HAMMER_WRITE_HELP";

#[test]
fn help_equals_the_golden_files() {
    let folder = repository(FOLDER);
    let mut printed = BTreeMap::new();
    collect(&[], &mut printed);
    assert!(printed.len() > 10, "too few commands: {:?}", printed.keys());
    if env::var_os(WRITE).is_some() {
        write(&folder, &printed);
    }
    let mut kept = BTreeMap::new();
    read(&folder, "", &mut kept);
    let names: BTreeSet<&String> = printed.keys().chain(kept.keys()).collect();
    let mut difference = String::new();
    for name in names {
        let [old, new] = [&kept, &printed].map(|texts| texts.get(name).map(String::as_str));
        if old != new {
            let _ = writeln!(difference, "--- {FOLDER}/{name}\n+++ the binary");
            difference.push_str(&diff(old.unwrap_or_default(), new.unwrap_or_default()));
        }
    }
    assert!(
        difference.is_empty(),
        "the help differs from its golden files:\n{difference}\n\
         To write them: {WRITE}=1 cargo test -p hammer-cli --test it help"
    );
}

/// Collects the help of a command and its subcommands by the names of their golden files.
fn collect(commands: &[String], printed: &mut BTreeMap<String, String>) {
    let long = help(commands, "--help");
    let short = help(commands, "-h");
    for name in subcommands(&long) {
        collect(&[commands, &[name]].concat(), printed);
    }
    let name = if commands.is_empty() {
        "hammer".to_owned()
    } else {
        commands.join("/")
    };
    if short != long {
        printed.insert(format!("{name}.short.txt"), short);
    }
    printed.insert(format!("{name}.txt"), long);
}

fn help(commands: &[String], flag: &str) -> String {
    let output = hammer(&[])
        .args(commands)
        .arg(flag)
        .env("COLUMNS", WIDTH)
        .env("NO_COLOR", "1")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap();
    assert!(output.status.success(), "{commands:?}: {}", stderr(&output));
    stdout(&output)
        .lines()
        .flat_map(|line| [line.trim_end(), "\n"])
        .collect()
}

/// The names under `Commands:`, except `help`, which is built into clap.
fn subcommands(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        // Wrapped lines of a description are indented deeper than names.
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

fn write(folder: &Path, printed: &BTreeMap<String, String>) {
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    for (name, text) in printed {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn read(folder: &Path, prefix: &str, kept: &mut BTreeMap<String, String>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    for path in paths {
        let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() {
            read(&path, &format!("{name}/"), kept);
        } else {
            kept.insert(name, fs::read_to_string(path).unwrap());
        }
    }
}

/// The lines that differ, marked with `-` and `+`, by the longest common subsequence.
fn diff(old: &str, new: &str) -> String {
    let old: Vec<&str> = old.lines().collect();
    let new: Vec<&str> = new.lines().collect();
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut text = String::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || i < old.len() && common[i + 1][j] >= common[i][j + 1] {
            let _ = writeln!(text, "{:>4} -{}", i + 1, old[i]);
            i += 1;
        } else {
            let _ = writeln!(text, "{:>4} +{}", j + 1, new[j]);
            j += 1;
        }
    }
    text
}

/// Regression: the help of `hammer http` had 135 lines and no example.
#[test]
fn short_help_fits_a_screen_and_ends_with_examples() {
    let folder = examples_folder();
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    for command in [
        &["http"][..],
        &["mqtt"],
        &["replay"],
        &["run"],
        &["timeline"],
        &["timeline", "build"],
    ] {
        for width in ["80", "100"] {
            let output = hammer(command)
                .arg("-h")
                .env("COLUMNS", width)
                .output()
                .unwrap();
            let help = stdout(&output);
            assert!(
                help.lines().count() <= 40,
                "{command:?}, {width} columns:\n{help}"
            );
        }
        let help = help(
            &command.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "-h",
        );
        let (_, examples) = help.split_once("\nExamples:\n").expect("examples");
        let examples: Vec<&str> = examples.lines().map(str::trim).collect();
        assert_eq!(examples.len(), 5, "{command:?}: {examples:?}");
        for example in examples {
            let sends_nothing = ["hammer timeline", "--once", "--dry-run"];
            let dry = match sends_nothing.iter().any(|part| example.contains(part)) {
                true => "",
                false => " --dry-run",
            };
            let words = example.strip_prefix("hammer ").expect("a command");
            // Only `--once` sends anything.
            let words = words.replace("http://127.0.0.1:8080/", &target.url());
            let shell = format!("exec {} {words}{dry}", env!("CARGO_BIN_EXE_hammer"));
            let output = Command::new("sh")
                .args(["-c", &shell])
                .current_dir(&folder)
                .output()
                .unwrap();
            assert_eq!(
                output.status.code(),
                Some(0),
                "{example}: {}",
                stderr(&output)
            );
        }
    }
}

/// A folder with the files that the examples name.
fn examples_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let log = "192.0.2.7 - - [01/Mar/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n";
    let row = |index: u64| format!("{{\"t\":{},\"u\":\"/\",\"s\":200}}\n", 60_000_000 * index);
    let rows: String = (0..100).map(row).collect();
    let head = "{\"schema\":\"hammer.timeline/1\",\"epoch\":\"2026-03-01T10:00:00Z\"}\n";
    let timeline = format!("{head}{rows}{{\"rows\":100}}\n");
    let plan = "[[load]]\ntarget = 'http://127.0.0.1:1/'\nrate = 1\nduration = '1s'\n";
    for (name, text) in [
        ("access.log", log),
        ("shop.jsonl.zst", &timeline),
        ("plan.toml", plan),
        (
            "inference.csv",
            "arrived,tokens\n2026-03-01 10:00:00.125,4808\n",
        ),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn a_diff_shows_the_changed_lines() {
    let table = [
        ("a\nb\nc\n", "a\nb\nc\n", ""),
        ("a\nb\nc\n", "a\nx\nc\n", "   2 -b\n   2 +x\n"),
        ("a\nb\n", "b\n", "   1 -a\n"),
        ("", "a\n", "   1 +a\n"),
        ("a\nb\nc\n", "a\nc\nd\n", "   2 -b\n   3 +d\n"),
    ];
    for (old, new, expected) in table {
        assert_eq!(diff(old, new), expected, "{old:?} {new:?}");
    }
}
