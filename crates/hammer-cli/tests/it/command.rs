//! Runs the binary under test.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Variables that would influence the binary, and are removed from its environment.
const VARIABLES: [&str; 8] = [
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "SSLKEYLOGFILE",
];

/// A command that runs the binary with these arguments.
pub(crate) fn hammer(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hammer"));
    command.args(args);
    remove_variables(&mut command);
    command
}

/// Removes variables that would influence the binary.
pub(crate) fn remove_variables(command: &mut Command) {
    for name in VARIABLES {
        command.env_remove(name);
    }
}

/// Runs the binary with these arguments to its end.
pub(crate) fn output(args: &[&str]) -> Output {
    hammer(args).output().unwrap()
}

/// Runs the binary with these arguments and returns its JSON report.
pub(crate) fn report(args: &[&str]) -> Value {
    let output = hammer(args).args(["-o", "json=-", "-q"]).output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{args:?}: {}",
        stderr(&output)
    );
    json(&output)
}

/// The JSON report on stdout.
pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", stdout(output)))
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The folder into which cargo builds the examples.
pub(crate) fn examples() -> PathBuf {
    let test = env::current_exe().unwrap();
    test.parent().unwrap().parent().unwrap().join("examples")
}

/// The path of a file in the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// Polls until the condition is met, and fails after 30 s.
pub(crate) fn wait_until(condition: &str, mut is_met: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_met() {
        assert!(Instant::now() < deadline, "timed out: {condition}");
        thread::yield_now();
    }
}
