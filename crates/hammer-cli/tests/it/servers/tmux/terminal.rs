//! Tests of the terminal with tmux, which keeps a screen as a terminal does.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use hammer_target::{TargetBehavior, TargetServer};
use tempfile::TempDir;

use super::program;
use crate::command::{stderr, stdout};

/// The longest time that a screen may take to show a text.
const LIMIT: Duration = Duration::from_secs(60);

/// The pause between two looks at the screen.
const PAUSE: Duration = Duration::from_millis(100);

/// A shell on a terminal of tmux, with a server of its own that ends when this is dropped.
struct TmuxTerminal {
    tmux: PathBuf,
    /// The folder of the socket of the server, and of files of the test.
    folder: TempDir,
}

impl TmuxTerminal {
    /// Starts a shell on a terminal; `None` if tmux is missing and the test has to be skipped.
    fn start(columns: u16, rows: u16) -> Option<Self> {
        let terminal = Self {
            tmux: program("tmux")?,
            folder: tempfile::tempdir().unwrap(),
        };
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let size = ["-x", &columns, "-y", &rows];
        let session = ["-f", "/dev/null", "new-session", "-d", "-s", "test"];
        // The shell gets no settings of the user.
        let shell = ["env", "-u", "NO_COLOR", "PS1=$ ", "sh"];
        terminal.tmux(&[&session[..], &size, &shell].concat());
        Some(terminal)
    }

    /// Runs a command of tmux, and returns what it prints.
    fn tmux(&self, arguments: &[&str]) -> String {
        let output = self.try_tmux(arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            stderr(&output)
        );
        stdout(&output)
    }

    fn try_tmux(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.tmux);
        command.arg("-S").arg(self.folder.path().join("socket"));
        command.args(arguments).env_remove("TMUX").output().unwrap()
    }

    /// Types a line into the shell.
    fn run(&self, line: &str) {
        self.tmux(&["send-keys", "-t", "test", "-l", line]);
        self.press("Enter");
    }

    /// Presses a key by its name in tmux, such as `q`, `Tab` or `C-c`.
    fn press(&self, key: &str) {
        self.tmux(&["send-keys", "-t", "test", key]);
    }

    fn resize(&self, columns: u16, rows: u16) {
        let (columns, rows) = (columns.to_string(), rows.to_string());
        self.tmux(&["resize-window", "-t", "test", "-x", &columns, "-y", &rows]);
    }

    /// The text on the screen.
    fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-t", "test"])
    }

    /// Returns true if the terminal has the property with this name in tmux, such as `cursor_flag`.
    fn has(&self, property: &str) -> bool {
        let format = format!("#{{{property}}}");
        self.tmux(&["display-message", "-p", "-t", "test", &format])
            .trim()
            == "1"
    }

    /// Waits until the screen has a text, and returns the screen.
    fn wait_for(&self, text: &str) -> String {
        self.wait_until(text, |screen| screen.contains(text))
    }

    /// Waits until the screen is as it has to be.
    fn wait_until(&self, expected: &str, is_expected: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + LIMIT;
        loop {
            let screen = self.screen();
            if is_expected(&screen) {
                return screen;
            }
            assert!(
                Instant::now() < end,
                "expected {expected}, found:\n{screen}"
            );
            std::thread::sleep(PAUSE);
        }
    }

    /// The path of a file of the test.
    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a line between two reports of the modes of the terminal. The screen shows `done:` with its
    /// exit code at the end.
    fn run_between_modes(&self, line: &str) {
        let (before, after) = (self.file("before"), self.file("after"));
        self.run(&format!(
            "stty -g > {}; {line}; code=$?; stty -g > {}; echo done:$code",
            before.display(),
            after.display()
        ));
    }

    /// Waits for the end of [`run_between_modes`](Self::run_between_modes), and checks that the terminal
    /// is as it was before.
    fn wait_for_restored(&self, exit: u8) -> String {
        // The command line has the text as well, with another end.
        let screen = self.wait_for(&format!("done:{exit}"));
        assert!(self.has("cursor_flag"), "the cursor is hidden");
        assert!(!self.has("alternate_on"), "the alternate screen is shown");
        let read = |name| std::fs::read_to_string(self.file(name)).unwrap();
        assert_eq!(read("before"), read("after"), "the modes differ");
        screen
    }
}

impl Drop for TmuxTerminal {
    fn drop(&mut self) {
        self.try_tmux(&["kill-server"]);
    }
}

/// The command line of `hammer` with its stdout in a file.
fn hammer(arguments: &str, stdout: &Path) -> String {
    let hammer = env!("CARGO_BIN_EXE_hammer");
    format!("{hammer} {arguments} > {}", stdout.display())
}

/// Ctrl-C arrives as a signal, and the progress stays in its line when the terminal is resized.
#[test]
fn the_progress_line_leaves_the_terminal_as_it_was() {
    let Some(terminal) = TmuxTerminal::start(100, 24) else {
        return;
    };
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let report = terminal.file("report.json");
    let arguments = format!("http {} -r 20 -z 10m -o json", target.url());
    terminal.run_between_modes(&hammer(&arguments, &report));
    terminal.wait_for("0 failed");
    terminal.resize(80, 24);
    terminal.wait_for("0 failed");
    terminal.press("C-c");
    let screen = terminal.wait_for_restored(130);
    assert!(screen.contains("stopping: "), "{screen}");
    let report = std::fs::read(report).unwrap();
    serde_json::from_slice::<serde_json::Value>(&report).unwrap();
}
