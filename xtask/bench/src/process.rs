//! Child processes on the generator's core, with a time limit and measured CPU time.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::core_pinning::{CorePinning, CoreRole};
use crate::cpu_time::CpuTime;

/// The arguments, environment and standard input of a program.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ToolInvocation {
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: Vec<(&'static str, String)>,
    pub(crate) stdin: Vec<u8>,
}

impl ToolInvocation {
    /// Splits `line` at spaces and appends `last`, which may contain spaces.
    pub(crate) fn new(line: &str, last: &str) -> Self {
        let words = line.split_whitespace().chain([last]);
        Self {
            arguments: words.map(str::to_owned).collect(),
            environment: Vec::new(),
            stdin: Vec::new(),
        }
    }
}

/// The result of a process that has ended.
#[derive(Debug)]
pub(crate) struct ProcessOutput {
    pub(crate) status: ExitStatus,
    /// Bytes, because the output of a tool may be binary.
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
    /// CPU time of all its threads; `None` if the system does not report it.
    pub(crate) cpu_time: Option<CpuTime>,
}

/// Kills the child process when dropped.
struct ChildGuard(Child);

impl Drop for ChildGuard {
    fn drop(&mut self) {
        // Both fail if it has already been waited for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs `program` to its end, for at most `time_limit`, and reads its output.
///
/// The output goes to files: reading pipes would take CPU time from the run.
///
/// # Errors
///
/// If it does not start, or is killed because it did not end in time.
pub(crate) fn run(
    program: &Path,
    invocation: &ToolInvocation,
    cores: &CorePinning,
    time_limit: Duration,
) -> Result<ProcessOutput, String> {
    let failed = |error| format!("failed to store its output: {error}");
    let mut stdin = tempfile::tempfile().map_err(failed)?;
    stdin
        .write_all(&invocation.stdin)
        .and_then(|()| stdin.rewind())
        .map_err(failed)?;
    run_with_stdin(
        program,
        invocation,
        cores,
        time_limit,
        Stdio::from(stdin),
        drop,
    )
}

/// Runs `program` like [`run`], while `feed` writes to its standard input.
///
/// # Errors
///
/// As for [`run`]. Input that the program does not read is not an error.
pub(crate) fn run_with_input(
    program: &Path,
    invocation: &ToolInvocation,
    cores: &CorePinning,
    time_limit: Duration,
    feed: impl FnOnce(ChildStdin) + Send + 'static,
) -> Result<ProcessOutput, String> {
    let feed = |input: Option<ChildStdin>| {
        // The thread ends with the child, because its writes fail then.
        std::thread::spawn(|| input.map(feed));
    };
    run_with_stdin(program, invocation, cores, time_limit, Stdio::piped(), feed)
}

fn run_with_stdin(
    program: &Path,
    invocation: &ToolInvocation,
    cores: &CorePinning,
    time_limit: Duration,
    stdin: Stdio,
    feed: impl FnOnce(Option<ChildStdin>),
) -> Result<ProcessOutput, String> {
    let failed = |error| format!("failed to store its output: {error}");
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
    if !system::wait_for_exit(&mut child.0, Instant::now() + time_limit) {
        return Err(format!("did not end within {} s", time_limit.as_secs()));
    }
    let cpu = CpuTime::of_process(child.0.id());
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

fn read_from_start(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(target_os = "linux")]
mod system {
    use std::process::Child;
    use std::time::Instant;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{Pid, PidfdFlags, pidfd_open};

    /// Waits until the child has ended or the deadline has passed. The child is not reaped.
    pub(super) fn wait_for_exit(child: &mut Child, deadline: Instant) -> bool {
        let Ok(watched) = pidfd_open(Pid::from_child(child), PidfdFlags::empty()) else {
            return super::poll_until_exit(child, deadline);
        };
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let left = Timespec::try_from(left).ok();
            let mut watched = [PollFd::new(&watched, PollFlags::IN)];
            match poll(&mut watched, left.as_ref()) {
                Ok(0) => return false,
                Ok(_) => return true,
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return super::poll_until_exit(child, deadline),
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::process::Child;
    use std::time::Instant;

    pub(super) fn wait_for_exit(child: &mut Child, deadline: Instant) -> bool {
        super::poll_until_exit(child, deadline)
    }
}

/// Polls until the child has ended or the deadline has passed. It reaps the child.
fn poll_until_exit(child: &mut Child, deadline: Instant) -> bool {
    while Instant::now() < deadline {
        if !matches!(child.try_wait(), Ok(None)) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn runs_a_process_with_input_and_time_limit() {
        let shell = Path::new("/bin/sh");
        let cores = CorePinning::detect();
        let mut script = ToolInvocation::new("-c", "read line; echo $line $X; echo no >&2; exit 3");
        script.stdin = b"\xfffed\n".to_vec();
        script.environment.push(("X", "set".to_owned()));
        let output = run(shell, &script, &cores, Duration::from_secs(60)).expect("it runs");
        assert_eq!(output.status.code(), Some(3));
        assert_eq!(output.stdout, b"\xfffed set\n", "the bytes are unchanged");
        assert_eq!(output.stderr, "no\n");
        assert_eq!(output.cpu_time.is_some(), cfg!(target_os = "linux"));

        let counting = ToolInvocation::new("-c", "wc -c");
        let feed = |mut input: ChildStdin| drop(input.write_all(&[b'x'; 200_000]));
        let counted = run_with_input(shell, &counting, &cores, Duration::from_secs(60), feed);
        let counted = counted.expect("it runs").stdout;
        assert_eq!(counted.trim_ascii(), b"200000");

        let endless = ToolInvocation::new("-c", "exec sleep 1000");
        let killed = run(shell, &endless, &cores, Duration::ZERO).expect_err("it does not end");
        assert_eq!(killed, "did not end within 0 s");

        let missing = run(Path::new("/nowhere"), &endless, &cores, Duration::ZERO);
        let missing = missing.expect_err("the program does not exist");
        assert!(missing.starts_with("failed to start: "), "{missing}");
    }
}
