//! Tests of `hammer target --raw --spin`.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::command::{hammer, output, stderr, wait_until};

/// Requests that are sent one at a time, so that a target waits for each.
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

    /// Number of times that the thread of the target went to sleep, see proc_pid_status(5).
    fn sleeps(&self) -> usize {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        for task in tasks {
            let folder = task.unwrap().path();
            if fs::read_to_string(folder.join("comm")).unwrap().trim() == "hammer-target" {
                let status = fs::read_to_string(folder.join("status")).unwrap();
                let mut lines = status.lines();
                let count = lines.find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
                return count.unwrap().trim().parse().unwrap();
            }
        }
        panic!("the target has no thread");
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

/// A target that sleeps falls asleep before almost each of these requests.
#[test]
fn a_spinning_target_never_sleeps() {
    for (flags, spins) in [(&[][..], false), (&["--spin"], true)] {
        let target = RawTarget::start(flags);
        target.hit();
        let before = target.sleeps();
        target.hit();
        let slept = target.sleeps() - before;
        // The thread may also wait for memory or for a lock.
        assert_eq!(slept < REQUESTS / 10, spins, "{flags:?}: {slept}");
        let text = target.stop();
        assert!(text.contains("answered     400\n"), "{text}");
        assert_eq!(text.contains("% of the time\n"), spins, "{text}");
    }
}

#[test]
fn a_spinning_target_uses_a_core_without_hits() {
    let target = RawTarget::start(&["--spin"]);
    let pid = target.child.id();
    wait_until("the target has used 0.1 s of CPU time", || {
        cpu_ns(pid) > 100_000_000
    });
    assert!(target.stop().contains("idle "));
}

/// CPU time of all threads of a process, in nanoseconds.
fn cpu_ns(pid: u32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let times = tasks.map(|task| {
        let stat = fs::read_to_string(task.unwrap().path().join("schedstat")).unwrap();
        stat.split(' ').next().unwrap().parse::<u64>().unwrap()
    });
    times.sum()
}

#[test]
fn only_a_raw_target_spins() {
    let refused = output(&["target", "--spin"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("--raw"), "{}", stderr(&refused));
}
