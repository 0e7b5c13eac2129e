//! The built bench, as far as it goes without measuring anything.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Exit code and stderr of a bench with these arguments.
fn run_bench(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bench"))
        .args(arguments)
        .output()
        .expect("it was built for this test");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

#[test]
fn names_the_scenarios_there_are() {
    let (code, said) = run_bench(&["closed", "speed"]);
    assert_eq!(code, Some(2), "{said}");
    for name in ["\"speed\"", "ceiling", "steady-tls", "engine"] {
        assert!(said.contains(name), "{name}: {said}");
    }
}

#[test]
fn measures_at_least_three_rounds() {
    for (rounds, why) in [("2", "at least 3"), ("many", "not a number")] {
        let (code, said) = run_bench(&["--rounds", rounds]);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(why) && said.contains("--rounds"), "{said}");
    }
}

#[test]
fn says_what_is_wrong_with_the_file_before_it_measures() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text, why) in [
        ("missing", None, "missing"),
        ("text", Some("hits: many"), "no JSON"),
        (
            "other",
            Some("{\"schema\":\"hammer.report/1\"}"),
            "not \"hammer.bench/1\"",
        ),
        (
            "none",
            Some("{\"figures\":[]}"),
            "no \"schema\":\"hammer.bench/1\"",
        ),
        (
            "torn",
            Some("{\"schema\":\"hammer.bench/1\"}"),
            "missing field",
        ),
    ] {
        let path = folder.path().join(name);
        if let Some(text) = text {
            fs::write(&path, text).expect("the folder is ours");
        }
        let (code, said) = run_bench(&["closed", "--against", path_text(&path)]);
        assert_eq!(code, Some(2), "{name}: {said}");
        assert!(said.starts_with("error: compare with "), "{name}: {said}");
        assert!(
            said.contains(path_text(&path)) && said.contains(why),
            "{name}: {said}"
        );
    }
}

fn path_text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}
