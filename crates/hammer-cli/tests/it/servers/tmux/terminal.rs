//! A shell on a terminal of tmux.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::command::{remove_variables, stderr, stdout};
use crate::servers::program;

/// The longest time that a screen may take to show a text.
const LIMIT: Duration = Duration::from_secs(60);

/// The pause between two looks at the screen.
const PAUSE: Duration = Duration::from_millis(100);

/// The time between presses of a key, above that of a key that is held.
const KEY_PAUSE: Duration = Duration::from_millis(800);

/// A shell on a terminal of tmux, with a server of its own that ends when this is dropped.
pub(super) struct TmuxTerminal {
    tmux: PathBuf,
    /// The folder of the socket of the server, and of files of the test.
    folder: TempDir,
}

impl TmuxTerminal {
    /// Starts a shell on a terminal; `None` if tmux is missing and the test has to be skipped.
    pub(super) fn start(columns: u16, rows: u16) -> Option<Self> {
        let terminal = Self {
            tmux: program("tmux")?,
            folder: tempfile::tempdir().unwrap(),
        };
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let size = ["-x", &columns, "-y", &rows];
        let session = ["-f", "/dev/null", "new-session", "-d", "-s", "test"];
        // The shell gets no settings of the user.
        let settings = ["-u", "NO_COLOR", "-u", "RUST_LOG", "-u", "RUST_BACKTRACE"];
        let shell = [&["env"][..], &settings, &["PS1=$ ", "sh"]].concat();
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
        remove_variables(&mut command);
        command.arg("-uS").arg(self.file("socket"));
        command.args(arguments).env_remove("TMUX").output().unwrap()
    }

    /// Types a line into the shell.
    pub(super) fn run(&self, line: &str) {
        self.tmux(&["send-keys", "-t", "test", "-l", line]);
        self.press("Enter");
    }

    /// Presses a key by its name in tmux, such as `q`, `Tab` or `C-c`.
    pub(super) fn press(&self, key: &str) {
        self.tmux(&["send-keys", "-t", "test", key]);
    }

    /// Sends what a terminal sends for a key that is held.
    pub(super) fn hold(&self, key: &str, repeats: u16) {
        self.tmux(&["send-keys", "-t", "test", "-N", &repeats.to_string(), key]);
    }

    pub(super) fn resize(&self, columns: u16, rows: u16) {
        let (columns, rows) = (columns.to_string(), rows.to_string());
        self.tmux(&["resize-window", "-t", "test", "-x", &columns, "-y", &rows]);
    }

    /// The text on the screen. A line that the terminal has wrapped is one line.
    pub(super) fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-J", "-t", "test"])
    }

    /// All that the shell has shown, from the first line.
    pub(super) fn history(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-J", "-S", "-", "-t", "test"])
    }

    /// Returns true if the terminal has the property with this name in tmux, such as `cursor_flag`.
    pub(super) fn has(&self, property: &str) -> bool {
        self.property(property) == "1"
    }

    /// The property with this name in tmux, such as `pane_tty`.
    pub(super) fn property(&self, name: &str) -> String {
        let format = format!("#{{{name}}}");
        let shown = self.tmux(&["display-message", "-p", "-t", "test", &format]);
        shown.trim().to_owned()
    }

    /// Presses a key until the screen has a text, more slowly than a key repeats that is held.
    pub(super) fn press_until(&self, key: &str, text: &str) {
        let end = Instant::now() + LIMIT;
        loop {
            self.press(key);
            let next = Instant::now() + KEY_PAUSE;
            while Instant::now() < next {
                if self.screen().contains(text) {
                    return;
                }
                std::thread::sleep(PAUSE);
            }
            assert!(Instant::now() < end, "expected {text}: {}", self.screen());
        }
    }

    /// Waits until the screen has a text, and returns the screen.
    pub(super) fn wait_for(&self, text: &str) -> String {
        self.wait_until(text, |screen| screen.contains(text))
    }

    /// Waits until the screen is as it has to be.
    pub(super) fn wait_until(&self, expected: &str, is_expected: impl Fn(&str) -> bool) -> String {
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
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a line between two reports of the modes of the terminal. The screen shows `done:` with its
    /// exit code at the end.
    pub(super) fn run_between_modes(&self, line: &str) {
        let (before, after) = (self.file("before"), self.file("after"));
        self.run(&format!(
            "stty -g > {}; {line}; code=$?; stty -g > {}; echo done:$code",
            before.display(),
            after.display()
        ));
    }

    /// Waits for the end of [`run_between_modes`](Self::run_between_modes), checks that the terminal is as
    /// it was before, and returns the screen.
    pub(super) fn wait_for_restored(&self, exit: u8) -> String {
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
