//! A run on a terminal of tmux, with its report in a file.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::terminal::TmuxTerminal;
use crate::command::wait_until;

/// A run with `--live` on a terminal of tmux. Stdout goes to a file.
pub(super) struct LiveRun {
    pub(super) terminal: TmuxTerminal,
    stdout: PathBuf,
    process: PathBuf,
}

impl LiveRun {
    /// Starts `hammer` with these arguments and `--live -o json`, and waits for its first second; `None`
    /// if tmux is missing and the test has to be skipped.
    pub(super) fn start(columns: u16, rows: u16, arguments: &str) -> Option<Self> {
        let hammer = env!("CARGO_BIN_EXE_hammer");
        let run = Self::new(columns, rows)?;
        run.run(&format!("{hammer} {arguments} --live -o json"), "");
        run.wait_until_shown();
        Some(run)
    }

    /// Starts a terminal without a run.
    pub(super) fn new(columns: u16, rows: u16) -> Option<Self> {
        let terminal = TmuxTerminal::start(columns, rows)?;
        Some(Self {
            stdout: terminal.file("stdout"),
            process: terminal.file("process"),
            terminal,
        })
    }

    /// Runs a command line, followed by `more` for the shell.
    pub(super) fn run(&self, command: &str, more: &str) {
        self.terminal.run_between_modes(&format!(
            "sh -c 'echo $$ > {}; exec {command}' > {} {more}",
            self.process.display(),
            self.stdout.display()
        ));
    }

    /// Waits until the display shows the first second.
    pub(super) fn wait_until_shown(&self) {
        self.terminal.wait_for("whole run");
        assert!(self.terminal.has("alternate_on"));
        assert!(!self.terminal.has("cursor_flag"));
    }

    /// Sends a signal to the process.
    pub(super) fn send(&self, signal: Signal) {
        let number = || fs::read_to_string(&self.process).unwrap_or_default();
        wait_until("the process has started", || number().ends_with('\n'));
        let process = Pid::from_raw(number().trim().parse().unwrap()).unwrap();
        kill_process(process, signal).unwrap();
    }

    /// Waits for the end of the run and checks that the terminal is as it was before; returns the
    /// report, which is all of stdout, and the screen.
    pub(super) fn wait_for_end(&self, exit: u8) -> (Value, String) {
        let screen = self.terminal.wait_for_restored(exit);
        (parsed(&self.stdout), screen)
    }
}

fn parsed(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text:?}"))
}
