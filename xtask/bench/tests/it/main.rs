//! Tests of the built bench that measure nothing.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Exit code and stderr of a bench with these arguments.
fn run_bench(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bench"))
        .args(arguments)
        .output()
        .expect("the bench runs");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), stderr)
}

#[test]
fn an_unknown_scenario_is_a_usage_error() {
    let (code, stderr) = run_bench(&["closed", "speed"]);
    assert_eq!(code, Some(2), "{stderr}");
    for name in ["\"speed\"", "ceiling", "steady-tls", "engine"] {
        assert!(stderr.contains(name), "{name}: {stderr}");
    }
}

#[test]
fn fewer_than_three_rounds_are_a_usage_error() {
    for (rounds, expected) in [("2", "expected 3 to 1000"), ("many", "expected a number")] {
        let (code, stderr) = run_bench(&["--rounds", rounds]);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(
            stderr.contains(expected) && stderr.contains("--rounds"),
            "{stderr}"
        );
    }
}

#[test]
fn an_unreadable_baseline_is_a_usage_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text, expected) in [
        ("missing", None, "missing"),
        ("text", Some("hits: many"), "invalid JSON"),
        (
            "other",
            Some("{\"schema\":\"hammer.report/1\"}"),
            "expected schema \"hammer.bench/1\", found \"hammer.report/1\"",
        ),
        (
            "none",
            Some("{\"figures\":[]}"),
            "expected schema \"hammer.bench/1\", found none",
        ),
        (
            "torn",
            Some("{\"schema\":\"hammer.bench/1\"}"),
            "missing field",
        ),
    ] {
        let path = folder.path().join(name);
        if let Some(text) = text {
            fs::write(&path, text).expect("the folder is writable");
        }
        let (code, stderr) = run_bench(&["closed", "--against", path_text(&path)]);
        assert_eq!(code, Some(2), "{name}: {stderr}");
        assert!(
            stderr.starts_with("error: failed to read --against "),
            "{name}: {stderr}"
        );
        assert!(
            stderr.contains(path_text(&path)) && stderr.contains(expected),
            "{name}: {stderr}"
        );
    }
}

/// Exit code and stdout of the counter of allocations.
fn run_counter(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_engine-heap"))
        .args(arguments)
        .output()
        .expect("the counter runs");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), stdout)
}

#[test]
fn more_null_hits_need_no_more_allocations() {
    let count = |hits: &str| -> u64 {
        let (code, stdout) = run_counter(&[hits, "1"]);
        assert_eq!(code, Some(0), "{stdout}");
        stdout.trim().parse().expect("a number")
    };
    let (few, many) = (count("1000"), count("21000"));
    assert!(few > 0, "the start of a run allocates");
    // A slow machine takes longer for the second run, and each second allocates a little.
    assert!(many < few + 2000, "{few} and {many}");
}

#[test]
fn the_counter_needs_hits_and_workers() {
    for arguments in [&[][..], &["1000"], &["many", "1"], &["1", "1", "1"]] {
        assert_eq!(run_counter(arguments).0, Some(2), "{arguments:?}");
    }
}

fn path_text(path: &Path) -> &str {
    path.to_str().expect("the path is UTF-8")
}
