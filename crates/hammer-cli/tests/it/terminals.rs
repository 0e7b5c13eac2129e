//! Tests of the output on terminals, with `script` as the terminal.

use std::process::{Command, Stdio};

use hammer_target::{TargetBehavior, TargetServer};

use crate::command::stdout;

/// Runs `hammer` on a terminal of these columns, and returns what it printed.
///
/// Returns `None` if the program `script` of util-linux is missing.
pub(crate) fn on_a_terminal(arguments: &str, columns: usize, variables: &str) -> Option<String> {
    let hammer = env!("CARGO_BIN_EXE_hammer");
    let command = format!("stty cols {columns}; {variables} {hammer} {arguments}");
    let mut script = Command::new("script");
    script
        .args(["-qec", &command, "/dev/null"])
        .stdin(Stdio::null());
    script.env_remove("NO_COLOR").env("TERM", "xterm");
    match script.output() {
        Ok(output) => Some(stdout(&output)),
        Err(_) if std::env::var_os("HAMMER_REQUIRE_SERVERS").is_none() => {
            use std::io::Write;
            let _ = writeln!(std::io::stderr(), "skipped: script is missing");
            None
        }
        Err(error) => panic!("failed to run script: {error}"),
    }
}

/// Regression: on a terminal of 30 columns, each update left a line behind.
#[test]
fn progress_fits_the_width_of_the_terminal() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let arguments = format!(
        "http {} -r 20 -z 2500ms -o text=/dev/null --progress line",
        target.url()
    );
    for columns in [30, 80] {
        let Some(printed) = on_a_terminal(&arguments, columns, "") else {
            return;
        };
        let lines: Vec<&str> = printed.split(['\r', '\n']).collect();
        let wide = lines.iter().find(|line| line.chars().count() >= columns);
        assert_eq!(wide, None, "{columns} columns: {printed:?}");
        assert!(
            lines.iter().any(|line| line.contains("0 failed")),
            "{printed:?}"
        );
        assert!(!printed.contains('\u{1b}'), "{printed:?}");
    }
}

/// The run is too short for the line that is due after ten seconds.
#[test]
fn progress_on_a_terminal_is_as_the_user_wants_it() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    for (flags, is_updated) in [
        ("--progress auto", true),
        ("--progress line", true),
        ("--progress lines", false),
        ("--progress none", false),
        ("-q", false),
    ] {
        let arguments = format!("http {url} -r 20 -z 1500ms -o text=/dev/null {flags}");
        let Some(printed) = on_a_terminal(&arguments, 80, "") else {
            return;
        };
        assert_eq!(
            printed.contains("0 failed"),
            is_updated,
            "{flags}: {printed:?}"
        );
        assert_eq!(printed.is_empty(), !is_updated, "{flags}: {printed:?}");
    }
}

/// Regression: a dumb terminal got escape sequences.
#[test]
fn terminals_without_colors_get_no_escape_sequences() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let arguments = format!("http {} -r 20 -z 1500ms --progress line", target.url());
    for (variables, has_color) in [("", true), ("NO_COLOR=1", false), ("TERM=dumb", false)] {
        let Some(printed) = on_a_terminal(&arguments, 80, variables) else {
            return;
        };
        assert!(
            printed.contains("valid") || printed.contains("suspect"),
            "{printed:?}"
        );
        assert_eq!(
            printed.contains('\u{1b}'),
            has_color,
            "{variables}: {printed:?}"
        );
    }
    let Some(printed) = on_a_terminal("http http://127.0.0.1:1/ --vus 3", 80, "TERM=dumb") else {
        return;
    };
    assert!(!printed.contains('\u{1b}'), "{printed:?}");
}
