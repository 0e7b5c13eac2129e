//! Tests of `hammer target --raw --spin`.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::command::{hammer, output, stderr, wait_until};

/// Requests that are sent one at a time.
const REQUESTS: usize = 200;

/// A running `hammer target --raw`, which is stopped when dropped.
struct RawTarget {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// The line that it printed first.
    url: String,
}

impl RawTarget {
    fn start(flags: &[&str]) -> Self {
        let mut child = hammer(&[&["target", "--raw"], flags].concat())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut url = String::new();
        stdout.read_line(&mut url).unwrap();
        Self { child, stdout, url }
    }

    /// Sends requests over one connection, each after the answer to the one before.
    fn hit(&self) {
        let addr = self.url.trim().trim_start_matches("http://");
        let mut stream = TcpStream::connect(addr.trim_end_matches('/')).unwrap();
        let mut answer = [0; 1024];
        for _ in 0..REQUESTS {
            stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
            assert_ne!(stream.read(&mut answer).unwrap(), 0);
        }
    }

    /// Folder of the target's thread in /proc.
    fn thread_folder(&self) -> PathBuf {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let mut folders = tasks.map(|task| task.unwrap().path());
        let is_target = |folder: &PathBuf| {
            fs::read_to_string(folder.join("comm")).unwrap().trim() == "hammer-target"
        };
        folders.find(is_target).expect("a thread of the target")
    }

    /// True if the thread of the target waits for an event, see proc_pid_status(5). A thread that
    /// waits for a core is runnable, and one that waits for memory is in another state.
    fn sleeps(&self) -> bool {
        let status = fs::read_to_string(self.thread_folder().join("status")).unwrap();
        let mut lines = status.lines();
        let state = lines.find_map(|line| line.strip_prefix("State:"));
        state.unwrap().trim().starts_with('S')
    }

    /// CPU time of the target's thread, in nanoseconds.
    fn cpu_ns(&self) -> u64 {
        let stat = fs::read_to_string(self.thread_folder().join("schedstat")).unwrap();
        stat.split(' ').next().unwrap().parse().unwrap()
    }

    /// Stops it, and returns the rest of its output.
    fn stop(mut self) -> String {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        let mut text = String::new();
        self.stdout.read_to_string(&mut text).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        text
    }
}

impl Drop for RawTarget {
    fn drop(&mut self) {
        // Both fail if it has already been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_target_sleeps_between_hits() {
    let target = RawTarget::start(&[]);
    target.hit();
    wait_until("the target sleeps", || target.sleeps());
    let text = target.stop();
    assert!(text.contains("answered     200\n"), "{text}");
    assert!(!text.contains("idle"), "{text}");
}

#[test]
fn a_spinning_target_never_sleeps() {
    let target = RawTarget::start(&["--spin"]);
    target.hit();
    let before = target.cpu_ns();
    wait_until("the target has used 0.1 s of CPU time without hits", || {
        assert!(!target.sleeps());
        target.cpu_ns() > before + 100_000_000
    });
    let text = target.stop();
    assert!(text.contains("answered     200\n"), "{text}");
    assert!(text.contains("idle "), "{text}");
    assert!(text.contains("% of the time\n"), "{text}");
}

#[test]
fn only_a_raw_target_spins() {
    let refused = output(&["target", "--spin"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("--raw"), "{}", stderr(&refused));
}
