//! A terminal of the program `script`.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// The longest time that a text may take.
const LIMIT: Duration = Duration::from_secs(60);

/// A shell command on a terminal of 80×24.
pub(crate) struct ScriptTerminal {
    child: Child,
    keys: ChildStdin,
    chunks: Receiver<Vec<u8>>,
    /// The output so far.
    printed: Vec<u8>,
}

impl ScriptTerminal {
    /// Starts a command, in which `show` is the example with this name. `None` if the program `script`
    /// is missing and the test has to be skipped.
    pub(crate) fn start(command: &str) -> Option<Self> {
        let command = format!("show() {{ {} \"$@\"; }}; {command}", show().display());
        let command = format!("stty cols 80 rows 24; {command}");
        let mut script = Command::new("script");
        script.args(["-qec", &command, "/dev/null"]);
        script.stdin(Stdio::piped()).stdout(Stdio::piped());
        script.env("TERM", "xterm").env("SHELL", "/bin/sh");
        script.env_remove("RUST_BACKTRACE");
        let mut child = match script.spawn() {
            Ok(child) => child,
            Err(_) if std::env::var_os("HAMMER_REQUIRE_SERVERS").is_none() => {
                let _ = writeln!(io::stderr(), "SKIPPED: script is missing");
                return None;
            }
            Err(error) => panic!("failed to run script: {error}"),
        };
        let (sender, chunks) = mpsc::channel();
        let mut output = child.stdout.take().unwrap();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count) = output.read(&mut bytes) {
                if count == 0 || sender.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Some(Self {
            keys: child.stdin.take().unwrap(),
            child,
            chunks,
            printed: vec![],
        })
    }

    /// Types keys.
    pub(crate) fn type_keys(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits until a text was printed.
    pub(crate) fn wait_for(&mut self, text: &str) {
        while !self.text().contains(text) {
            let chunk = self.chunks.recv_timeout(LIMIT);
            let chunk = chunk.unwrap_or_else(|_| panic!("expected {text:?}: {:?}", self.text()));
            self.printed.extend(chunk);
        }
    }

    /// Waits for the end, and returns all that was printed.
    pub(crate) fn wait_for_end(mut self) -> String {
        while let Ok(chunk) = self.chunks.recv_timeout(LIMIT) {
            self.printed.extend(chunk);
        }
        self.text()
    }

    /// Ends the terminal, so that its programs get SIGHUP.
    pub(crate) fn hang_up(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.printed).into_owned()
    }
}

impl Drop for ScriptTerminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The path of the example `show`, which cargo builds with the tests.
fn show() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let target = test.ancestors().nth(2).unwrap();
    target.join("examples").join("show")
}
