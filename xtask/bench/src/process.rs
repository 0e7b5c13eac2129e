//! A child process: started on the generator's core, bounded in time, its processor time measured.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::core_pinning::{CorePinning, CoreRole};

/// A program with its arguments: what a line in a shell would be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ToolInvocation {
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: Vec<(&'static str, String)>,
    pub(crate) stdin: Vec<u8>,
}

impl ToolInvocation {
    /// Arguments that are separated by spaces in `line`, and one more.
    pub(crate) fn new(line: &str, last: &str) -> Self {
        let words = line.split_whitespace().chain([last]);
        Self {
            arguments: words.map(str::to_owned).collect(),
            environment: Vec::new(),
            stdin: Vec::new(),
        }
    }
}

/// A process that has ended.
#[derive(Debug)]
pub(crate) struct ProcessOutput {
    pub(crate) status: ExitStatus,
    /// As it came: what one tool writes for another may be no text.
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
    /// Processor time of all its threads, to about 10 ms; `None` where the system does not tell.
    pub(crate) cpu_time: Option<Duration>,
}

/// A child that does not outlive us, whatever goes wrong between its start and its end.
struct ChildGuard(Child);

impl Drop for ChildGuard {
    fn drop(&mut self) {
        // Both fail if it has ended and was waited for, which is how it should be.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs `program` to its end, or for `bound`, and reads what it printed.
///
/// Its output goes to files, not through pipes: nobody has to wake up for it meanwhile.
///
/// # Errors
///
/// If it can't be started, or has not ended by then; it is killed in that case.
pub(crate) fn run(
    program: &PathBuf,
    invocation: &ToolInvocation,
    cores: &CorePinning,
    bound: Duration,
) -> Result<ProcessOutput, String> {
    let failed = |error| format!("failed to keep its output: {error}");
    let mut stdin = tempfile::tempfile().map_err(failed)?;
    stdin
        .write_all(&invocation.stdin)
        .and_then(|()| stdin.rewind())
        .map_err(failed)?;
    run_with_stdin(program, invocation, cores, bound, Stdio::from(stdin), drop)
}

/// The same, and `feed` writes what it reads from a pipe, while it runs.
///
/// # Errors
///
/// As for [`run`]. What it does not read any more is no error.
pub(crate) fn run_with_input(
    program: &PathBuf,
    invocation: &ToolInvocation,
    cores: &CorePinning,
    bound: Duration,
    feed: impl FnOnce(ChildStdin) + Send + 'static,
) -> Result<ProcessOutput, String> {
    let feed = |input: Option<ChildStdin>| {
        // It ends when the child does, which reads no more then.
        std::thread::spawn(|| input.map(feed));
    };
    run_with_stdin(program, invocation, cores, bound, Stdio::piped(), feed)
}

fn run_with_stdin(
    program: &PathBuf,
    invocation: &ToolInvocation,
    cores: &CorePinning,
    bound: Duration,
    stdin: Stdio,
    feed: impl FnOnce(Option<ChildStdin>),
) -> Result<ProcessOutput, String> {
    let failed = |error| format!("failed to keep its output: {error}");
    let mut stdout = tempfile::tempfile().map_err(failed)?;
    let mut stderr = tempfile::tempfile().map_err(failed)?;
    let mut command = Command::new(program);
    command
        .args(&invocation.arguments)
        .envs(invocation.environment.iter().map(|(k, v)| (*k, v.as_str())))
        .stdin(stdin)
        .stdout(Stdio::from(stdout.try_clone().map_err(failed)?))
        .stderr(Stdio::from(stderr.try_clone().map_err(failed)?));
    let child = cores
        .run_on(CoreRole::Generator, || command.spawn())
        .map_err(|error| error.to_string())?
        .map_err(|error| format!("failed to start: {error}"))?;
    let mut child = ChildGuard(child);
    feed(child.0.stdin.take());
    if !system::wait_for_exit(&mut child.0, Instant::now() + bound) {
        return Err(format!("still ran after {} s", bound.as_secs()));
    }
    let cpu = system::read_cpu_time(child.0.id());
    let status = child
        .0
        .wait()
        .map_err(|error| format!("failed to wait for it: {error}"))?;
    Ok(ProcessOutput {
        status,
        stdout: read_from_start(&mut stdout).map_err(failed)?,
        stderr: String::from_utf8_lossy(&read_from_start(&mut stderr).map_err(failed)?)
            .into_owned(),
        cpu_time: cpu,
    })
}

/// Processor time that a process has used so far; `None` where the system does not tell.
pub(crate) fn process_cpu_time(pid: u32) -> Option<Duration> {
    system::read_cpu_time(pid)
}

fn read_from_start(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs;
    use std::process::Child;
    use std::time::{Duration, Instant};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{Pid, PidfdFlags, pidfd_open};

    /// Sleeps until the child has ended, which leaves it a zombie, or until the time is up.
    pub(super) fn wait_for_exit(child: &mut Child, until: Instant) -> bool {
        let Ok(watched) = pidfd_open(Pid::from_child(child), PidfdFlags::empty()) else {
            return super::poll_until_exit(child, until);
        };
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let left = Timespec::try_from(left).ok();
            let mut watched = [PollFd::new(&watched, PollFlags::IN)];
            match poll(&mut watched, left.as_ref()) {
                Ok(0) => return false,
                Ok(_) => return true,
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return super::poll_until_exit(child, until),
            }
        }
    }

    /// What a process has used, a zombie too, in the ticks of `/proc/PID/stat`.
    pub(super) fn read_cpu_time(pid: u32) -> Option<Duration> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let ticks = super::parse_cpu_ticks(&stat)?;
        let per_second = rustix::param::clock_ticks_per_second();
        Some(Duration::from_secs_f64(ticks as f64 / per_second as f64))
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::process::Child;
    use std::time::{Duration, Instant};

    pub(super) fn ended(child: &mut Child, until: Instant) -> bool {
        super::poll_until_exit(child, until)
    }

    pub(super) fn cpu(_pid: u32) -> Option<Duration> {
        None
    }
}

/// Asks now and then. The child is no zombie any more when this says that it has ended.
fn poll_until_exit(child: &mut Child, until: Instant) -> bool {
    while Instant::now() < until {
        if !matches!(child.try_wait(), Ok(None)) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

/// utime + stime of a line of `/proc/PID/stat` (proc_pid_stat(5): the 14th and 15th fields; the
/// second is a name in parentheses that may hold anything).
#[cfg_attr(
    all(not(target_os = "linux"), not(test)),
    expect(dead_code, reason = "Linux has /proc")
)]
fn parse_cpu_ticks(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let utime: u64 = fields.next()?.parse().ok()?;
    let stime: u64 = fields.next()?.parse().ok()?;
    Some(utime + stime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_ticks_behind_any_name() {
        let fields = "Z 1 2 2 0 -1 4 5 6 7 8 120 34 0 0 20 0 1 0";
        for name in ["wrk", "a (strange) name", "tmux: server"] {
            assert_eq!(
                parse_cpu_ticks(&format!("42 ({name}) {fields}")),
                Some(154),
                "{name}"
            );
        }
        assert_eq!(parse_cpu_ticks("42 (wrk) Z 1 2"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_process_is_fed_read_and_bounded() {
        let shell = PathBuf::from("/bin/sh");
        let cores = CorePinning::detect();
        let mut script = ToolInvocation::new("-c", "read line; echo $line $X; echo no >&2; exit 3");
        script.stdin = b"\xfffed\n".to_vec();
        script.environment.push(("X", "told".to_owned()));
        let ended = run(&shell, &script, &cores, Duration::from_secs(60)).expect("it runs");
        assert_eq!(ended.status.code(), Some(3));
        assert_eq!(ended.stdout, b"\xfffed told\n", "byte for byte");
        assert_eq!(ended.stderr, "no\n");
        assert_eq!(ended.cpu_time.is_some(), cfg!(target_os = "linux"));

        let counting = ToolInvocation::new("-c", "wc -c");
        let feed = |mut input: ChildStdin| drop(input.write_all(&[b'x'; 200_000]));
        let counted = run_with_input(&shell, &counting, &cores, Duration::from_secs(60), feed);
        let counted = counted.expect("it runs").stdout;
        assert_eq!(counted.trim_ascii(), b"200000");

        let endless = ToolInvocation::new("-c", "exec sleep 1000");
        let killed = run(&shell, &endless, &cores, Duration::ZERO).expect_err("it is endless");
        assert_eq!(killed, "still ran after 0 s");

        let missing = run(&"/nowhere".into(), &endless, &cores, Duration::ZERO);
        let missing = missing.expect_err("there is no such program");
        assert!(missing.starts_with("failed to start: "), "{missing}");
    }
}
