//! A headless Chromium that ends with its test.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::devtools::DevTools;
use super::tab::Tab;
use crate::programs::find_program;

/// A browser uses hundreds of megabytes and all cores, so only one runs at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A running Chromium; dropping it ends it.
pub(crate) struct Chromium {
    child: Child,
    devtools_url: String,
    /// The folder of its profile.
    _profile: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Chromium {
    /// Waits for the browsers of other tests to end, and starts one. Returns `None` if Chromium is
    /// not installed.
    pub(crate) fn start() -> Option<Self> {
        let program = find_program("chromium")?;
        let turn = ONE_AT_A_TIME.lock();
        let turn = turn.unwrap_or_else(PoisonError::into_inner);
        let profile = tempfile::tempdir().expect("a temporary folder");
        let mut child = Command::new(program)
            // The tests may run as root, and there Chromium has no sandbox.
            .args(["--headless=new", "--no-sandbox", "--disable-gpu"])
            .args(["--no-first-run", "--disable-background-networking"])
            // Shared memory of containers is often too small for pages.
            .arg("--disable-dev-shm-usage")
            .args(["--force-color-profile=srgb", "--hide-scrollbars"])
            .arg("--remote-debugging-port=0")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("chromium starts");
        let devtools_url = read_devtools_url(child.stderr.take().expect("a pipe"));
        Some(Self {
            child,
            devtools_url,
            _profile: profile,
            _turn: turn,
        })
    }

    /// Opens a tab.
    pub(crate) fn open_tab(&self) -> Tab {
        Tab::open(DevTools::connect(&self.devtools_url))
    }
}

impl Drop for Chromium {
    /// Asks the browser to end, because processes of a killed one still write to its profile.
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

/// Reads the URL that Chromium announces, and leaves a thread that empties the pipe.
fn read_devtools_url(stderr: ChildStderr) -> String {
    const ANNOUNCEMENT: &str = "DevTools listening on ";
    let mut stderr = BufReader::new(stderr);
    let mut log = String::new();
    loop {
        let mut line = String::new();
        let length = stderr.read_line(&mut line).expect("text");
        assert!(length > 0, "chromium ended: {log}");
        if let Some(url) = line.trim().strip_prefix(ANNOUNCEMENT) {
            thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
            return url.to_owned();
        }
        log.push_str(&line);
    }
}
