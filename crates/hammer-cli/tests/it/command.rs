use std::env;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

/// What the binary would take from the environment of whoever runs the tests.
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

/// The binary under test with these arguments.
pub(crate) fn hammer(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hammer"));
    command.args(args);
    for name in VARIABLES {
        command.env_remove(name);
    }
    command
}

/// Runs it to the end.
pub(crate) fn output(args: &[&str]) -> Output {
    hammer(args).output().unwrap()
}

/// Runs it to a report: the arguments and `-o json=-`.
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

/// The report on its stdout.
pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", stdout(output)))
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The folder that cargo has built the examples into: beside the folder of this test.
pub(crate) fn examples() -> PathBuf {
    let test = env::current_exe().unwrap();
    test.parent().unwrap().parent().unwrap().join("examples")
}

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}
